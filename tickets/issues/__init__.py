"""Issues: what a digest tells of the tickets of a list, for letters and for pages."""
