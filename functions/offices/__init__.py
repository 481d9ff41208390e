"""Police offices: who they are, how they are found, when they are open."""
