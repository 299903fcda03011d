"""Commands: what an operator types, each with what it needs and no more."""
