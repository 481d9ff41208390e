"""All code for Zalo's protocols: its graph, the Official Account, tokens, signatures, chat users, messages."""

import cccd  # noqa: F401 - before any package: it tells the garbage collector to wait
