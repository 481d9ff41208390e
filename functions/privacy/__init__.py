"""A citizen's rights over their data: see it and erase it. Also the erasure of data past its time."""

import cccd  # noqa: F401 - before any package: it tells the garbage collector to wait
