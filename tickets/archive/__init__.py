"""What readers find in the archive: lists of tickets, what happened to one and when, and the law it is about."""
