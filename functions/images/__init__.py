"""Pictures that citizens send: checked, written anew, private, and shown by links that soon end."""

import cccd  # noqa: F401 - before any package: it tells the garbage collector to wait
