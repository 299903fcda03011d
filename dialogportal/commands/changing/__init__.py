"""Changing: the commands that enter, decide, send or do something, as a page or a mail would."""
