"""The desk: what lawyers have to answer and by when, who stands in for whom, and what the clock does there."""
