"""What citizens agreed to, and the journal of accesses and erasures: records that prove it, kept five years."""

import cccd  # noqa: F401 - before any package: it tells the garbage collector to wait
