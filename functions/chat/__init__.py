"""The chat window: Zalo's events in, an answer out."""
