"""Questions and answers: what the search learns from, prepared for Lambda, and what does not fit in the content files."""
