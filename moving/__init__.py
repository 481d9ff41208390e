"""Copies a deployment's data: back from a restored table, or to another region or account (docs/operations.md)."""
