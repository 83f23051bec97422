"""Comparing configs (``comparison``), and measuring speed (``speed``)."""
