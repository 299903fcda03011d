"""Told: what the portal noted as odd about a message in few English words, as a sentence for people.

`notes/*.po` is the table. Its msgids are the notes as the code makes them, with names for what varies:
`has more than %(most)s parts`. English has only what needs other words than "It …".
"""

import re
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent / "notes"
GAP = re.compile(r"%\\\((\w+)\\\)s")  # in a msgid whose other characters are escaped


class OddityWords:
    """The notes of one language: as they stand, and those in which something varies."""

    def __init__(self, entries: dict[str, str]) -> None:
        self.notes = tuple(entries)
        self._plain = {note: words for note, words in entries.items() if "%(" not in note}
        self._varying = [
            (re.compile(GAP.sub(r"(?P<\1>.+)", re.escape(note)), re.DOTALL), words)
            for note, words in entries.items()
            if "%(" in note
        ]

    def __call__(self, note: str) -> str:
        """The sentence for a note; for one that is in no table, an English one made of it."""
        return self.find(note) or f"It {note}."

    def find(self, note: str) -> str:
        """The sentence that the table has for a note; empty if it has none."""
        if words := self._plain.get(note):
            return words
        for pattern, words in self._varying:
            if found := pattern.fullmatch(note):
                return words % {name: self._plain.get(value, value) for name, value in found.groupdict().items()}
        return ""


@cache
def load_oddities(code: str) -> OddityWords:
    """The notes of a language, read once."""
    with (FOLDER / f"{code}.po").open("rb") as source:
        catalog = read_po(source, locale=code)
    return OddityWords({str(entry.id): str(entry.string) for entry in catalog if entry.id and entry.string})
