"""Links to assets with their rules."""
