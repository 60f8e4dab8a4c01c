"""The scorecard: what the sources say will happen, against what the model shows, misses included."""
