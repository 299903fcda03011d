"""Privacy: what must not be spread is found, and files and messages are written anew without it."""
