"""Batches: many runs of scenarios, planned in values, kept whatever happens, and read with pandas."""
