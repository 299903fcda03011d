"""How the search index is laid out: its fields, and Whoosh's files without what costs more than it gives."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import accumulate, chain, repeat
from typing import Any

from whoosh import fields
from whoosh.codec.base import Segment
from whoosh.codec.whoosh3 import LENGTHS_COLUMN, W3Codec, W3LeafMatcher, W3PerDocReader
from whoosh.columns import NumericColumn
from whoosh.filedb.filestore import Storage
from whoosh.filedb.structfile import StructFile
from whoosh.formats import Existence, Format, Positions
from whoosh.reading import TermInfo
from whoosh.util.numeric import byte_to_length

from tickets.text.citations import find_citations
from tickets.text.garbled import composed
from tickets.text.stems import literals_of, stems_of

FORM = "FORM7"  # another one when what is below changes: an index of another form is not read, but made anew


class Counts(Existence):  # type: ignore[misc]
    """How often a message has a stem, or cites a place: Whoosh keeps that as a weight, and nothing else is kept."""

    def word_values(self, value: str, _analyzer: object, **_options: Any) -> Iterator[tuple[str, int, float, bytes]]:
        """Each stem and each place of a law in a text, with how often it occurs."""
        counts = Counter(stems_of(value))
        counts.update(term for citation in find_citations(composed(value)) for term in citation.terms)
        for term, count in counts.items():
            yield term, count, count * self.field_boost, b""


class WordPositions(Positions):  # type: ignore[misc]
    """Where in a message a word stands, as plain numbers: less work than Whoosh's tokens and pickles."""

    def word_values(self, value: str, _analyzer: object, **_options: Any) -> Iterator[tuple[str, int, float, bytes]]:
        """Each word of a text as it is written, with the places where it occurs."""
        places: dict[str, list[int]] = defaultdict(list)
        for place, word in enumerate(literals_of(value)):
            places[word].append(place)
        for word, found in places.items():
            yield word, len(found), len(found) * self.field_boost, self.encode(found)

    def encode(self, places: list[int]) -> bytes:
        """Places as unsigned integers in the machine's own byte order."""
        return array("I", places).tobytes()

    def decode_positions(self, octets: bytes) -> list[int]:
        """The places of a word, counted in words from 0."""
        return array("I", octets).tolist()

    def decode_frequency(self, octets: bytes) -> int:
        """How often a word occurs, from the length of its places."""
        return len(octets) // array("I").itemsize


class SpacedWords(Existence):  # type: ignore[misc]
    """Words that are told apart by spaces: less work than Whoosh's tokens."""

    def word_values(self, value: str, _analyzer: object, **_options: Any) -> Iterator[tuple[str, int, float, bytes]]:
        return ((name, 1, 1.0, b"") for name in set(value.split()))


class PresenceTerms(fields.KEYWORD):  # type: ignore[misc]
    """Names, keys or words of which it is asked whether they are there."""

    def __init__(self, *, stored: bool = False) -> None:
        super().__init__(stored=stored)
        self.format = SpacedWords()


class Stemmed(fields.TEXT):  # type: ignore[misc]
    """Words in any of their forms."""

    def __init__(self) -> None:
        super().__init__()
        self.format = Counts()

    def process_text(self, qstring: str, **_options: Any) -> list[str]:
        """The stems of what was asked, made like those of the index."""
        return stems_of(qstring)


class Literal(fields.TEXT):  # type: ignore[misc]
    """Words as they were written, and where."""

    def __init__(self) -> None:
        super().__init__()
        self.format = WordPositions()


class BlockPostings(W3LeafMatcher):  # type: ignore[misc]
    """The list of a term, which can be taken block by block too: at a tenth of the cost of going from one to the next.

    Only while it is fresh: taking blocks and going from one to the next know nothing of each other.
    """

    def blocks(self) -> Iterator[tuple[Iterable[int], Iterable[float]]]:
        """The documents of each block, and how often each has the term."""
        while self._blocklength and not self._atend:
            self._read_data()
            steps, counts, _ = self._data
            if not isinstance(counts, tuple):  # the same for all
                counts = repeat(1.0 if counts is None else counts)
            yield accumulate(steps), counts
            self._next_block()

    def places(self) -> Iterator[tuple[int, list[int]]]:
        """Each document with the places at which it has the term."""
        while self._blocklength and not self._atend:
            self._read_values()
            yield from zip(accumulate(self._data[0]), map(self.format.decode_positions, self._values), strict=False)
            self._next_block()

    def all_ids(self) -> Iterator[int]:
        """The numbers of all documents that have the term, ascending."""
        return chain.from_iterable(documents for documents, _ in self.blocks())


class Lengths(W3PerDocReader):  # type: ignore[misc]
    """What is known of each document, with all lengths read at once."""

    def __init__(self, storage: Storage, segment: Segment) -> None:
        super().__init__(storage, segment)
        self._read: dict[str, list[int]] = {}

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        """How many words a field of a document has, rounded as Whoosh stores it; read once for each field."""
        if fieldname not in self._read:
            name = f"_{fieldname}_len"
            coded = self.column_reader(name, LENGTHS_COLUMN).load() if self.has_column(name) else ()
            self._read[fieldname] = [byte_to_length(one) for one in coded]
        lengths = self._read[fieldname]
        return lengths[docnum] if docnum < len(lengths) else default


class LeanCodec(W3Codec):  # type: ignore[misc]
    """Whoosh's own form of files, without what costs more than it gives: compression, and bounds of lengths."""

    length_stats = False

    def __init__(self) -> None:
        super().__init__(compression=0)

    def postings_reader(
        self, dbfile: StructFile, terminfo: TermInfo, format_: Format, term: object = None, scorer: object = None
    ) -> BlockPostings:
        return BlockPostings(dbfile, *terminfo.extent(), format_, term=term, scorer=scorer)

    def per_document_reader(self, storage: Storage, segment: Segment) -> Lengths:
        return Lengths(storage, segment)


def make_schema() -> fields.Schema:
    """The fields of the index; another schema means that the index is made anew."""
    return fields.Schema(
        ticket=PresenceTerms(stored=True),  # the ticket's key, or the bookmark
        number=fields.COLUMN(NumericColumn("q")),  # the ticket's key once more
        messages=PresenceTerms(stored=True),  # the keys of the messages whose words these are
        seen_by=PresenceTerms(),  # who may see them: as `sight.words_of` names them
        list=PresenceTerms(),
        status=PresenceTerms(),
        answered=PresenceTerms(),  # 1: a lawyer has; 0: none has
        organisation=PresenceTerms(),  # the asker's key
        organisations=PresenceTerms(),  # the words of their names
        authors=PresenceTerms(),
        topics=PresenceTerms(),
        begun=fields.COLUMN(NumericColumn("q")),  # when the first and the last was sent, in minutes
        at=fields.COLUMN(NumericColumn("q")),
        words=Stemmed(),  # subject, texts, names of files and authors: one field is searched fastest
        literally=Literal(),  # the same once more, for phrases
        name=PresenceTerms(),  # DB-42
        event=fields.STORED,  # of the bookmark: the last event that the index holds
    )
