"""Acts: what people do to tickets beside writing in them, whichever way they ask for it; each can be undone."""
