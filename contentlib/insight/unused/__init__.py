"""Unused assets, and the cause."""
