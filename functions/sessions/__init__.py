"""Sign-in: Zalo says once who the citizen is; after that, our own session token says it."""

import cccd  # noqa: F401 - before any package: it tells the garbage collector to wait
