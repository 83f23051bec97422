"""CPU time of loading videos, and of a training step."""
