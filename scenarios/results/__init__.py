"""What a run gave: its folder, its frames, and the tables and measures worked out from them."""
