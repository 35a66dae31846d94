"""Usage: what is shown, opened, sent and read."""
