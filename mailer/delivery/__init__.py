"""Delivery: letters that are owed go to the relay, and what comes back is counted."""
