"""Authorship: who vouches for a message's author, by signatures, policies and a trusted server's word."""
