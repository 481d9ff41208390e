"""The shared kernel: the words every capability speaks, and the few doors to the outside."""
