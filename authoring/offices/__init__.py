"""The directory of offices: written from open data, prepared for Lambda; and mistakes in offices.toml."""
