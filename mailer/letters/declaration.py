"""Declarations: what a kind of letter is, what causes it, who gets it and how it is drafted.

Each kind is declared in one file of `kinds`; `registry` finds them there, and derives what is looked up by kind.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from sqlmodel import Session

from mailer.letters.letters import Draft, View
from mailer.letters.samples import Sample
from tickets import links
from tickets.database.contents import TakeOut, nothing
from tickets.database.models import (
    Capacity,
    Event,
    EventKind,
    LetterKind,
    MailingList,
    Message,
    Person,
    Proposal,
    Urgency,
)
from tickets.moderation.originals import USUAL, Privacy
from tickets.people.sight import Sight
from tickets.portal import Portal
from tickets.search.published import PublishedAnswer
from tickets.search.similar import Answered
from tickets.tokens import Signer

FindSimilar = Callable[[Session, Sight, Message], Sequence[Answered | PublishedAnswer]]
Reader = tuple[Person, Capacity]


class LetterBudget(Enum):
    """Letters of which one address gets ten a day (RFC 3834 2): what is beyond is not written."""

    AUTOMATIC = "automatic"
    ASKING = "asking"  # about one mail each; what is beyond stands in the next round (`rounds`)


@dataclass(frozen=True)
class Means:
    """What writing letters needs to know of the portal."""

    portal: Portal
    signer: Signer
    find_similar: FindSimilar | None = None  # what was answered before, as receipts name it
    privacy: Privacy = USUAL
    take_out: TakeOut = nothing  # files out of mails that are handed on, or go with a letter
    most_attached: int = 0  # octets of the files that go with a letter; what is beyond is linked


@dataclass(frozen=True)
class Owed:
    """A letter that is drafted, and who gets it."""

    draft: Draft
    readers: Sequence[Reader]
    asks: Proposal | None = None  # its author is told of this proposal by the letter


Write = Callable[[Session, Means, Event, datetime], Iterable[Owed]]


@dataclass(frozen=True)
class Declaration:
    """A kind of letter. One that no event causes is drafted by whoever keeps its timetable."""

    kind: LetterKind
    samples: tuple[Sample, ...]
    events: tuple[EventKind, ...] = ()
    write: Write | None = None  # what is owed about one of the events
    urgency: Urgency = Urgency.PERSONAL
    budget: LetterBudget | None = None
    is_for_owners: bool = False  # about no ticket: an answer to it is for those who run the list
    is_secret: bool = False  # its octets are forgotten once it was sent

    @property
    def templates(self) -> tuple[str, ...]:
        """The templates that letters of this kind are made of, by name."""
        return tuple(dict.fromkeys(sample.template or self.kind.value for sample in self.samples))


def draft_notice(
    means: Means,
    kind: LetterKind,
    mailing_list: MailingList | None,
    view: View,
    template: str = "",
    message_id: str = "",
) -> Draft:
    """A letter of the portal itself, about no ticket. Its id is made here unless the view needed it."""
    return Draft(
        kind=kind,
        template=template or kind.value,
        view=view,
        message_id=message_id or links.make_own_id(means.portal),
        mailing_list=mailing_list,
        auto_submitted="auto-generated",
    )


def for_one(draft: Draft, person: Person, asks: Proposal | None = None) -> Owed:
    """A letter to one person, about what is theirs."""
    return Owed(draft, [(person, Capacity.SELF)], asks)


def for_each(draft: Draft, people: Iterable[Person]) -> Owed:
    """A letter to each of these people, because of what they do here."""
    return Owed(draft, [(person, Capacity.SELF) for person in people])
