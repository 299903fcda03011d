"""Moderation: what is held, what waits for its author's word, and what is forgotten in time."""
