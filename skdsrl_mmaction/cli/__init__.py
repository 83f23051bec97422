"""Commands, one module each, which the files of ``tools/`` call."""
