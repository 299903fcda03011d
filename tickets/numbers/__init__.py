"""Civil registration numbers: their shapes, and where they stand in a text."""
