"""Conversations: which ticket a message belongs to, how it is filed there, and who reads what of it."""
