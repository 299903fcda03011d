"""Masking: a text without what names a person or an organisation. Pure functions on text."""
