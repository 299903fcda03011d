"""CPR: an author is told where civil registration numbers stand in their mail, and asked; the lawyers that we ask.

Neither letter repeats a number, nor anything else of the mail but its subject to its author.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from mailer.addresses import Purpose, addresses_of, read_directory
from mailer.intake.arrivals import find_siblings
from mailer.letters.declaration import Declaration, LetterBudget, Means, Owed, draft_notice, for_each, for_one
from mailer.letters.letters import Draft, View
from mailer.letters.proposing import ProposalView, draft_about, find_facts, sample_facts
from mailer.letters.samples import AUTHOR, LATER, Sample
from tickets.database.models import (
    Arrival,
    Event,
    EventKind,
    LetterKind,
    MailingList,
    Person,
    Proposal,
    ProposalKind,
    Urgency,
)
from tickets.moderation import proposals
from tickets.people import appointments


@dataclass(frozen=True)
class CprView(ProposalView):
    """To the author."""

    findings: tuple[Mapping[str, Any], ...]  # as they are noted in the proposal
    deleted_at: datetime
    is_anonymous: bool  # they are shown it before it is sent


@dataclass(frozen=True)
class CprHeldView(View):
    """To the list's lawyers."""

    number: int  # of the arrival
    author: str
    expires_at: datetime
    is_sure: bool


@dataclass(frozen=True)
class MoreHeldView(View):
    """To the list's lawyers, of several mails that their author was told of in one letter."""

    count: int
    author: str


def _ask_author(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    proposal = proposals.find(session, ProposalKind.CPR, event.arrival_key or 0)
    if proposal is None or proposal.choice is not None:
        return
    view = CprView(
        find_facts(session, means, proposal),
        findings=tuple(proposal.findings),
        deleted_at=proposal.made_at + means.privacy.keep_original,
        is_anonymous=_is_anonymous(session, means, proposal),
    )
    author = session.get_one(Person, proposal.person_key)
    yield for_one(draft_about(session, means, LetterKind.CPR, proposal, view), author, asks=proposal)


def _tell_lawyers(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    """Word of it once its author was told; what waits for the next round is told of by that."""
    proposal = proposals.find(session, ProposalKind.CPR, event.arrival_key or 0)
    if proposal is None or (proposal.choice is None and proposal.told_at is None):
        return
    author = session.get_one(Person, proposal.person_key)
    view = CprHeldView(
        number=proposal.arrival_key,
        author=author.name or author.email,
        expires_at=proposal.expires_at,
        is_sure=proposals.found_numbers(proposal),
    )
    mailing_list = session.get_one(MailingList, proposal.mailing_list_key)
    draft = draft_notice(means, LetterKind.CPR_HELD, mailing_list, view)
    yield for_each(draft, lawyers_but(session, mailing_list, author))


def draft_more_held(means: Means, mailing_list: MailingList, author: Person, count: int) -> Draft:
    """To a list's lawyers: so many more mails of one author wait."""
    view = MoreHeldView(count, author.name or author.email)
    return draft_notice(means, LetterKind.CPR_HELD, mailing_list, view, "cpr_held_more")


def lawyers_but(session: Session, mailing_list: MailingList, author: Person) -> list[Person]:
    """The lawyers of a list, without an author among them."""
    return [one for one in appointments.lawyers(session, mailing_list.key) if one.id != author.id]


def _is_anonymous(session: Session, means: Means, proposal: Proposal) -> bool:
    """Whether the mail came to where one asks anonymously, so that its author is shown it before it is sent."""
    arrival = session.get_one(Arrival, proposal.arrival_key)
    mailing_list = session.get_one(MailingList, proposal.mailing_list_key)
    directory = read_directory(session, means.portal.domain, means.signer)
    recipients = [arrival.recipient, *(recipient for recipient, _ in find_siblings(session, arrival))]
    purposes = {one.purpose for one in addresses_of(directory, mailing_list, recipients)}
    return Purpose.ANONYMOUS in purposes and Purpose.CONFIDENTIAL not in purposes


def _sample(*, is_sure: bool) -> Sample:
    found = {"where": "text", "line": 3} if is_sure else {"where": "unread", "why": "encrypted", "name": "Sag.zip"}
    view = CprView(sample_facts(ProposalKind.CPR, is_sure=is_sure), (found,), LATER, is_anonymous=is_sure)
    return Sample(view, "number" if is_sure else "unread")


LETTERS = (
    Declaration(
        LetterKind.CPR,
        (_sample(is_sure=True), _sample(is_sure=False)),
        (EventKind.CPR_FOUND,),
        _ask_author,
        budget=LetterBudget.ASKING,
    ),
    Declaration(
        LetterKind.CPR_HELD,
        (
            Sample(CprHeldView(17, AUTHOR, LATER, is_sure=True), "number"),
            Sample(CprHeldView(17, AUTHOR, LATER, is_sure=False), "unread"),
            Sample(MoreHeldView(3, AUTHOR), "more", "cpr_held_more"),
        ),
        (EventKind.CPR_FOUND,),
        _tell_lawyers,
        Urgency.TICKET,
    ),
)
