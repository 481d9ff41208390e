"""Questions and answers: what the search learns from, the file prepared for Lambda, and mistakes in the content."""
