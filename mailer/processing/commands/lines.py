"""Lines as people and their mail programs write them, brought into one form."""

import re
from dataclasses import dataclass
from unicodedata import normalize

BLANKS = re.compile(r"[\s\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
HYPHENS = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
BOLD = re.compile(r"\A([*_]{1,2})(?=\S)(.+?)(?<=\S)\1\Z")  # as HTML is told in a text part
SIGIL = re.compile(r"\A[#/][ ]?(?=[^\W\d_])")
ENDING = re.compile(r"(?<=[\w\])])[ ]?[.!]{1,3}\Z")
LONGEST = 300  # characters of a line that may be a command


@dataclass(frozen=True)
class Line:
    """What stands on a line that may be a command, without its sigil and final stop."""

    text: str
    sigil: str = ""  # and the blank behind it, as in a heading
    ending: str = ""  # the stop that was taken off

    @property
    def has_sigil(self) -> bool:
        """Whether the line begins with the sign of a command."""
        return bool(self.sigil)

    @property
    def words(self) -> list[str]:
        """The words of the line, without its sign."""
        return self.text.split()


def tidy(raw: str) -> Line | None:
    """The line in one form; None where it is blank, quoted or too long to be a command."""
    if len(raw) > LONGEST or raw.lstrip().startswith(">"):
        return None
    text = HYPHENS.sub("-", UNSEEN.sub("", normalize("NFC", raw))).replace("…", "...")
    text = BLANKS.sub(" ", text).strip()
    if bold := BOLD.match(text):
        text = bold[2]
    sigil = SIGIL.match(text)
    text = text[sigil.end() :] if sigil else text
    stop = ENDING.search(text)
    text = text[: stop.start()] if stop else text
    return Line(text, sigil[0] if sigil else "", stop[0].strip() if stop else "") if text else None


def is_blank(raw: str) -> bool:
    """Whether nobody sees anything on the line."""
    return not UNSEEN.sub("", raw).strip()
