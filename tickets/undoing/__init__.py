"""Undoing: what somebody did is undone by another act, and what they wrote is taken back before others get it."""
