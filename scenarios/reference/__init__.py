"""Pages of the docs that are printed from the code."""
