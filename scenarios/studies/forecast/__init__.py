"""What comes of a scenario, and when, over what the baseline's fit leaves open."""
