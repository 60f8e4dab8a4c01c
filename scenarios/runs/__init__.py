"""Running one scenario."""
