"""The commands, one module each; ``tools/`` and ``skdsrl`` call them."""
