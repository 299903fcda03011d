"""The law that is spoken of: which laws have pages here, and which of their articles a text names."""
