"""What search asks of an engine, whichever it is: nothing that knows Danish, or who somebody is."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from sqlmodel import Session

from tickets.search.asking import Concept, Question
from tickets.search.ranking import Found, Ranking, Requirements
from tickets.search.wording.expansion import Lexicon


class SeenIndex(Lexicon, Protocol):
    """One state of the index as somebody sees it: words and tickets that they may not see are not there."""

    def weights_of(self, concepts: Iterable[Concept]) -> Mapping[str, float]:
        """What each term says of a text that has it."""

    def rank(self, question: Question, most: int, *, newest_first: bool = False, is_strict: bool = True) -> Ranking:
        """So many of the tickets that have all that is asked for; where not strict, also of those that are near."""


class OpenIndex(Protocol):
    """One state of the index."""

    def view(self, wanted: Requirements) -> SeenIndex:
        """The index as somebody sees it."""

    def messages_in(self, found: Sequence[Found]) -> dict[Found, list[int]]:
        """The keys of the messages in whose text each ticket was found."""

    def nearest(self, subject: str, text: str, seen_by: frozenset[str]) -> list[int]:
        """The keys of answered tickets that are like this question and may be seen, the nearest first."""


class SearchEngine(Protocol):
    """Where the index is kept."""

    is_shared: bool  # with the other machines of the portal

    @property
    def is_readable(self) -> bool:
        """Whether there is an index of our form."""

    @property
    def bookmark(self) -> int:
        """The last event that the index holds; 0 without an index."""

    @property
    def is_finished(self) -> bool:
        """Whether the index has caught up with the journal since it was made."""

    def is_whole(self) -> bool:
        """Whether the index can be read, and is as it was written."""

    def make(self) -> None:
        """Make an empty index in the place of whatever is there."""

    def clear(self) -> None:
        """Throw the index away."""

    def finish(self) -> None:
        """Note that the index has caught up."""

    def writing(self) -> AbstractContextManager[Session]:
        """A session to read from what is written into the index."""

    def tickets_holding(self, session: Session, messages: Sequence[int | None]) -> set[int]:
        """The tickets under whose key the index has these messages."""

    def write(self, session: Session, due: set[int], texts: Iterable[dict[str, Any]], event: int) -> None:
        """Have these texts in the place of all that there is of the tickets that are due, up to this event."""

    def warm(self) -> None:
        """Open the new state of the index before the first reader needs it."""

    def opened(self, session: Session) -> AbstractContextManager[OpenIndex | None]:
        """The index, for as long as the block lasts; None without one that can be read."""

    def forget(self) -> None:
        """Open the index anew when it is asked next."""
