"""Asking and answering on the pages: a form becomes a message, which is taken in and goes the way of mail."""
