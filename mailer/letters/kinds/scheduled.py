"""Scheduled: an editor is told when news of theirs goes out, how it is sent at once or not at all; or asked when."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from mailer.letters.declaration import Declaration, Means, Owed, for_one
from mailer.letters.proposing import ProposalView, draft_about, find_facts, sample_facts
from mailer.letters.samples import LATER, TEXT, Sample
from tickets.database.models import Event, EventKind, LetterKind, Person, ProposalKind
from tickets.moderation import proposals
from tickets.numbers.cpr import mask_cpr


@dataclass(frozen=True)
class ScheduledView(ProposalView):
    """What its template reads."""

    line: str  # that said when, or was to change that
    fault: str  # why that cannot be: unread, past or far; empty if it can
    text: str  # of the news


def write(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    """The letter to the author, as long as the news waits."""
    proposal = proposals.find(session, ProposalKind.NEWS, event.arrival_key or 0)
    if proposal is None or proposal.choice is not None:
        return
    told = proposals.news_time_of(proposal)
    view = ScheduledView(
        find_facts(session, means, proposal), mask_cpr(told.wrong or told.line), told.fault, mask_cpr(told.text)
    )
    author = session.get_one(Person, proposal.person_key)
    yield for_one(draft_about(session, means, LetterKind.SCHEDULED, proposal, view), author, asks=proposal)


def _sample(name: str, fault: str = "", *, has_time: bool = True) -> Sample:
    facts = replace(sample_facts(ProposalKind.NEWS), goes_at=LATER if has_time else None)
    return Sample(ScheduledView(facts, "UDSEND mandag 8", fault, TEXT), name)


LETTERS = (
    Declaration(
        LetterKind.SCHEDULED,
        (
            _sample("timed"),
            _sample("unread", "unread", has_time=False),
            _sample("past", "past", has_time=False),
            _sample("unchanged", "far"),
        ),
        (EventKind.NEWS_SCHEDULED,),
        write,
    ),
)
