"""What does not fit in the procedures' content files."""
