"""What people may ask of the search index: nothing dear, and nothing but what they may see."""

import re
from dataclasses import dataclass

from whoosh import query
from whoosh.qparser import PhrasePlugin, Plugin, PlusMinusPlugin, PrefixPlugin, QueryParser, WhitespacePlugin
from whoosh.qparser.syntax import TextNode
from whoosh.qparser.taggers import Tagger

from tickets.database.models import Status
from tickets.search.indexing import make_schema
from tickets.text.citations import read_citation
from tickets.text.garbled import composed
from tickets.text.stems import literals_of, stem_of

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
        """The words of the index that begin so; by their stem, where that is long enough to tell anything."""
        text = self.text.lower()
        stem = stem_of(text)
        begins_with = stem if text.startswith(stem) and len(stem) >= SHORTEST_BEGINNING else text
        return query.Prefix("words", begins_with)


class BeginningPlugin(PrefixPlugin):  # type: ignore[misc]
    """Reads `word*` as the beginning of a word."""

    nodetype = Beginning


class Phrase(PhrasePlugin.PhraseNode):  # type: ignore[misc]
    """`"artikel 6"`: these words, in this order, as they were written."""

    def query(self, parser: QueryParser) -> query.Query | None:
        """The words next to each other as they are written; None if there are none."""
        words = literals_of(self.text)
        return query.Phrase("literally", words).normalize() if words else None


class ExactPlugin(PhrasePlugin):  # type: ignore[misc]
    """Reads words in quotation marks as a phrase, compared word by word."""

    class PhraseTagger(PhrasePlugin.PhraseTagger):  # type: ignore[misc]
        def create(self, parser: QueryParser, match: re.Match[str]) -> Phrase:
            return Phrase(match["text"], match.start("text"))


class Cited(TextNode):  # type: ignore[misc]
    """`art. 6, stk. 1`: the places that a citation names, however the text writes them."""

    def __init__(self, terms: tuple[str, ...]) -> None:
        super().__init__(" ".join(terms))
        self.terms = terms

    def query(self, parser: QueryParser) -> query.Query:
        """Messages that have all terms of the place of the law."""
        return query.And([query.Term("words", term) for term in self.terms]).normalize()


class CitationTagger(Tagger):  # type: ignore[misc]
    """Finds a place of a law in what was asked."""

    def match(self, parser: QueryParser, text: str, pos: int) -> Cited | None:
        """The place of a law that begins here in the text; None if none does."""
        found = read_citation(text, pos)
        return Cited(found.whole).set_range(found.start, found.end) if found else None


class CitationPlugin(Plugin):  # type: ignore[misc]
    """Has the parser read places of laws before words."""

    def taggers(self, parser: QueryParser) -> list[tuple[Tagger, int]]:
        return [(CitationTagger(), 0)]


def parse_words(words: str) -> query.Query:
    """Words, "phrases", beginnings*, citations, + and -, and nothing dearer: no other wildcards, ranges or brackets."""
    terms = composed(words)[:LONGEST_QUERY].split()[:MOST_TERMS]
    too_dear = [term for term in terms if term.endswith("*")][MOST_BEGINNINGS:]
    words = " ".join(term for term in terms if term not in too_dear)
    if number := TICKET.fullmatch(words):
        return query.Term("name", number.group().lower())
    plugins = [WhitespacePlugin(), ExactPlugin(), CitationPlugin(), PlusMinusPlugin(), BeginningPlugin(BEGINNING)]
    return QueryParser("words", schema=make_schema(), plugins=plugins).parse(words)


def phrases_of(asked: query.Query) -> list[tuple[str, ...]]:
    """The phrases that were asked for, each as its words; also one of a single word."""
    found = [leaf for leaf in asked.leaves() if getattr(leaf, "fieldname", "") == "literally"]
    return [tuple(leaf.words) if isinstance(leaf, query.Phrase) else (leaf.text,) for leaf in found]
