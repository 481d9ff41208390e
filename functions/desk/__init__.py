"""An officer's day: who is here, who is called next, and what became of each ticket."""

import cccd  # noqa: F401 - before any package: it tells the garbage collector to wait
