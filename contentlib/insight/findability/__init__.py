"""How one asset is found: what it came up for, where it should and does not, what copies it."""
