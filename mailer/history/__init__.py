"""History: an archive of old becomes tickets of a list."""
