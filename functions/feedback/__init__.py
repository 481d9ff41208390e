"""What citizens tell an office (phản ánh, góp ý), and what it answers."""

import cccd  # noqa: F401 - before any package: it tells the garbage collector to wait
