"""Administration: what is entered, changed and taken out of organisations, people and lists, and who did it."""
