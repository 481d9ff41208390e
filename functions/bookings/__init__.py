"""Appointments: slots, holds, tickets, and how they end. docs/guarantees.md says what can never happen here."""

import cccd  # noqa: F401 - before any package: it tells the garbage collector to wait
