"""Scenarios: one question a file."""
