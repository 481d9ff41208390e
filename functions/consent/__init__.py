"""What citizens agreed to, and the journal of accesses and erasures: records that prove it, kept five years."""
