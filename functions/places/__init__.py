"""Vietnam's provinces and wards on the scheme of 01/07/2025, for addresses."""

import cccd  # noqa: F401 - before any package: it tells the garbage collector to wait
