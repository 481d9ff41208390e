"""The Official Accounts of the offices: whose each is, how it is connected, and its tokens in time."""

import cccd  # noqa: F401 - before any package: it tells the garbage collector to wait
