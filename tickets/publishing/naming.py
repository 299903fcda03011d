"""Naming: the lasting path of a published answer: words of its subject, and letters nobody can guess.

It is made of what is published alone, so that it tells neither the ticket's number nor when it was asked.
"""

import re
import secrets

from tickets.text.folding import plain
from tickets.tokens import ALPHABET

LONGEST_SLUG = 60  # characters
LETTERS = 6
WORDS = re.compile(r"[a-z0-9]+")


def make_path(subject: str) -> str:
    """A new path, as `udlevering-af-en-afgoerelse-k3v9x2`."""
    slug = ""
    for word in WORDS.findall(plain(subject)):
        if len(slug) + len(word) > LONGEST_SLUG:
            break
        slug += f"{word}-"
    return slug + "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))


def key_of(path: str) -> str:
    """The letters at the end of a path, by which its page is known whatever stands before them."""
    return path.rpartition("-")[2]
