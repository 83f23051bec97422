"""Comparing configs under equal conditions."""
