"""Files: the words of what is attached, whatever program made it."""
