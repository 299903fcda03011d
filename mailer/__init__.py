"""Mail in and mail out: from the socket to the ticket, and from the journal to the relay."""
