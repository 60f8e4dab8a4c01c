"""Studies whose results the docs tell: the growth map and the scorecard of the sources' statements."""
