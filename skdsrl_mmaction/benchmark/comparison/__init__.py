"""Compare configs under equal conditions."""
