"""Pages that are read: the front page, tickets and messages, topics and law, and what a public body has to tell."""
