"""Acts: to whom a ticket was given; to who did what others notice, how to undo it; to who asked, where it is now."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from mailer.letters.cases import case_about, show, ticket_of
from mailer.letters.declaration import Declaration, Means, Owed, draft_notice, for_one
from mailer.letters.letters import View
from mailer.letters.samples import AT, AUTHOR, ORGANISATION, PAGE, SUBJECT, TEXT, Sample
from tickets import links
from tickets.conversations import threads
from tickets.database.models import (
    Act,
    ActKind,
    Capacity,
    Event,
    EventKind,
    LetterKind,
    MailingList,
    Message,
    Person,
    Ticket,
    Urgency,
    Visibility,
    Way,
)
from tickets.people import persons


@dataclass(frozen=True)
class AssignedView(View):
    """To whom a ticket was given: what is asked, and by whom."""

    subject: str
    name: str
    url: str
    by: str  # empty: the operator
    asker: str
    organisation: str
    asked_at: datetime
    text: str


@dataclass(frozen=True)
class DoneView(View):
    """To who did something: what it was, in one line."""

    name: str  # the ticket's
    url: str
    what: ActKind
    is_undone: bool
    visibility: Visibility
    other: str  # the ticket that is part of this one, or that this one was part of
    elsewhere: str  # the list that it is on now
    stand_in: str = ""  # who does the work of whoever is away
    until: datetime | None = None


@dataclass(frozen=True)
class StandsInView(View):
    """To who does the work of a lawyer who is away."""

    who: str
    until: datetime


@dataclass(frozen=True)
class RelocatedView(View):
    """To who asked: where it is now."""

    subject: str
    name: str
    url: str
    what: ActKind
    before: str  # what it was called
    elsewhere: str  # the list that it is on now


# -- to whom a ticket was given --------------------------------------------------------


def tell_assignee(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    """The question to the lawyer who has it now, unless they took it themselves."""
    act, found = session.get(Act, event.act_key), ticket_of(session, event)
    if act is None or found is None or act.kind is not ActKind.ASSIGN or act.undoes_key is not None:
        return
    mailing_list, ticket = found
    message = threads.first_message(session, ticket)
    if message is None or ticket.assignee_key in (None, act.person_key):
        return
    view = _assigned(session, means, mailing_list, ticket, message, act)
    draft = draft_notice(means, LetterKind.ASSIGNED, mailing_list, view)
    reference = links.ticket_reference(means.portal, mailing_list, ticket)
    draft = replace(
        draft, ticket=ticket, message=message, in_reply_to=message.own_id, references=(reference, message.own_id)
    )
    yield Owed(draft, [(session.get_one(Person, ticket.assignee_key), Capacity.LAWYER)])


def _assigned(
    session: Session, means: Means, mailing_list: MailingList, ticket: Ticket, message: Message, act: Act
) -> AssignedView:
    case = case_about(session, message.key)
    assert case is not None
    by = session.get(Person, act.person_key) if act.person_key else None
    return AssignedView(
        subject=ticket.subject,
        name=links.ticket_name(mailing_list, ticket),
        url=links.ticket_url(means.portal, mailing_list, ticket),
        by=persons.name_of(by) if by else "",
        asker=persons.name_of(case.author),
        organisation=case.organisation,
        asked_at=message.sent_at,
        text=show(session, case, sees_asker=True).text,
    )


# -- to who did something that others notice -------------------------------------------


def tell_doer(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    """A line to whoever did it by mail, with how to undo it."""
    act, found = session.get(Act, event.act_key), ticket_of(session, event)
    if act is None or found is None or act.person_key is None or act.way is not Way.MAIL:
        return
    if act.undoes_key is not None and session.get_one(Act, act.undoes_key).person_key != act.person_key:
        return  # it was on the way to something else
    mailing_list, ticket = found
    view = DoneView(
        name=links.ticket_name(mailing_list, ticket),
        url=links.ticket_url(means.portal, mailing_list, ticket),
        what=act.kind,
        is_undone=act.undoes_key is not None,
        visibility=ticket.visibility,
        other=_other(mailing_list, act),
        elsewhere=mailing_list.name if act.kind is ActKind.MOVE else "",
        **_absence(session, act),
    )
    draft = draft_notice(means, LetterKind.DONE, mailing_list, view)
    yield for_one(replace(draft, ticket=ticket), session.get_one(Person, act.person_key))


def _other(mailing_list: MailingList, act: Act) -> str:
    """The number of the other ticket that an act is about, on the same list."""
    number = act.after.get("from" if act.kind is ActKind.SPLIT else "number")
    return f"{mailing_list.prefix}-{number}" if number and act.kind in (ActKind.MERGE, ActKind.SPLIT) else ""


def _absence(session: Session, act: Act) -> dict[str, Any]:
    """Who stands in since an act, and until when; nothing where nobody does."""
    if act.kind is not ActKind.AWAY or not act.after:
        return {}
    stand_in = session.get_one(Person, act.after["stand_in"])
    return {"stand_in": persons.name_of(stand_in), "until": datetime.fromisoformat(act.after["until"])}


def tell_stand_in(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    """Word to who does the work of a lawyer who is away."""
    act, found = session.get(Act, event.act_key), ticket_of(session, event)
    if act is None or found is None or not act.after or act.person_key is None:
        return
    who = persons.name_of(session.get_one(Person, act.person_key))
    view = StandsInView(who, datetime.fromisoformat(act.after["until"]))
    draft = draft_notice(means, LetterKind.STANDS_IN, found[0], view)
    yield for_one(draft, session.get_one(Person, act.after["stand_in"]))


# -- to who asked ----------------------------------------------------------------------


def tell_askers(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    """Where to find it now, to those whose question or message is in another ticket than before."""
    act, found = session.get(Act, event.act_key), ticket_of(session, event)
    if act is None or found is None or act.undoes_key is not None:
        return
    mailing_list, ticket = found
    keys = {
        ActKind.MERGE: act.after.get("new_askers", []),
        ActKind.SPLIT: [ticket.asker_key],
        ActKind.MOVE: [ticket.asker_key],
    }.get(act.kind, [])
    view = RelocatedView(
        subject=ticket.subject,
        name=links.ticket_name(mailing_list, ticket),
        url=links.ticket_url(means.portal, mailing_list, ticket),
        what=act.kind,
        before=_before(session, mailing_list, act),
        elsewhere=mailing_list.name if act.kind is ActKind.MOVE else "",
    )
    for key in keys:
        person = session.get(Person, key)
        if person is not None and not person.is_stranger and key != act.person_key:
            draft = draft_notice(means, LetterKind.RELOCATED, mailing_list, view)
            yield for_one(replace(draft, ticket=ticket), person)


def _before(session: Session, mailing_list: MailingList, act: Act) -> str:
    """What the ticket was called in which it was."""
    if act.kind is ActKind.MOVE:
        return f"{session.get_one(MailingList, act.before['list']).prefix}-{act.before['number']}"
    if act.kind is ActKind.MERGE:
        return f"{session.get_one(MailingList, act.after['mailing_list_key']).prefix}-{act.after['number']}"
    return _other(mailing_list, act)


# -- samples ---------------------------------------------------------------------------


def _done(what: ActKind, *, is_undone: bool = False, visibility: Visibility = Visibility.OPEN) -> Sample:
    other = "DB-12" if what in (ActKind.MERGE, ActKind.SPLIT) else ""
    elsewhere = "NIS2" if what is ActKind.MOVE else ""
    view = DoneView("DB-42", PAGE, what, is_undone, visibility, other, elsewhere)
    return Sample(view, f"{what}{'-undone' if is_undone else ''}-{visibility}")


def _away(until: datetime | None) -> Sample:
    stand_in = "Sofie Berg" if until else ""
    view = DoneView("DB-42", PAGE, ActKind.AWAY, False, Visibility.OPEN, "", "", stand_in, until)
    return Sample(view, "away" if until else "back")


def _relocated(what: ActKind) -> Sample:
    elsewhere = "NIS2" if what is ActKind.MOVE else ""
    return Sample(RelocatedView(SUBJECT, "DB-42", PAGE, what, "DB-12", elsewhere), what.value)


MOVING = (EventKind.MERGED, EventKind.SPLIT, EventKind.MOVED)
OUTWARD = (EventKind.OPENED, EventKind.NARROWED, EventKind.WENT_AWAY, EventKind.RECALLED, *MOVING)
LETTERS = (
    Declaration(
        LetterKind.ASSIGNED,
        (Sample(AssignedView(SUBJECT, "DB-42", PAGE, "Anders Jurist", AUTHOR, ORGANISATION, AT, TEXT)),),
        (EventKind.ASSIGNED,),
        tell_assignee,
        Urgency.TICKET,
    ),
    Declaration(
        LetterKind.DONE,
        (
            _done(ActKind.MERGE),
            _done(ActKind.SPLIT),
            _done(ActKind.MOVE),
            _done(ActKind.VISIBILITY),
            _done(ActKind.VISIBILITY, visibility=Visibility.ANONYMOUS),
            _done(ActKind.VISIBILITY, visibility=Visibility.CONFIDENTIAL),
            _done(ActKind.WITHDRAW, visibility=Visibility.CONFIDENTIAL),
            _done(ActKind.RECALL),
            _done(ActKind.RECALL, visibility=Visibility.CONFIDENTIAL),
            _done(ActKind.MERGE, is_undone=True),
            _away(AT),
            _away(None),
        ),
        OUTWARD,
        tell_doer,
    ),
    Declaration(
        LetterKind.STANDS_IN,
        (Sample(StandsInView("Anders Jurist", AT)),),
        (EventKind.WENT_AWAY,),
        tell_stand_in,
        is_for_owners=True,
    ),
    Declaration(
        LetterKind.RELOCATED,
        (_relocated(ActKind.MERGE), _relocated(ActKind.SPLIT), _relocated(ActKind.MOVE)),
        MOVING,
        tell_askers,
    ),
)
