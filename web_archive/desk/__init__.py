"""The lawyers' desk: what waits for an answer, and everything that is done about it. For others it is not there."""
