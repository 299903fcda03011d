"""Drafts: what people write on a page is kept until it is sent, and the form that sends it does so once."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, delete, func, or_, select

from tickets.database.models import DraftFile, DraftKind, Person, Ticket, WebDraft
from tickets.people.quotas import WITHIN

KEPT = timedelta(days=14)  # since it was saved
KEPT_SENT = timedelta(days=2)  # so that its page can tell what became of it
WRITING = timedelta(minutes=20)  # that somebody who began an answer is taken to be at it
MOST_OPEN = 50  # of one person; the oldest make room


def new_token() -> str:
    """What a new form is known by: 24 hexadecimal digits that nobody can guess."""
    return secrets.token_hex(12)


def find(session: Session, token: str, person: Person) -> WebDraft | None:
    """The draft of this form, if it is the person's."""
    draft = session.get(WebDraft, token)
    return draft if draft is not None and draft.person_key == person.id else None


def save(
    session: Session,
    token: str,
    kind: DraftKind,
    person: Person,
    fields: Mapping[str, Any],
    now: datetime,
    ticket: Ticket | None = None,
) -> WebDraft | None:
    """Keep what a form says; None if its token is another's. What is sent already stays as it was sent."""
    draft = session.get(WebDraft, token, with_for_update=True)
    if draft is None:
        _make_room(session, person)
        draft = WebDraft(token=token, kind=kind, person_key=person.id, began_at=now, saved_at=now)
    elif draft.person_key != person.id:
        return None
    if draft.sent_at is None:
        draft.kind, draft.person_key, draft.network = kind, person.id, ""
        draft.ticket_key = ticket.id if ticket else None
        draft.fields, draft.saved_at = dict(fields), now
    session.add(draft)
    session.flush()
    return draft


def park(session: Session, draft: WebDraft, most: int, now: datetime) -> WebDraft | None:
    """Keep what somebody sent whose login was over, until they log in; None if it cannot be.

    `most` are kept of one network an hour; 0 is no limit. A token that is in use already is replaced by a new one.
    """
    parked = (WebDraft.network == draft.network, col(WebDraft.saved_at) > now - WITHIN)
    if most and session.exec(select(func.count()).select_from(WebDraft).where(*parked)).one() >= most:
        return None
    if session.get(WebDraft, draft.token) is not None:
        draft.token = new_token()
    session.add(draft)
    session.flush()
    return draft


def is_over_quota(session: Session, person: Person, most: int, now: datetime) -> bool:
    """Whether a person has sent as many forms within the hour as they may; 0 is no limit."""
    sent = (WebDraft.person_key == person.id, col(WebDraft.sent_at) > now - WITHIN)
    return bool(most) and session.exec(select(func.count()).select_from(WebDraft).where(*sent)).one() >= most


def mark_sent(session: Session, draft: WebDraft, arrival_key: int, now: datetime) -> None:
    """Note that a draft is an arrival now; its files went with it."""
    draft.sent_at, draft.arrival_key = now, arrival_key
    session.add(draft)
    session.exec(delete(DraftFile).where(col(DraftFile.draft_token) == draft.token))


def discard(session: Session, draft: WebDraft) -> None:
    """Forget a draft and its files."""
    session.exec(delete(DraftFile).where(col(DraftFile.draft_token) == draft.token))
    session.delete(draft)
    session.flush()


def open_drafts(session: Session, person: Person) -> list[WebDraft]:
    """What a person has written and not sent, newest first."""
    theirs = (WebDraft.person_key == person.id, col(WebDraft.sent_at).is_(None))
    return list(session.exec(select(WebDraft).where(*theirs).order_by(col(WebDraft.saved_at).desc()).limit(MOST_OPEN)))


def draft_on(session: Session, person: Person, ticket: Ticket, kind: DraftKind) -> WebDraft | None:
    """What a person began to write in a ticket and has not sent, the newest of it."""
    theirs = (WebDraft.person_key == person.id, WebDraft.ticket_key == ticket.id, WebDraft.kind == kind)
    query = select(WebDraft).where(*theirs, col(WebDraft.sent_at).is_(None)).order_by(col(WebDraft.saved_at).desc())
    return session.exec(query).first()


def others_at(session: Session, ticket: Ticket, person: Person, now: datetime) -> list[tuple[Person, datetime]]:
    """Who else has begun an answer to a ticket lately and not sent it, and when they began."""
    query = (
        select(Person, WebDraft.began_at)
        .join(WebDraft, col(WebDraft.person_key) == col(Person.id))
        .where(WebDraft.ticket_key == ticket.id, WebDraft.kind == DraftKind.ANSWER, col(WebDraft.sent_at).is_(None))
        .where(WebDraft.person_key != person.id, col(WebDraft.saved_at) > now - WRITING)
    )
    return list(session.exec(query.order_by(col(WebDraft.began_at))))


# -- files -----------------------------------------------------------------------------


def files_of(session: Session, draft: WebDraft) -> list[DraftFile]:
    """The files that go with a draft, in the order in which they were added."""
    query = select(DraftFile).where(DraftFile.draft_token == draft.token)
    return list(session.exec(query.order_by(col(DraftFile.id))))


def add_files(session: Session, draft: WebDraft, files: Sequence[DraftFile]) -> None:
    """Put files to a draft that is not sent."""
    for file in files:
        file.draft_token = draft.token
        session.add(file)
    session.flush()


def drop_files(session: Session, draft: WebDraft, keys: Collection[int]) -> None:
    """Take files from a draft."""
    theirs = (col(DraftFile.draft_token) == draft.token, col(DraftFile.id).in_(keys))
    session.exec(delete(DraftFile).where(*theirs))


# -- forgetting ------------------------------------------------------------------------


def forget(session: Session, now: datetime) -> int:
    """Forget what has lain for too long, and what is sent; how many drafts that was."""
    old = select(WebDraft).where(
        or_(
            col(WebDraft.sent_at) <= now - KEPT_SENT,
            col(WebDraft.sent_at).is_(None) & (col(WebDraft.saved_at) <= now - KEPT),
        )
    )
    found = list(session.exec(old))
    for draft in found:
        discard(session, draft)
    return len(found)


def _make_room(session: Session, person: Person) -> None:
    for draft in open_drafts(session, person)[MOST_OPEN - 1 :]:
        discard(session, draft)
