"""Wording: the other ways in which an archive may say what somebody asked for, before any engine is asked."""
