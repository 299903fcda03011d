"""Grounds: why something became what it became, as a sentence for people.

`reasons/*.toml` has the words of every reason by its code, with names for the details: `It answers %(ticket)s`.
A detail that is a word itself has a table of its own there. `refusals/*.toml` does the same for what is not done.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Protocol

FOLDER = Path(__file__).parent / "reasons"
REFUSALS = Path(__file__).parent / "refusals"


class Reasoned(Protocol):
    """A reason and what varies in it."""

    @property
    def reason(self) -> str:
        """Its code."""

    @property
    def details(self) -> Mapping[str, Any]:
        """Texts and numbers by their names; `before` has a reason and details of its own."""


class Gaps(dict[str, str]):
    """Dots for every detail."""

    def __missing__(self, name: str) -> str:
        """What stands for the detail of that name."""
        return "…"


class Reasons:
    """The reasons of one language."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        """With the sentences by the codes of their reasons, and tables of words by the names of their details."""
        self.sentences: dict[str, str] = {code: one for code, one in words.items() if isinstance(one, str)}
        self.details: dict[str, dict[str, str]] = {name: one for name, one in words.items() if isinstance(one, dict)}

    def __call__(self, grounds: Reasoned | None) -> str:
        """The sentence for a reason with its details; empty where there is none."""
        return self.tell(grounds.reason, grounds.details) if grounds else ""

    def tell(self, reason: str, details: Mapping[str, Any]) -> str:
        """The same for a code. Raises KeyError if the code has no words, or they name a detail that is not there."""
        return self.sentences[reason] % {name: self._word(name, value) for name, value in details.items()}

    def tell_in_general(self, reason: str) -> str:
        """The sentence for a code, with dots where its details would stand. Raises KeyError if it has no words."""
        return self.sentences[reason] % Gaps()

    def _word(self, name: str, value: Any) -> str:
        if isinstance(value, Mapping):
            return self.tell(value["reason"], value["details"])
        return self.details.get(name, {}).get(value, str(value))


def languages() -> frozenset[str]:
    """The codes of the languages that reasons have words in."""
    return frozenset(path.stem for path in FOLDER.glob("*.toml"))


@cache
def load_reasons(code: str) -> Reasons:
    """The reasons of a language, read once."""
    return Reasons(tomllib.loads((FOLDER / f"{code}.toml").read_text(encoding="utf-8")))


class Refused(Protocol):
    """What is not done, and what varies in why."""

    @property
    def refusal(self) -> str:
        """The code of why."""

    @property
    def details(self) -> Mapping[str, Any]:
        """Texts and numbers by their names."""


@cache
def load_refusals(code: str) -> Reasons:
    """Why something is not done, in a language, read once."""
    return Reasons(tomllib.loads((REFUSALS / f"{code}.toml").read_text(encoding="utf-8")))


def tell_refusal(code: str, refused: Refused) -> str:
    """The words for what is not done, in a language; its own where it has no code."""
    if refused.refusal == "other":
        return str(refused)
    return load_refusals(code).tell(refused.refusal, refused.details)
