"""Tools that prepare the content; nothing here runs in Lambda. `make prepared`, `make offices`, `make facts`."""
