"""Distribution: follows the journal and turns what happened into letters owed to people. It sends nothing."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, func, select

from mailer.address import ANONYMOUS_DESK
from mailer.letters import Draft, compose, marks_for
from templates.language import load_language
from tickets import journal, links, logins, membership
from tickets.journal import Follower
from tickets.models import (
    Arrival,
    Attachment,
    Capacity,
    Delivery,
    Event,
    EventKind,
    Identifier,
    Letter,
    LetterKind,
    MailingList,
    Message,
    MessageKind,
    Organisation,
    Person,
    Ticket,
    Visibility,
    metadata,
)
from tickets.portal import Portal
from tickets.tokens import Signer

FOLLOWER = "distribution"
TOO_OLD = timedelta(days=1)
FREE_RECEIPTS = 3  # a sender's first, whatever the hour
RECEIPT_EVERY = timedelta(hours=1)
MOST_AUTOMATIC = 10  # automatic letters to one address and day
AUTOMATIC = {
    LetterKind.RECEIPT,
    LetterKind.SUBSCRIBED,
    LetterKind.UNSUBSCRIBED,
    LetterKind.HELP,
    LetterKind.CPR,
    LetterKind.QUARANTINED,
}

LETTERS_ABOUT = {
    MessageKind.QUESTION: LetterKind.QUESTION,
    MessageKind.ANSWER: LetterKind.ANSWER,
    MessageKind.FOLLOW_UP: LetterKind.FOLLOW_UP,
    MessageKind.REPLY: LetterKind.REPLY,
    MessageKind.NEWS: LetterKind.NEWS,
    MessageKind.NOTE: LetterKind.NOTE,
}


def N_(words: str) -> str:  # noqa: N802 - gettext's name for words that are translated later
    return words


HEADINGS = {
    MessageKind.QUESTION: N_("New question"),
    MessageKind.ANSWER: N_("Answer from the lawyers"),
    MessageKind.FOLLOW_UP: N_("More from the asker"),
    MessageKind.REPLY: N_("Reply from a member"),
    MessageKind.NEWS: N_("News"),
    MessageKind.NOTE: N_("Internal note"),
}
TO_THE_ASKER = N_("Just reply: your mail goes to the lawyers and everybody who follows the thread.")
TO_THE_LAWYERS = N_("Just reply: your mail goes to the asker and the lawyers, and to nobody else.")
TO_ALL = N_("Just reply: your mail goes to the asker, the lawyers and everybody who follows the list.")


@dataclass(frozen=True)
class Desk:
    """What writing letters needs to know of the portal."""

    portal: Portal
    signer: Signer


def distributor(portal: Portal, signer: Signer) -> Follower:
    """The follower of the journal that writes letters; new, it starts at the journal's end."""
    desk = Desk(portal, signer)

    def handle(session: Session, event: Event, now: datetime) -> None:
        tell = TELLERS.get(event.kind)
        if tell is None or event.is_quiet:
            return
        if now - event.happened_at > TOO_OLD:
            journal.set_aside(session, FOLLOWER, event.id or 0, "older than a day: mailed only on the operator's word")
            return
        tell(session, desk, event, now)

    return Follower(FOLLOWER, handle)


# -- letters about a message -----------------------------------------------------------


def _tell_of_message(session: Session, desk: Desk, event: Event, now: datetime) -> None:
    """A letter about a post to everybody who is told of it: one for the asker, one for all others."""
    message = session.get(Message, event.message_key)
    if message is None:
        return
    ticket = session.get_one(Ticket, message.ticket_key)
    mailing_list = session.get_one(MailingList, ticket.mailing_list_key)
    told = list(membership.audience(session, ticket, message).values())
    about = LETTERS_ABOUT[message.kind]
    for capacities in ({Capacity.ASKER}, {Capacity.LAWYER, Capacity.SUBSCRIBER}):
        recipients = [(person, capacity) for person, capacity in told if capacity in capacities]
        if not recipients:
            continue
        draft = _draft_about(session, desk, mailing_list, ticket, message, is_for_asker=capacities == {Capacity.ASKER})
        _owe(session, desk, about, draft, recipients, event, now, ticket=ticket, message=message)


def _tell_of_question(session: Session, desk: Desk, event: Event, now: datetime) -> None:
    _tell_of_message(session, desk, event, now)
    message = session.get(Message, event.message_key)
    if message is not None:
        _send_receipt(session, desk, event, message, now)


def _draft_about(
    session: Session, desk: Desk, mailing_list: MailingList, ticket: Ticket, message: Message, *, is_for_asker: bool
) -> Draft:
    author = session.get_one(Person, message.author_key)
    organisation = session.get(Organisation, author.organisation_key) if author.organisation_key else None
    parent = session.get(Message, message.parent_key) if message.parent_key else None
    is_confidential = ticket.visibility is Visibility.CONFIDENTIAL
    named = ", ".join(filter(None, [author.name or author.email, organisation.name if organisation else ""]))
    marks = marks_for(desk.signer, message.own_id)
    in_reply_to, references = _thread_fields(desk.portal, mailing_list, ticket, parent, is_for_asker=is_for_asker)
    return Draft(
        template="post",
        values={
            "ticket": ticket,
            "prefix": "" if parent is None else "SV:",
            "name": links.ticket_name(mailing_list, ticket),
            "author": author.name or author.email,
            "organisation": organisation.name if organisation else "",
            "heading": HEADINGS[message.kind],
            "at": message.sent_at,
            "from_municipality": message.kind is MessageKind.REPLY,
            "text": message.text,
            "quoted": message.quoted if parent is None else "",
            "files": _files(session, desk.portal, message),
            "how_to_answer": TO_THE_LAWYERS if is_confidential else TO_THE_ASKER if is_for_asker else TO_ALL,
            "url": links.message_url(desk.portal, message),
            "list": mailing_list.name,
            "is_list_mail": not is_for_asker and not is_confidential,
            "is_confidential": is_confidential,
            "unsubscribe": marks.unsubscribe,
        },
        message_id=message.own_id,
        mailing_list=mailing_list,
        author=f"{named} via {mailing_list.name}",
        in_reply_to=in_reply_to,
        references=references,
        is_list_mail=not is_for_asker and not is_confidential,
        archived_at=links.message_url(desk.portal, message),
    )


def _thread_fields(
    portal: Portal, mailing_list: MailingList, ticket: Ticket, parent: Message | None, *, is_for_asker: bool
) -> tuple[str, tuple[str, ...]]:
    """In-Reply-To and References: always the ticket's own reference; the asker's own id for nobody but the asker."""
    reference = links.ticket_reference(portal, mailing_list, ticket)
    if parent is None:
        return "", (reference,)
    if is_for_asker and parent.author_key == ticket.asker_key:
        return parent.message_id, (reference, parent.own_id, parent.message_id)
    return parent.own_id, (reference, parent.own_id)


def _files(session: Session, portal: Portal, message: Message) -> list[dict[str, object]]:
    query = select(Attachment).where(Attachment.message_key == message.id).order_by(col(Attachment.part))
    url = links.message_url(portal, message)
    return [{"name": one.name, "size": one.size, "url": f"{url}/{one.part}"} for one in session.exec(query)]


# -- one-to-one letters ----------------------------------------------------------------


def _send_receipt(session: Session, desk: Desk, event: Event, message: Message, now: datetime) -> None:
    """Word that a question was filed (RFC 3834): the first three of a sender, then one an hour."""
    asker = session.get_one(Person, message.author_key)
    receipts = (Delivery.person_key == asker.id, Delivery.kind == LetterKind.RECEIPT)
    newest, count = session.exec(select(func.max(Delivery.made_at), func.count()).where(*receipts)).one()
    if count >= FREE_RECEIPTS and newest > now - RECEIPT_EVERY:
        return
    ticket = session.get_one(Ticket, message.ticket_key)
    mailing_list = session.get_one(MailingList, ticket.mailing_list_key)
    arrival = session.get(Arrival, event.arrival_key) if event.arrival_key else None
    draft = _draft_to_one(
        desk,
        "receipt",
        mailing_list,
        ticket=ticket,
        name=links.ticket_name(mailing_list, ticket),
        list=mailing_list.name,
        url=links.ticket_url(desk.portal, mailing_list, ticket),
        is_confidential=ticket.visibility is Visibility.CONFIDENTIAL,
        asked_anonymously=arrival is not None and ANONYMOUS_DESK.search(arrival.recipient) is not None,
        similar=[],
        text=message.text,
    )
    draft = replace(
        draft,
        auto_submitted="auto-replied",
        in_reply_to=message.message_id,
        references=(links.ticket_reference(desk.portal, mailing_list, ticket), message.message_id),
    )
    _owe_one(session, desk, LetterKind.RECEIPT, draft, asker, event, now, ticket=ticket, message=message)


def _tell_of_subscription(session: Session, desk: Desk, event: Event, now: datetime) -> None:
    person, mailing_list = _person_and_list(session, event)
    if person is None or mailing_list is None:
        return
    mode = membership.mode_of(session, person, mailing_list)
    draft = _draft_to_one(desk, "subscription", mailing_list, mode=str(mode), list=mailing_list.name)
    values = {
        "unsubscribe": marks_for(desk.signer, draft.message_id).unsubscribe,
        "subscribe_address": f"{mailing_list.local_part}+tilmeld@{mailing_list.domain}",
    }
    draft = replace(draft, values={**draft.values, **values})
    kind = LetterKind.UNSUBSCRIBED if event.kind is EventKind.UNSUBSCRIBED else LetterKind.SUBSCRIBED
    _owe_one(session, desk, kind, draft, person, event, now)


def _send_help(session: Session, desk: Desk, event: Event, now: datetime) -> None:
    person, mailing_list = _person_and_list(session, event)
    if person is None or mailing_list is None:
        return
    say = load_language(membership.language_of(person, mailing_list, desk.portal.language), desk.portal.timezone).say
    name, domain = mailing_list.local_part, mailing_list.domain
    addresses = [
        (mailing_list.address, say(N_("a question to the lawyers and the other members"))),
        (f"{name}+fortrolig@{domain}", say(N_("a question that only the lawyers see"))),
        (f"{name}+tilmeld@{domain}", say(N_('get the weekly letter; with the subject "alle", every letter'))),
        (f"{name}+afmeld@{domain}", say(N_("get no more letters"))),
        (f"{name}+hjaelp@{domain}", say(N_("this letter"))),
    ]
    url = links.list_url(desk.portal, mailing_list)
    draft = _draft_to_one(desk, "help", mailing_list, list=mailing_list.name, addresses=addresses, url=url)
    _owe_one(session, desk, LetterKind.HELP, draft, person, event, now)


def _tell_of_cpr(session: Session, desk: Desk, event: Event, now: datetime) -> None:
    person, mailing_list = _person_and_list(session, event)
    arrival = session.get(Arrival, event.arrival_key)
    if person is None or mailing_list is None or arrival is None:
        return
    draft = _draft_to_one(desk, "cpr", mailing_list, list=mailing_list.name, at=arrival.received_at)
    _owe_one(session, desk, LetterKind.CPR, draft, person, event, now)


def _send_login_link(session: Session, desk: Desk, event: Event, now: datetime) -> None:
    person = session.get(Person, event.person_key)
    if person is None:
        return
    secret = logins.make_login_link(session, person, now)
    link = links.login_url(desk.portal, secret)
    draft = _draft_to_one(desk, "login", None, link=link, expires_at=now + logins.LINK_LIFETIME)
    _owe_one(session, desk, LetterKind.LOGIN, draft, person, event, now)


def _tell_of_quarantine(session: Session, desk: Desk, event: Event, now: datetime) -> None:
    arrival = session.get(Arrival, event.arrival_key)
    if arrival is None:
        return
    for person in membership.administrators(session):
        draft = _draft_to_one(desk, "quarantined", None, number=arrival.id, address=arrival.recipient)
        _owe_one(session, desk, LetterKind.QUARANTINED, draft, person, event, now)


def _draft_to_one(desk: Desk, template: str, mailing_list: MailingList | None, **values: object) -> Draft:
    return Draft(
        template=template,
        values=values,
        message_id=links.make_own_id(desk.portal),
        mailing_list=mailing_list,
        author=mailing_list.name if mailing_list else "",
        auto_submitted="auto-generated",
    )


def _person_and_list(session: Session, event: Event) -> tuple[Person | None, MailingList | None]:
    return session.get(Person, event.person_key), session.get(MailingList, event.mailing_list_key)


# -- owing -----------------------------------------------------------------------------


def _owe_one(
    session: Session, desk: Desk, kind: LetterKind, draft: Draft, person: Person, event: Event, now: datetime,
    ticket: Ticket | None = None, message: Message | None = None,
) -> None:  # fmt: skip
    """Owe a letter to one person; not if the address has had its ten automatic letters today."""
    if kind in AUTOMATIC and _automatic_letters(session, person, now) >= MOST_AUTOMATIC:
        return
    recipients = [(person, Capacity.SELF)]
    _owe(session, desk, kind, draft, recipients, event, now, ticket=ticket, message=message)


def _automatic_letters(session: Session, person: Person, now: datetime) -> int:
    query = select(func.count()).where(
        Delivery.person_key == person.id, col(Delivery.kind).in_(AUTOMATIC), Delivery.made_at > now - timedelta(days=1)
    )
    return session.exec(query).one()


def _owe(
    session: Session, desk: Desk, kind: LetterKind, draft: Draft, recipients: Iterable[tuple[Person, Capacity]],
    event: Event, now: datetime, ticket: Ticket | None = None, message: Message | None = None,
) -> None:  # fmt: skip
    """Render the letter once per language and owe it to everybody who reads that one."""
    by_language: dict[str, list[tuple[Person, Capacity]]] = {}
    for person, capacity in recipients:
        language = membership.language_of(person, draft.mailing_list, desk.portal.language)
        by_language.setdefault(language, []).append((person, capacity))
    for language, readers in by_language.items():
        letter = make_letter(session, desk.portal, kind, translated(desk.portal, draft, language), language, now,
                             ticket=ticket, message=message)  # fmt: skip
        owe_copies(session, letter, readers, f"event-{event.id}", now)
    if ticket is not None and message is not None and draft.message_id != message.own_id:
        session.add(
            Identifier(
                mailing_list_key=ticket.mailing_list_key,
                message_id=draft.message_id,
                ticket_key=ticket.id or 0,
                message_key=message.id,
            )
        )


def translated(portal: Portal, draft: Draft, language: str) -> Draft:
    """The draft with those of its values that are our own sentences said in this language."""
    say = load_language(language, portal.timezone).say
    ours = {name: say(str(draft.values[name])) for name in ("heading", "how_to_answer") if name in draft.values}
    if draft.values.get("prefix") and language == "en":
        ours["prefix"] = "Re:"
    return replace(draft, values={**draft.values, **ours})


def make_letter(
    session: Session, portal: Portal, kind: LetterKind, draft: Draft, language: str, now: datetime,
    ticket: Ticket | None = None, message: Message | None = None,
) -> Letter:  # fmt: skip
    letter = Letter(
        kind=kind,
        language=language,
        mailing_list_key=draft.mailing_list.id if draft.mailing_list else None,
        ticket_key=ticket.id if ticket else None,
        message_key=message.id if message else None,
        message_id=draft.message_id,
        octets=compose(portal, draft, language),
        made_at=now,
    )
    session.add(letter)
    session.flush()
    return letter


def owe_copies(
    session: Session, letter: Letter, readers: Iterable[tuple[Person, Capacity]], cause: str, now: datetime
) -> None:
    """Add one delivery per reader; who is owed this kind of letter for this cause already is not owed it twice."""
    rows: list[Mapping[str, Any]] = [
        {
            "letter_key": letter.id,
            "cause": cause,
            "kind": letter.kind,
            "person_key": person.id,
            "recipient": person.email,
            "capacity": capacity,
            "state": "waiting",
            "made_at": now,
            "next_attempt_at": now,
            "attempts": 0,
            "reply": "",
        }
        for person, capacity in readers
    ]
    if rows:
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        statement = dialect.insert(metadata.tables["deliveries"]).on_conflict_do_nothing()
        session.connection().execute(statement, rows)


TELLERS: dict[EventKind, Callable[[Session, Desk, Event, datetime], None]] = {
    EventKind.ASKED: _tell_of_question,
    EventKind.ANSWERED: _tell_of_message,
    EventKind.FOLLOWED_UP: _tell_of_message,
    EventKind.REPLIED: _tell_of_message,
    EventKind.NEWS_POSTED: _tell_of_message,
    EventKind.NOTED: _tell_of_message,
    EventKind.SUBSCRIBED: _tell_of_subscription,
    EventKind.UNSUBSCRIBED: _tell_of_subscription,
    EventKind.HELP_ASKED: _send_help,
    EventKind.LOGIN_ASKED: _send_login_link,
    EventKind.CPR_FOUND: _tell_of_cpr,
    EventKind.QUARANTINED: _tell_of_quarantine,
}
