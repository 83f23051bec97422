"""CPU time of loading videos, and time and memory of a training step."""
