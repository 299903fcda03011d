"""How a text is laid out by its author: headings, lists, links, tables. Knows no HTML and no database."""
