"""What a scenario is, and the economy that is made from it."""
