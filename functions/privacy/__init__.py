"""A citizen's rights over what is held about them: see it, erase it; and erasing what has had its time."""
