"""What citizens agreed to, and the journal of what was looked at and erased: records that prove it, kept five years."""
