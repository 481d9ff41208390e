"""Police offices: which ones there are, how citizens find them, when they are open."""

import cccd  # noqa: F401 - before any package: it tells the garbage collector to wait
