"""Messages to citizens about their appointments: written with the change they report, sent once, never at night."""

import cccd  # noqa: F401 - before any package: it tells the garbage collector to wait
