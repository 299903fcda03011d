"""Administration: pages on which administrators enter and change organisations, people and lists."""
