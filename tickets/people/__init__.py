"""People: organisations, members, lists and their owners, logins, and whether letters reach them."""
