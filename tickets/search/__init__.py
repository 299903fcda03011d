"""Search: the index, what people may ask of it, and in which order they see what it finds."""
