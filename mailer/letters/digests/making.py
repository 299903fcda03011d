"""Making: a digest is put together once, and sent once, then or later, as its editors want it."""

from datetime import datetime

from sqlmodel import Session, col, select

from mailer.letters import outbox
from mailer.letters.kinds.digest import DigestView, view_of
from mailer.letters.letters import Draft, marks_for
from templates.language import load_language
from tickets import journal, links, wishes
from tickets.database.models import Capacity, Digest, EventKind, LetterKind, MailingList, Mode
from tickets.issues.collecting import collect, recall
from tickets.issues.edition import Edition
from tickets.people import subscriptions
from tickets.people.askers import nameless_on
from tickets.portal import Portal
from tickets.tokens import Signer

NOBODY = "…"  # what stands for a personal place of a digest that nobody gets


def put_together(
    session: Session,
    portal: Portal,
    mailing_list: MailingList,
    due: datetime,
    period: str,
    mode: Mode = Mode.WEEKLY,
) -> Digest | None:
    """Put a digest together in the caller's transaction; None if that was done before. It is sent by `send`."""
    session.get_one(MailingList, mailing_list.id, with_for_update={"key_share": True}, populate_existing=True)
    if find(session, mailing_list, period) is not None:
        return None
    until = journal.last_event(session)
    content = collect(session, mailing_list, until, mode)
    digest = Digest(
        mailing_list_key=mailing_list.key,
        period=period,
        mode=mode,
        due_at=due,
        until_event=until,
        items=content.items,
        contents=content.noted(),
    )
    session.add(digest)
    session.flush()
    return digest


def draft(
    session: Session, portal: Portal, mailing_list: MailingList, due: datetime, period: str, now: datetime
) -> Digest | None:
    """Put a digest together ahead of its time, and have its editors get it; None if there is nothing to say yet."""
    if not collect(session, mailing_list, journal.last_event(session)).items:
        return None
    digest = put_together(session, portal, mailing_list, due, period)
    if digest is not None:
        journal.append(session, EventKind.DIGEST_DRAFTED, now, list_key=mailing_list.id)
    return digest


def newest_unsent(session: Session, list_key: int) -> Digest | None:
    """The digest of a list that its editors may change now: the newest, if it waits for its time or for them."""
    query = (
        select(Digest)
        .where(Digest.mailing_list_key == list_key, Digest.mode == Mode.WEEKLY)
        .order_by(col(Digest.id).desc())
    )
    newest = session.exec(query.limit(1)).first()
    return newest if newest and newest.sent_at is None else None


def newest_sent(session: Session, list_key: int) -> Digest | None:
    """The weekly digest of a list that went out last."""
    query = select(Digest).where(Digest.mailing_list_key == list_key, Digest.mode == Mode.WEEKLY)
    return session.exec(query.where(col(Digest.sent_at).is_not(None)).order_by(col(Digest.id).desc())).first()


def find(session: Session, mailing_list: MailingList, period: str) -> Digest | None:
    """The digest of a period, if it was put together."""
    query = select(Digest).where(Digest.mailing_list_key == mailing_list.id, Digest.period == period)
    return session.exec(query).first()


def send(session: Session, portal: Portal, signer: Signer, digest: Digest, now: datetime) -> None:
    """Owe the digest to its readers, from `now` on; to nobody if it has nothing to say. The caller looked whether it
    was sent.
    """
    mailing_list = session.get_one(MailingList, digest.mailing_list_key)
    digest.sent_at, digest.is_stopped = now, False
    readers = subscriptions.subscribers(session, mailing_list.key, digest.mode)
    content = recall(session, digest)
    if not content.items or not readers:
        session.flush()
        return
    message_id = links.make_own_id(portal)
    edition = Edition.of(session, portal, mailing_list, digest, content)
    topics = wishes.topics_wanted(session, mailing_list.key, readers)
    for party, people in edition.parties(readers, topics):
        unsubscribe = marks_for(signer, message_id).unsubscribe
        view = view_of(edition.view(party), portal, mailing_list, unsubscribe)
        if not view.has_news:
            continue
        owed = [(person, Capacity.SUBSCRIBER) for person in people]
        outbox.owe(session, portal, draft_digest(mailing_list, view, message_id), owed, digest, now)
    session.flush()


def draft_digest(mailing_list: MailingList, view: DigestView, message_id: str) -> Draft:
    """The letter of a digest."""
    return Draft(
        kind=LetterKind.DIGEST,
        template="digest",
        view=view,
        message_id=message_id,
        mailing_list=mailing_list,
        is_list_mail=True,
        auto_submitted="auto-generated",
    )


def preview(session: Session, portal: Portal, mailing_list: MailingList, due: datetime, period: str) -> str:
    """The text of the digest as it would be now, its subject first; nothing is made or sent."""
    until = journal.last_event(session)
    digest = find(session, mailing_list, period) or Digest(
        mailing_list_key=mailing_list.key, period=period, due_at=due, until_event=until, items=0
    )
    content = recall(session, digest) if digest.id and digest.sent_at is None else collect(session, mailing_list, until)
    edition = Edition.of(session, portal, mailing_list, digest, content)
    view = view_of(edition.view(), portal, mailing_list, NOBODY)
    words = load_language(mailing_list.language, portal.timezone)
    nameless = nameless_on(session, mailing_list)
    return words.render("mail/digest.txt", list=mailing_list.name, nameless=nameless, **view.values())
