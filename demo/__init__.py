"""The demonstration: an invented town of municipalities, its clock and its mailbox page."""
