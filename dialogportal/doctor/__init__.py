"""The doctor: what is wrong around a portal, each thing in a line that says what to do."""
