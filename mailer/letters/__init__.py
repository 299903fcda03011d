"""Letters: what happened becomes letters that are owed to people. Sends nothing."""
