"""A batch on disk: whatever happens, what is done is kept and can be read."""
