"""Hỏi đáp: questions as people type them, and the answers in force on any day since 2021."""

import cccd  # noqa: F401 - before any package: it tells the garbage collector to wait
