"""The life of a declaration (tờ khai): draft, submitted, revised, withdrawn; papers to bring, cost, printed copy."""

import cccd  # noqa: F401 - before any package: it tells the garbage collector to wait
