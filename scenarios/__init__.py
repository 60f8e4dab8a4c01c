"""What we ask of the model: scenarios, batches of runs, charts and the command line."""
