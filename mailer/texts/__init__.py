"""Texts of mail: what its author wrote now, and what programs and earlier letters put around it."""
