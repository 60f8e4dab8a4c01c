"""What the runs of a batch say: means, differences and sensitivities over seeds."""
