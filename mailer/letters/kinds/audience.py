"""Audience: a mail that all would get looks as if it were for one; its author says for whom it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from mailer.letters.declaration import Declaration, LetterBudget, Means, Owed, for_one
from mailer.letters.proposing import ProposalView, draft_about, find_facts, sample_facts
from mailer.letters.samples import DECIDING, TEXT, Sample
from tickets import links
from tickets.database.models import Choice, Event, EventKind, LetterKind, MailingList, Person, ProposalKind
from tickets.moderation import proposals
from tickets.numbers.cpr import mask_cpr


@dataclass(frozen=True)
class AudienceView(ProposalView):
    """What its template reads."""

    line: str  # that looks private
    text: str  # of the mail
    is_lawyers: bool  # who wrote it is one of the list's lawyers
    to_all: str  # where to write to have it sent to everybody
    to_one: str  # where to write to have it sent to whom it answers alone


def write(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    """The question to the author, as long as it is not decided."""
    proposal = proposals.find(session, ProposalKind.AUDIENCE, event.arrival_key or 0)
    if proposal is None or proposal.choice is not None:
        return
    mailing_list, found = session.get_one(MailingList, proposal.mailing_list_key), proposal.findings[0]
    view = AudienceView(
        find_facts(session, means, proposal),
        line=mask_cpr(found["line"]), text=found["text"], is_lawyers=found["is_lawyers"],
        to_all=links.choice_address(means.signer, mailing_list, proposal.key, Choice.SEND),
        to_one=links.choice_address(means.signer, mailing_list, proposal.key, Choice.ONLY),
    )  # fmt: skip
    author = session.get_one(Person, proposal.person_key)
    yield for_one(draft_about(session, means, LetterKind.AUDIENCE, proposal, view), author, asks=proposal)


def _sample(line: str, *, is_lawyers: bool) -> Sample:
    facts = sample_facts(ProposalKind.AUDIENCE)
    view = AudienceView(facts, line, f"{line}\n\n{TEXT}", is_lawyers, DECIDING, DECIDING)
    return Sample(view, "lawyer" if is_lawyers else "member")


LETTERS = (
    Declaration(
        LetterKind.AUDIENCE,
        (_sample("Hej Sofie,", is_lawyers=True), _sample("Mellem os sagt:", is_lawyers=False)),
        (EventKind.AUDIENCE_UNCLEAR,),
        write,
        budget=LetterBudget.ASKING,
    ),
)
