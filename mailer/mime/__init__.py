"""MIME: the parts of a raw message, what wraps them, and the keys of ours that stand in them."""
