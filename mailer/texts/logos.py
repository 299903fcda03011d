"""Logos: which of the pictures that came along with an HTML text are there to be looked at, and which are not."""

import re

from mailer.texts.plaintext import html_to_text
from mailer.texts.quoting import Layer, read_layers

TINY = 4_096  # octets: an icon, a bullet
LARGEST_LOGO = 40_000  # octets; what is larger, was pasted in to be looked at
IMAGE = re.compile(r"<img\b[^<>]*?\bsrc\s*=\s*[\"']?cid:([^\"'\s<>]{1,200})[^<>]*>", re.IGNORECASE)
PICTURE = re.compile(r"⟦cid:([^⟧\s]{1,200})⟧")


def find_logos(html: str, *, is_answer: bool) -> set[str]:
    """The Content-IDs of pictures in a signature, and in an answer of those in the old mail, which came before."""
    shown = html_to_text(IMAGE.sub(r" ⟦cid:\1⟧ ", html))
    looked_at = read_layers(shown).pick({Layer.OWN} if is_answer else {Layer.OWN, Layer.OLD})
    return set(PICTURE.findall(shown)).difference(PICTURE.findall(looked_at))
