"""Looking: the commands that show what there is, and change nothing."""
