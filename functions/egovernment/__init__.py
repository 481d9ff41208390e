"""The contract of Zalo's e-government Mini App template, on the capabilities of this service."""

import cccd  # noqa: F401 - before any package: it tells the garbage collector to wait
