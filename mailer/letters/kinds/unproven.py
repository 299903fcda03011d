"""Unproven: an author is asked whether a mail in their name was meant for the list: its signature does not say so."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from mailer.addresses import Destination, addresses_of, read_directory
from mailer.letters.declaration import Declaration, LetterBudget, Means, Owed, for_one
from mailer.letters.proposing import ProposalView, draft_about, find_facts, sample_facts
from mailer.letters.samples import ADDRESS, Sample
from tickets.database.models import (
    Arrival,
    Event,
    EventKind,
    LetterKind,
    MailingList,
    Person,
    Proposal,
    ProposalKind,
)
from tickets.moderation import proposals


@dataclass(frozen=True)
class UnprovenView(ProposalView):
    """What its template reads."""

    place: str  # the address that the mail came to


def write(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    """The question to the author, as long as it is not decided."""
    proposal = proposals.find(session, ProposalKind.UNPROVEN, event.arrival_key or 0)
    if proposal is None or proposal.choice is not None:
        return
    view = UnprovenView(find_facts(session, means, proposal), place=_place(session, means, proposal))
    author = session.get_one(Person, proposal.person_key)
    yield for_one(draft_about(session, means, LetterKind.UNPROVEN, proposal, view), author, asks=proposal)


def _place(session: Session, means: Means, proposal: Proposal) -> str:
    """The address that a mail came to, or its list's, where that one was made for somebody."""
    recipient = session.get_one(Arrival, proposal.arrival_key).recipient
    mailing_list = session.get_one(MailingList, proposal.mailing_list_key)
    directory = read_directory(session, means.portal.domain, means.signer)
    found = addresses_of(directory, mailing_list, [recipient])
    is_plain = any(one == Destination(one.purpose, one.mailing_list) for one in found)
    return recipient if is_plain else mailing_list.address


LETTERS = (
    Declaration(
        LetterKind.UNPROVEN,
        (Sample(UnprovenView(sample_facts(ProposalKind.UNPROVEN), ADDRESS)),),
        (EventKind.UNADDRESSED,),
        write,
        budget=LetterBudget.ASKING,
    ),
)
