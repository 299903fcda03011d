"""Text: spellings compared, greetings known, citations and excerpts found. Knows no database."""
