"""Unclear: a line of a mail may ask for something; its author gets the mail back, and chooses what it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from mailer.letters.declaration import Declaration, LetterBudget, Means, Owed, for_one
from mailer.letters.proposing import ProposalView, draft_about, find_facts, sample_facts
from mailer.letters.samples import DECIDING, TEXT, Sample
from tickets import links
from tickets.database.models import Choice, Event, EventKind, LetterKind, MailingList, Person, ProposalKind
from tickets.moderation import proposals
from tickets.moderation.proposals import unclear_line_of
from tickets.reasons import Refusal


@dataclass(frozen=True)
class UnclearView(ProposalView):
    """What its template reads."""

    line: str
    miss: str  # what is wrong with it, as `commands.nearness` calls it
    meant: str  # empty: nobody can tell
    refusal: str  # the code of why it cannot be done, and what varies in it
    details: Mapping[str, Any]
    text: str  # of the mail
    as_answer: str  # where to write to have it sent as it is
    as_meant: str  # where to write to have the command obeyed


def write(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    """The question to the author, as long as it is not decided."""
    proposal = proposals.find(session, ProposalKind.COMMAND, event.arrival_key or 0)
    if proposal is None or proposal.choice is not None:
        return
    mailing_list, unclear = session.get_one(MailingList, proposal.mailing_list_key), unclear_line_of(proposal)
    view = UnclearView(
        find_facts(session, means, proposal),
        line=unclear.line, miss=unclear.miss, meant=unclear.meant, text=unclear.text,
        refusal=unclear.refusal or Refusal.OTHER, details=unclear.details,
        as_answer=links.choice_address(means.signer, mailing_list, proposal.key, Choice.SEND),
        as_meant=links.choice_address(means.signer, mailing_list, proposal.key, Choice.MEANT),
    )  # fmt: skip
    author = session.get_one(Person, proposal.person_key)
    yield for_one(draft_about(session, means, LetterKind.UNCLEAR, proposal, view), author, asks=proposal)


def _sample(miss: str, line: str, meant: str = "", refusal: Refusal = Refusal.OTHER, **details: str) -> Sample:
    facts = sample_facts(ProposalKind.COMMAND)
    text = f"{line}\n\n{TEXT}"
    return Sample(UnclearView(facts, line, miss, meant, refusal, details, text, DECIDING, DECIDING), miss)


LETTERS = (
    Declaration(
        LetterKind.UNCLEAR,
        (
            _sample("spelling", "LUKK", "LUK"),
            _sample("form", "Luk sagen", "LUK"),
            _sample("unknown", "AFSLUT"),
            _sample("place", "LUK", "LUK"),
            _sample("too_many", "FORTRYD"),
            _sample("no_ticket", "LUK"),
            _sample("not_addressed", "LUK", "LUK"),
            _sample("delegated", "LUK", "LUK"),
            _sample("file_alone", "TAG"),
            _sample("impossible", "TILDEL Karl", refusal=Refusal.NO_LAWYER_OR_SEVERAL, name="Karl"),
        ),
        (EventKind.COMMAND_UNCLEAR,),
        write,
        budget=LetterBudget.ASKING,
    ),
)
