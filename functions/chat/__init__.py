"""The chat window: Zalo's events in, an answer out."""

import cccd  # noqa: F401 - before any package: it tells the garbage collector to wait
