"""Finds the mistakes in the procedures' content files."""
