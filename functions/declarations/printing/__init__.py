"""The declaration on paper: each edition's official layout, as a PDF."""
