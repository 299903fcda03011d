"""Processing: a message that was read gets its disposition, from its arrival to its ticket."""
