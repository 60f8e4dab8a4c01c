"""What the world is known to be, and whether a run is like it."""
