"""What a procedure needs, as of any day since 2021: content that a lawyer can review, and the rules that read it."""
