"""Police offices: which ones there are, how citizens find them, when they are open."""
