"""Decisions: an author is told that their mail was taken back, or which words decide; what was sent tells of itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from mailer.letters.declaration import Declaration, LetterBudget, Means, Owed, for_one
from mailer.letters.proposing import ProposalView, draft_about, find_facts, sample_facts
from mailer.letters.samples import Sample
from tickets.database.models import Choice, Event, EventKind, LetterKind, Person, ProposalKind
from tickets.moderation import proposals


@dataclass(frozen=True)
class DecidedView(ProposalView):
    """Of a mail that was taken back."""

    happened: EventKind  # it was decided, or time ran out


@dataclass(frozen=True)
class UndecidedView(ProposalView):
    """To an author whose word was not understood, or came after another: how things stand."""

    choice: Choice | None


def _tell_of_withdrawal(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    proposal = proposals.newest_of(session, event.arrival_key or 0)
    if proposal is None or proposal.choice is not Choice.WITHDRAW:
        return
    view = DecidedView(find_facts(session, means, proposal), happened=event.kind)
    author = session.get_one(Person, proposal.person_key)
    yield for_one(draft_about(session, means, LetterKind.DECIDED, proposal, view), author)


def _tell_what_decides(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    proposal = proposals.newest_of(session, event.arrival_key or 0)
    if proposal is None:
        return
    view = UndecidedView(find_facts(session, means, proposal), choice=proposal.choice)
    author = session.get_one(Person, proposal.person_key)
    yield for_one(draft_about(session, means, LetterKind.UNDECIDED, proposal, view), author)


TAKEN_BACK = (EventKind.PROPOSAL_DECIDED, EventKind.PROPOSAL_EXPIRED)
LETTERS = (
    Declaration(
        LetterKind.DECIDED,
        tuple(Sample(DecidedView(sample_facts(ProposalKind.CPR), event), event.value) for event in TAKEN_BACK),
        TAKEN_BACK,
        _tell_of_withdrawal,
        budget=LetterBudget.AUTOMATIC,
    ),
    Declaration(
        LetterKind.UNDECIDED,
        tuple(
            Sample(UndecidedView(sample_facts(about), choice), f"{about}-{choice or 'waits'}")
            for about in ProposalKind
            for choice in (None, *Choice)
        ),
        (EventKind.PROPOSAL_UNCLEAR,),
        _tell_what_decides,
        budget=LetterBudget.AUTOMATIC,
    ),
)
