"""The reading room: pages over the tickets, for those who may see them. Sends nothing."""
