"""Charts: one function each, on tidy frames, returning matplotlib Axes."""
