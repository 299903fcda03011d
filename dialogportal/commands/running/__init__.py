"""Running: the commands that start the portal or its demonstration, and keep its data and keys."""
