"""What a procedure needs, as of any day since 2021: content that a lawyer can review, and the rules that read it."""

import cccd  # noqa: F401 - before any package: it tells the garbage collector to wait
