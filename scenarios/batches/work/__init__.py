"""Doing the runs of a batch: workers, engines, progress."""
