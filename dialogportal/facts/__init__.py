"""Facts: what commands tell of tickets, people and mail, and how they print it."""
