"""A citizen's rights over their data: see it and erase it. Also the erasure of data past its time."""
