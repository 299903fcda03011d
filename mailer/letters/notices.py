"""Notices: letters of the portal itself to one person; never a flood of them (RFC 3834)."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select
from sqlmodel import Session, col

from mailer.letters import outbox
from mailer.letters.cases import Case, show
from mailer.letters.letters import Draft, marks_for
from mailer.letters.wording import list_files
from tickets import links
from tickets.database.models import (
    Arrival,
    Capacity,
    Delivery,
    Event,
    EventKind,
    LetterKind,
    MailingList,
    Message,
    Person,
    Visibility,
)
from tickets.moderation import originals, proposals
from tickets.moderation.originals import USUAL, Privacy
from tickets.numbers.cpr import mask_cpr
from tickets.people import appointments, logins, organisations, reachability, subscriptions
from tickets.people.quotas import WITHIN
from tickets.people.sight import Sight, sight_of
from tickets.portal import Portal
from tickets.search.similar import Answered
from tickets.tokens import Signer

MOST_RECEIPTS_AN_HOUR = 3  # to one person, for open questions: two robots in dialogue would get more
MOST_A_DAY = 10  # automatic letters to one address
AUTOMATIC = (
    LetterKind.RECEIPT,
    LetterKind.SUBSCRIBED,
    LetterKind.UNSUBSCRIBED,
    LetterKind.HELP,
    LetterKind.ENCRYPTED,
    LetterKind.NEWS_HELD,
    LetterKind.SENT_ON,
    LetterKind.DELAYED,
    LetterKind.UNDECIDED,
    LetterKind.DECIDED,
)

GREETING = re.compile(r"(?:kære|hej|goddag|dear|hi|hello)\b[^\n]{0,60}\n+(?=\s*\S)", re.IGNORECASE)  # a line to itself

RECEIPTS = select(func.count()).where(
    col(Delivery.person_key) == bindparam("person_key"),
    col(Delivery.kind) == LetterKind.RECEIPT,
    col(Delivery.made_at) > bindparam("since"),
)

FindSimilar = Callable[[Session, Sight, Message], Sequence[Answered]]


@dataclass(frozen=True)
class Desk:
    """What writing letters needs to know of the portal."""

    portal: Portal
    signer: Signer
    find_similar: FindSimilar | None = None  # what was answered before, as receipts name it
    privacy: Privacy = USUAL


def send_receipt(session: Session, desk: Desk, case: Case, event: Event, now: datetime) -> None:
    """Word that a question was filed: what, under which number, who sees it, what happens now."""
    mailing_list, ticket, message = case.mailing_list, case.ticket, case.message
    if _has_receipts_enough(session, case, event, now):
        return
    shown = show(session, case, sees_asker=True)
    draft = draft_notice(
        desk, LetterKind.RECEIPT, mailing_list,
        ticket=ticket,
        name=links.ticket_name(mailing_list, ticket),
        url=links.ticket_url(desk.portal, mailing_list, ticket),
        visibility=ticket.visibility.value,
        at=message.sent_at,
        text=shown.text,
        files=list_files(shown, links.message_url(desk.portal, message)),
        answered=_answered_before(session, desk, case),
    )  # fmt: skip
    draft = replace(
        draft,
        ticket=ticket,
        message=message,
        auto_submitted="auto-replied",
        in_reply_to=message.message_id,
        references=(links.ticket_reference(desk.portal, mailing_list, ticket), message.message_id),
    )
    send_notice(session, desk, draft, case.author, event, now)


def tell_of_postponement(
    session: Session, desk: Desk, case: Case, event: Event, quota: int, due_at: datetime, now: datetime
) -> None:
    """Word to an author, once an hour, that what they write over their quota is filed, and when it is sent on."""
    told = (col(Delivery.person_key) == case.author.id, col(Delivery.kind) == LetterKind.POSTPONED)
    lately = select(col(Delivery.id)).where(*told, col(Delivery.made_at) > now - WITHIN).limit(1)
    if session.execute(lately).first() is not None:
        return
    mailing_list, ticket, message = case.mailing_list, case.ticket, case.message
    draft = draft_notice(
        desk, LetterKind.POSTPONED, mailing_list,
        ticket=ticket,
        name=links.ticket_name(mailing_list, ticket),
        url=links.message_url(desk.portal, message),
        subject=show(session, case, sees_asker=True).subject,
        at=message.sent_at,
        quota=quota,
        due_at=due_at,
        owner=links.owner_address(mailing_list),
    )  # fmt: skip
    draft = replace(
        draft,
        ticket=ticket,
        message=message,
        auto_submitted="auto-replied",
        in_reply_to=message.message_id,
        references=(links.ticket_reference(desk.portal, mailing_list, ticket), message.message_id),
    )
    send_notice(session, desk, draft, case.author, event, now)


def _answered_before(session: Session, desk: Desk, case: Case) -> list[dict[str, str]]:
    """Questions like this one that were answered, as a member sees them, whatever else a lawyer may see."""
    if desk.find_similar is None:
        return []
    sight = replace(sight_of(session, case.author), lawyer_of=frozenset())
    return [
        {
            "subject": found.ticket.subject,
            "question": _gist(found.question.text),
            "answer": _gist(found.answer.text),
            "url": links.message_url(desk.portal, found.answer),
        }
        for found in desk.find_similar(session, sight, case.message)
    ]


def _gist(text: str) -> str:
    """A text in one line, without its opening greeting."""
    greeting = GREETING.match(text := text.lstrip())
    return " ".join(text[greeting.end() if greeting else 0 :].split())


def _has_receipts_enough(session: Session, case: Case, event: Event, now: datetime) -> bool:
    """Whether one more would be too much. Never where the asker has to know it: no robot asks in private or decides."""
    if case.ticket.visibility is not Visibility.OPEN:
        return False
    lately = {"person_key": case.message.author_key, "since": now - timedelta(hours=1)}
    if session.execute(RECEIPTS, lately).scalar_one() < MOST_RECEIPTS_AN_HOUR:
        return False
    return not (event.arrival_key and proposals.was_released(session, event.arrival_key))


def tell_of_subscription(session: Session, desk: Desk, event: Event, now: datetime) -> None:
    """What somebody gets from a list from now on, and how to change it."""
    person, mailing_list = session.get(Person, event.person_key), session.get(MailingList, event.mailing_list_key)
    if person is None or mailing_list is None:
        return
    kind = LetterKind.UNSUBSCRIBED if event.kind is EventKind.UNSUBSCRIBED else LetterKind.SUBSCRIBED
    mode = subscriptions.mode_of(session, person, mailing_list)  # before the question, or it could be a later choice's
    if _has_chosen_anew(session, event):
        return
    draft = draft_notice(
        desk, kind, mailing_list, template="subscription",
        mode=mode.value, local=mailing_list.local_part, domain=mailing_list.domain,
        is_restricted=mailing_list.is_restricted,
    )  # fmt: skip
    leave = marks_for(desk.signer, draft.message_id).unsubscribe
    send_notice(session, desk, replace(draft, values={**draft.values, "unsubscribe": leave}), person, event, now)


def _has_chosen_anew(session: Session, event: Event) -> bool:
    """Whether a later choice of the same person for the same list is in the journal, and has a letter of its own."""
    choices = (EventKind.SUBSCRIBED, EventKind.UNSUBSCRIBED)
    theirs = (col(Event.person_key) == event.person_key, col(Event.mailing_list_key) == event.mailing_list_key)
    later = select(col(Event.id)).where(col(Event.id) > event.id, *theirs, col(Event.kind).in_(choices)).limit(1)
    return session.execute(later).first() is not None


def send_help(session: Session, desk: Desk, event: Event, now: datetime) -> None:
    """What can be done by mail."""
    person, mailing_list = session.get(Person, event.person_key), session.get(MailingList, event.mailing_list_key)
    if person is None or mailing_list is None:
        return
    draft = draft_notice(
        desk, LetterKind.HELP, mailing_list,
        address=mailing_list.address, local=mailing_list.local_part, domain=mailing_list.domain,
        url=links.list_url(desk.portal, mailing_list),
    )  # fmt: skip
    send_notice(session, desk, draft, person, event, now)


def tell_of_encryption(session: Session, desk: Desk, event: Event, now: datetime) -> None:
    """Word to an author that nobody could open their mail, and what to do instead."""
    if (aside := _find_put_aside(session, event)) is None:
        return
    person, mailing_list, arrival = aside
    draft = draft_notice(
        desk, LetterKind.ENCRYPTED, mailing_list, at=arrival.received_at, address=mailing_list.address,
        confidential=f"{mailing_list.local_part}+fortrolig@{mailing_list.domain}",
    )  # fmt: skip
    send_notice(session, desk, draft, person, event, now)


def tell_of_held_news(session: Session, desk: Desk, event: Event, now: datetime) -> None:
    """Word to a member that only editors send news, and where to ask."""
    if (aside := _find_put_aside(session, event)) is None:
        return
    person, mailing_list, arrival = aside
    draft = draft_notice(
        desk, LetterKind.NEWS_HELD, mailing_list,
        subject=mask_cpr(arrival.subject), at=arrival.received_at, address=mailing_list.address,
    )  # fmt: skip
    send_notice(session, desk, draft, person, event, now)


def tell_redirector(session: Session, desk: Desk, event: Event, now: datetime) -> None:
    """Word to somebody that what they sent on in another's name waits, and how to send it so that it is filed.

    Nothing of the mail itself is repeated: anybody can write their name into a field.
    """
    if (aside := _find_put_aside(session, event)) is None:
        return
    person, mailing_list, arrival = aside
    draft = draft_notice(
        desk, LetterKind.SENT_ON, mailing_list, at=arrival.received_at, address=mailing_list.address,
    )  # fmt: skip
    send_notice(session, desk, draft, person, event, now)


def _find_put_aside(session: Session, event: Event) -> tuple[Person, MailingList, Arrival] | None:
    """Whose mail to which list was put aside; None if one of them is no more."""
    person, mailing_list = session.get(Person, event.person_key), session.get(MailingList, event.mailing_list_key)
    arrival = session.get(Arrival, event.arrival_key)
    return (person, mailing_list, arrival) if person and mailing_list and arrival else None


def send_login_link(session: Session, desk: Desk, event: Event, now: datetime) -> None:
    """A way into the archive, to be spent by its reader."""
    person = session.get(Person, event.person_key)
    if person is None:
        return
    path = logins.take_aim(session, person, event.happened_at)
    link = links.login_url(desk.portal, logins.make_login_link(session, person, now, path))
    draft = draft_notice(desk, LetterKind.LOGIN, None, link=link, expires_at=now + logins.LINK_LIFETIME)
    send_notice(session, desk, draft, person, event, now)


def tell_of_quarantine(session: Session, desk: Desk, event: Event, now: datetime) -> None:
    """Word to the administrators that a message could not be processed, and to its author that it waits."""
    arrival = session.get(Arrival, event.arrival_key)
    if arrival is None:
        return
    found_at = originals.found_at(session, arrival.content_key)
    deleted_at = found_at + desk.privacy.keep_original if found_at else None
    draft = draft_notice(
        desk, LetterKind.QUARANTINED, None, number=arrival.id, address=arrival.recipient, deleted_at=deleted_at,
        url=links.held_url(desk.portal, arrival.key),
    )  # fmt: skip
    readers = [(person, Capacity.SELF) for person in appointments.administrators(session)]
    outbox.owe(session, desk.portal, draft, readers, f"event-{event.id}", now)
    if event.person_key is None or event.mailing_list_key is None:
        return
    mailing_list = session.get_one(MailingList, event.mailing_list_key)
    draft = draft_notice(
        desk, LetterKind.DELAYED, mailing_list,
        subject=mask_cpr(arrival.subject), at=arrival.received_at, address=mailing_list.address,
        owner=links.owner_address(mailing_list), deleted_at=deleted_at,
    )  # fmt: skip
    send_notice(session, desk, draft, session.get_one(Person, event.person_key), event, now)


def warn_of_pause(session: Session, desk: Desk, event: Event, now: datetime) -> None:
    """Word to somebody whose letters come back that they will be paused, with a button that says they arrive."""
    person, mailing_list = session.get(Person, event.person_key), session.get(MailingList, event.mailing_list_key)
    if person is None or mailing_list is None:
        return
    draft = draft_notice(
        desk, LetterKind.WARNED, mailing_list,
        address=person.email, resume=links.resume_url(desk.portal, desk.signer, person.key),
    )  # fmt: skip
    leave = marks_for(desk.signer, draft.message_id).unsubscribe
    send_notice(session, desk, replace(draft, values={**draft.values, "unsubscribe": leave}), person, event, now)


def tell_of_pause(session: Session, desk: Desk, event: Event, now: datetime) -> None:
    """Word that letters to somebody come back, to their colleagues; where there are none, to those who run the list."""
    person, mailing_list = session.get(Person, event.person_key), session.get(MailingList, event.mailing_list_key)
    if person is None or mailing_list is None:
        return
    others = reachability.stand_ins(session, person, mailing_list)
    draft = draft_notice(
        desk, LetterKind.PAUSED, mailing_list,
        name=person.name, address=person.email, organisation=organisations.organisation_name(session, person),
        is_last=not reachability.has_stand_in(person, others),
        resume=links.resume_url(desk.portal, desk.signer, person.key),
        subscribe=f"{mailing_list.local_part}+tilmeld@{mailing_list.domain}",
    )  # fmt: skip
    readers = [(one, Capacity.SELF) for one in others]
    if readers:
        outbox.owe(session, desk.portal, draft, readers, f"event-{event.id}", now)


def draft_notice(
    desk: Desk, kind: LetterKind, mailing_list: MailingList | None, template: str = "", **values: object
) -> Draft:
    """A letter of the portal itself, about no ticket."""
    return Draft(
        kind=kind,
        template=template or kind.value,
        values=values | ({"list": mailing_list.name} if mailing_list else {}),
        message_id=links.make_own_id(desk.portal),
        mailing_list=mailing_list,
        auto_submitted="auto-generated",
    )


def send_notice(session: Session, desk: Desk, draft: Draft, person: Person, event: Event, now: datetime) -> None:
    """Owe a notice to one person, unless their address has had its ten automatic letters today."""
    recent = (col(Delivery.person_key) == person.id, col(Delivery.kind).in_(AUTOMATIC))
    query = select(func.count()).where(*recent, col(Delivery.made_at) > now - timedelta(days=1))
    if draft.kind not in AUTOMATIC or session.execute(query).scalar_one() < MOST_A_DAY:
        outbox.owe(session, desk.portal, draft, [(person, Capacity.SELF)], f"event-{event.id}", now)
