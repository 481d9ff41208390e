"""The directory of offices: written from open data, prepared for Lambda, and what does not fit in offices.toml."""
