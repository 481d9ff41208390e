"""The shared kernel: the terms that every capability uses, and the few interfaces to the outside."""
