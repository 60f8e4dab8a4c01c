"""Exact checks: what economics and queueing theory know, against the model set up as each theory asks."""
