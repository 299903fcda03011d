"""What people may ask of the search index: nothing dear, and nothing but what they may see."""

import re
from dataclasses import dataclass

from whoosh import query
from whoosh.qparser import PhrasePlugin, PlusMinusPlugin, PrefixPlugin, QueryParser, WhitespacePlugin

from tickets.indexing import make_schema
from tickets.membership import Sight
from tickets.models import Status
from tickets.stems import stem_of

LONGEST_QUERY = 200  # characters
MOST_TERMS = 20
SHORTEST_BEGINNING = 3
MOST_BEGINNINGS = 2
BEGINNING = rf"(?P<text>\w{{{SHORTEST_BEGINNING},}})[*](?= |$)"
TICKET = re.compile(r"[A-Za-z]{1,8}-\d{1,9}")


@dataclass(frozen=True)
class Filters:
    """What a search is narrowed to; None: not by this."""

    list_key: int | None = None
    status: Status | None = None
    organisation_key: int | None = None  # the asker's

    def terms(self) -> tuple[tuple[str, str], ...]:
        """The fields of the index by name, each with what a message has to have there."""
        wanted = {"list": self.list_key, "status": self.status, "organisation": self.organisation_key}
        return tuple((name, str(value)) for name, value in wanted.items() if value is not None)


EVERYTHING = Filters()


class Beginning(PrefixPlugin.PrefixNode):  # type: ignore[misc]
    """`data*`: the words that begin so; among stems, those that begin as the stem of this beginning does."""

    def query(self, parser: QueryParser) -> query.Query:
        text = self.text.lower()
        stem = stem_of(text)
        begins_with = stem if text.startswith(stem) and len(stem) >= SHORTEST_BEGINNING else text
        return query.Prefix("words", begins_with)


class BeginningPlugin(PrefixPlugin):  # type: ignore[misc]
    nodetype = Beginning


def parse_words(words: str) -> query.Query:
    """Words, "phrases", beginnings*, + and -, and nothing dearer: no other wildcards, ranges or brackets."""
    terms = words[:LONGEST_QUERY].split()[:MOST_TERMS]
    too_dear = [term for term in terms if term.endswith("*")][MOST_BEGINNINGS:]
    words = " ".join(term for term in terms if term not in too_dear)
    if number := TICKET.fullmatch(words):
        return query.Term("name", number.group().lower())
    plugins = [WhitespacePlugin(), PhrasePlugin(), PlusMinusPlugin(), BeginningPlugin(BEGINNING)]
    return QueryParser("words", schema=make_schema(), plugins=plugins).parse(words)


def words_of(sight: Sight) -> frozenset[str]:
    """The words of `seen_by` of which a message has at least one, if the one who asks may see it."""
    words = {f"open-{key}" for key in sight.member_of | sight.public} | {f"lawyers-{key}" for key in sight.lawyer_of}
    return frozenset(words if sight.person_key is None else words | {f"person-{sight.person_key}"})
