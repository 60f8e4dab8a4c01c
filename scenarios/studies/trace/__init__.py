"""Logs of requests: what they say of each class of requests, in the terms of the model."""
