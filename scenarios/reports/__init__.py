"""The report of a run or a batch, or of two side by side: one HTML file that needs nothing but itself."""
