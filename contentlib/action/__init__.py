"""Requests and feedback from reps, and what becomes of them."""
