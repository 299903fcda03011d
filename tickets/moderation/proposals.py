"""Proposals: messages that wait for their author's word, and what becomes of them when it comes, or does not.

A proposal is decided once, whoever comes first: a reply, a button, an administrator or the calendar.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, bindparam
from sqlmodel import Session, col, select, update

from tickets import journal
from tickets.database.models import (
    Arrival,
    Choice,
    Delivery,
    Event,
    EventKind,
    Letter,
    MailingList,
    Person,
    Preview,
    Proposal,
    ProposalKind,
)
from tickets.errors import BadInput
from tickets.moderation import holding, originals
from tickets.reasons import Reason

PATIENCE = timedelta(days=14)  # after that it counts as withdrawn
PAGE = 100
NEWEST = select(Proposal).where(col(Proposal.arrival_key) == bindparam("arrival_key")).order_by(col(Proposal.id).desc())
UNREAD = "unread"  # where a number may stand: a file that cannot be looked into

ASKED = {
    ProposalKind.CPR: EventKind.CPR_FOUND,
    ProposalKind.ANONYMOUS: EventKind.PREVIEWED,
    ProposalKind.UNPROVEN: EventKind.UNADDRESSED,
    ProposalKind.COMMAND: EventKind.COMMAND_UNCLEAR,
    ProposalKind.AUDIENCE: EventKind.AUDIENCE_UNCLEAR,
    ProposalKind.NEWS: EventKind.NEWS_SCHEDULED,
}  # what the journal calls it when an author is asked
ASKING = {event: kind for kind, event in ASKED.items()}  # what is asked by a letter about such an event
OFFERED_BESIDE = {ProposalKind.COMMAND: (Choice.MEANT,), ProposalKind.AUDIENCE: (Choice.ONLY,)}
DROPPED = {
    EventKind.PROPOSAL_DECIDED: Reason.WITHDRAWN,
    EventKind.PROPOSAL_EXPIRED: Reason.EXPIRED,
}


@dataclass(frozen=True)
class UnclearLine:
    """A line that may be a command, as the proposal about it keeps what its author is asked."""

    line: str
    miss: str  # what is wrong with it, as `commands.nearness` calls it
    meant: str = ""  # the command that it may be; empty if nobody can tell
    refusal: str = ""  # the code of why a command cannot be done; empty if it can
    details: Mapping[str, Any] = field(default_factory=dict)  # what varies in that
    sender: str = ""  # the address that submitted the mail, if that is not its author's
    text: str = ""  # of the mail

    def finding(self) -> dict[str, Any]:
        """What is stored of it."""
        return asdict(self)


def unclear_line_of(proposal: Proposal) -> UnclearLine:
    """What a proposal of the kind `COMMAND` asks about."""
    names = {one.name for one in fields(UnclearLine)}
    return UnclearLine(**{name: said for name, said in proposal.findings[0].items() if name in names})


@dataclass(frozen=True)
class NewsTime:
    """When news is to go out, as the proposal about it keeps that; at no time yet, if its line says none."""

    line: str  # of the mail, that said when
    at: datetime | None
    fault: str = ""  # of the line, or of one that was to change it: unread, past or far
    text: str = ""  # what is to go out
    wrong: str = ""  # the line that was to change it, and could not

    def finding(self) -> dict[str, Any]:
        """What is stored of it."""
        return asdict(self) | {"at": self.at.isoformat() if self.at else ""}


def news_time_of(proposal: Proposal) -> NewsTime:
    """When the news goes out that a proposal of the kind `NEWS` is about."""
    told = proposal.findings[0]
    return NewsTime(**told | {"at": datetime.fromisoformat(told["at"]) if told["at"] else None})


def make(
    session: Session,
    kind: ProposalKind,
    arrival: Arrival,
    author: Person,
    mailing_list: MailingList,
    now: datetime,
    findings: Sequence[Mapping[str, Any]] = (),
    preview: Preview | None = None,
    until: datetime | None = None,
) -> Proposal:
    """Have the author of an arrival, which the caller holds, asked about it; an earlier proposal, if there is one.

    The preview that they are shown belongs to the proposal from here on. It waits `until` then, or as long as most do.
    """
    if made := find(session, kind, arrival.key):
        return made
    proposal = Proposal(
        kind=kind,
        arrival_key=arrival.key,
        person_key=author.key,
        mailing_list_key=mailing_list.key,
        findings=[dict(finding) for finding in findings],
        made_at=now,
        expires_at=until or now + PATIENCE,
    )
    session.add(proposal)
    session.flush()
    if preview is not None:
        preview.proposal_key = proposal.key
        session.add(preview)
        session.flush()
    journal.append(session, ASKED[kind], now, list_key=mailing_list.id, person_key=author.id, arrival_key=arrival.id)
    return proposal


def ask_again(
    session: Session,
    proposal: Proposal,
    findings: Sequence[Mapping[str, Any]],
    now: datetime,
    until: datetime | None = None,
) -> None:
    """Have the author asked anew about a message of theirs: what they said of it did not settle it."""
    proposal.findings = [dict(finding) for finding in findings]
    proposal.choice = proposal.decided_at = proposal.told_at = None
    proposal.made_at, proposal.expires_at = now, until or now + PATIENCE
    session.add(proposal)
    session.flush()
    journal.append(
        session, ASKED[proposal.kind], now,
        list_key=proposal.mailing_list_key, person_key=proposal.person_key, arrival_key=proposal.arrival_key,
    )  # fmt: skip


def find(session: Session, kind: ProposalKind, arrival_key: int) -> Proposal | None:
    """What was proposed to the author of this arrival, decided or not."""
    query = select(Proposal).where(Proposal.arrival_key == arrival_key, Proposal.kind == kind)
    return session.exec(query).first()


def untold_people(session: Session, before: datetime) -> list[int]:
    """The keys of those for whom something waits since before then, of which they were not told."""
    waiting = (col(Proposal.choice).is_(None), col(Proposal.told_at).is_(None), col(Proposal.made_at) <= before)
    return list(session.exec(select(Proposal.person_key).where(*waiting).distinct().order_by(col(Proposal.person_key))))


def untold(session: Session, author: Person, most: int) -> list[Proposal]:
    """The proposals of which this author was not told, oldest first."""
    waiting = (col(Proposal.choice).is_(None), col(Proposal.told_at).is_(None), Proposal.person_key == author.id)
    return list(session.exec(select(Proposal).where(*waiting).order_by(col(Proposal.id)).limit(most)))


def found_numbers(proposal: Proposal) -> bool:
    """Whether a proposal is about CPR numbers that were found, and not only about files that nobody could read."""
    return any(finding.get("where") != UNREAD for finding in proposal.findings)


def find_previewed(session: Session, message_ids: Collection[str]) -> Proposal | None:
    """The newest proposal about one of these messages, if it was to be asked anonymously."""
    if not message_ids:
        return None
    query = select(Proposal).join(Preview, col(Preview.proposal_key) == col(Proposal.id))
    return session.exec(query.where(col(Preview.message_id).in_(message_ids)).order_by(col(Proposal.id).desc())).first()


def preview_of(session: Session, proposal: Proposal) -> Preview:
    """How the others would read what an anonymous proposal is about."""
    return session.get_one(Preview, proposal.id)


def newest_of(session: Session, arrival_key: int) -> Proposal | None:
    """What was last proposed about an arrival."""
    return session.execute(NEWEST, {"arrival_key": arrival_key}).scalars().first()


def was_released(session: Session, arrival_key: int) -> bool:
    """Whether the author of this arrival has said of it that it is to be sent."""
    proposal = newest_of(session, arrival_key)
    return proposal is not None and proposal.choice not in (None, Choice.WITHDRAW)


def asked_by_letter(session: Session, person: Person, message_ids: Collection[str]) -> Proposal | None:
    """What this person was asked in one of the letters with these ids, if they were asked anything in them."""
    asking = (
        select(Event)
        .join(Delivery, col(Delivery.event_key) == col(Event.id))
        .join(Letter, col(Letter.id) == col(Delivery.letter_key))
        .where(col(Letter.message_id).in_(message_ids), Delivery.person_key == person.id)
        .where(col(Event.kind).in_([*ASKING, EventKind.PROPOSAL_UNCLEAR]))
    )
    for event in session.exec(asking):
        proposal = _asked_by(session, event)
        if proposal is not None and proposal.person_key == person.id:
            return proposal
    return None


def _asked_by(session: Session, event: Event) -> Proposal | None:
    """The proposal that the letter about an event asks about; for a letter on which words decide, the newest."""
    about, arrival_key = ASKING.get(event.kind), event.arrival_key or 0
    return find(session, about, arrival_key) if about else newest_of(session, arrival_key)


def offered(kind: ProposalKind) -> tuple[Choice, ...]:
    """What an author may choose who is asked about such a mail."""
    return (Choice.SEND, *OFFERED_BESIDE.get(kind, ()), Choice.WITHDRAW)


def decide(session: Session, proposal: Proposal, choice: Choice, now: datetime) -> bool:
    """Do as the author chose; False, and nothing done, if it was decided before. `proposal` then tells how.

    Raises BadInput if that was not among what they could choose.
    """
    if choice not in offered(proposal.kind):
        raise BadInput(f"{choice} is no answer to this question")
    return _decide(session, proposal, choice, EventKind.PROPOSAL_DECIDED, now)


def supersede(session: Session, proposal: Proposal, now: datetime) -> None:
    """Take back a proposal whose author wrote a new text; the letter that shows that text tells of it."""
    proposal.choice, proposal.decided_at = Choice.WITHDRAW, now
    session.add(proposal)
    arrival = session.get_one(Arrival, proposal.arrival_key, populate_existing=True, with_for_update=True)
    holding.drop(arrival, Reason.REPLACED, now)


def expire(session: Session, now: datetime) -> int:
    """Take back what nobody decided in time, and send news whose time has come; how much that was."""
    query = select(Proposal).where(col(Proposal.choice).is_(None), col(Proposal.expires_at) <= now)
    due = list(session.exec(query.order_by(col(Proposal.id)).limit(PAGE)))
    return sum(_decide(session, one, _choice_in_time(one), EventKind.PROPOSAL_EXPIRED, now) for one in due)


def goes_at(proposal: Proposal) -> datetime | None:
    """When a message is sent by itself; None for all but news whose time was told."""
    return news_time_of(proposal).at if proposal.kind is ProposalKind.NEWS else None


def _choice_in_time(proposal: Proposal) -> Choice:
    """What becomes of a proposal on which nobody decided until its time had come."""
    return Choice.SEND if goes_at(proposal) else Choice.WITHDRAW


def count_news(session: Session) -> tuple[int, datetime | None]:
    """How much news waits for its time, and when the next of it goes out."""
    waiting = (Proposal.kind == ProposalKind.NEWS, col(Proposal.choice).is_(None))
    times = list(filter(None, map(goes_at, session.exec(select(Proposal).where(*waiting)))))
    return len(times), min(times, default=None)


def has_expired(session: Session, now: datetime) -> bool:
    """Whether a proposal is past its day and nobody has decided on it."""
    query = select(Proposal.id).where(col(Proposal.choice).is_(None), col(Proposal.expires_at) <= now)
    return session.exec(query.limit(1)).first() is not None


def _decide(session: Session, proposal: Proposal, choice: Choice, told_as: EventKind, now: datetime) -> bool:
    undecided = (col(Proposal.id) == proposal.id, col(Proposal.choice).is_(None))
    # Whoever updates the row first has decided: another waits here, and then finds nothing undecided
    done = session.execute(update(Proposal).where(*undecided).values(choice=choice, decided_at=now))
    assert isinstance(done, CursorResult)
    session.refresh(proposal)
    if not done.rowcount:
        return False
    arrival = session.get_one(Arrival, proposal.arrival_key, populate_existing=True, with_for_update=True)
    if choice is not Choice.WITHDRAW:
        if proposal.kind is ProposalKind.CPR:
            originals.put_redacted_in_place(session, arrival.content_key)
        holding.process_again(arrival, now)
    else:
        holding.drop(arrival, DROPPED[told_as], now)
    journal.append(
        session, told_as, now,
        list_key=proposal.mailing_list_key, person_key=proposal.person_key, arrival_key=proposal.arrival_key,
    )  # fmt: skip
    return True
