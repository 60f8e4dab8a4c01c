"""The parameters of a scenario, one section a file: each with its unit, its bounds and its source."""
