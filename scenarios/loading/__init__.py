"""Scenarios by name or from TOML files, with changes, checked through."""
