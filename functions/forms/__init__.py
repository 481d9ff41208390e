"""The forms of the declaration (tờ khai): editions, fields, mistakes and doubts in an answer. It uses no AWS."""

import cccd  # noqa: F401 - before any package: it tells the garbage collector to wait
