"""The edge of the service: health, the contract, and the answer to everything that has no route."""

import cccd  # noqa: F401 - before any package: it tells the garbage collector to wait
