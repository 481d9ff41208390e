"""Vietnam's provinces and wards on the scheme of 01/07/2025, for addresses."""
