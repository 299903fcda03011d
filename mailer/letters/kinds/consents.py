"""Consents: who asked a ticket, or wrote in it unnamed, is asked before others see more; who wanted that is told."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from mailer.letters.cases import ticket_of
from mailer.letters.declaration import Declaration, Means, Owed, draft_notice, for_each, for_one
from mailer.letters.letters import Draft, View
from mailer.letters.samples import AUTHOR, DECIDING, LATER, OWNER, PAGE, SUBJECT, Sample
from tickets import links
from tickets.acts import consents
from tickets.conversations import anonymity
from tickets.database.models import ActKind, Event, EventKind, LetterKind, MailingList, Person, Ticket, Visibility
from tickets.people import appointments, persons
from tickets.people.askers import asker_keys
from tickets.people.lists import find_list
from tickets.people.sight import is_masked


@dataclass(frozen=True)
class ConsentView(View):
    """What somebody is asked."""

    subject: str
    name: str
    url: str
    wanted_by: str
    is_asker: bool  # else they wrote in it, without a name
    visibility: Visibility | None  # that the ticket would have; None: it would go to another list
    is_anonymous: bool  # nobody is told now who asks
    elsewhere: str  # the other list
    address: str  # where to answer
    expires_at: datetime
    owner: str


@dataclass(frozen=True)
class RefusedView(View):
    """What who wanted it is told."""

    subject: str
    name: str
    url: str
    is_expired: bool = False  # nobody said no, but not all said yes in time


@dataclass(frozen=True)
class LapsedView(View):
    """What who was asked is told, and did not answer in time."""

    subject: str
    name: str
    url: str
    owner: str


def ask(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    """The question to one of those who have a say, as long as it is not answered."""
    if (found := ticket_of(session, event)) is None or event.person_key is None or event.act_key is not None:
        return  # what is to be published has a letter of its own
    mailing_list, ticket = found
    consent = consents.newest_for(session, ticket, event.person_key)
    if consent is None or consent.is_granted is not None:
        return
    person = session.get_one(Person, consent.person_key)
    wanted_by = session.get(Person, consent.wanted_by_key) if consent.wanted_by_key else None
    is_move, is_asker = consent.kind is ActKind.MOVE, person.id in asker_keys(session, ticket)
    view = ConsentView(
        subject=anonymity.own_subject(session, ticket) if is_asker else ticket.subject,
        name=links.ticket_name(mailing_list, ticket),
        url=links.ticket_url(means.portal, mailing_list, ticket),
        wanted_by=persons.name_of(wanted_by) if wanted_by else "",
        is_asker=is_asker,
        visibility=None if is_move else Visibility(consent.argument),
        is_anonymous=is_masked(ticket.visibility),
        elsewhere=find_list(session, consent.argument).name if is_move else "",
        address=links.consent_address(means.signer, mailing_list, consent.key),
        expires_at=consent.expires_at,
        owner=links.owner_address(mailing_list),
    )
    draft = draft_notice(means, LetterKind.CONSENT, mailing_list, view)
    yield for_one(replace(draft, ticket=ticket, reply_to=view.address), person)


def tell_of_refusal(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    """Word to the lawyer that the ticket stays as it is."""
    if (found := ticket_of(session, event)) is None or event.person_key is None:
        return
    draft = _draft_refusal(means, *found, is_expired=False)
    yield for_one(draft, session.get_one(Person, event.person_key))


def _draft_refusal(means: Means, mailing_list: MailingList, ticket: Ticket, *, is_expired: bool) -> Draft:
    url = links.ticket_url(means.portal, mailing_list, ticket)
    view = RefusedView(ticket.subject, links.ticket_name(mailing_list, ticket), url, is_expired)
    return replace(draft_notice(means, LetterKind.REFUSED, mailing_list, view), ticket=ticket)


def tell_who_wanted(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    """Word that time ran out, to whoever wanted it; to all lawyers of the list where that was its operator."""
    if (found := ticket_of(session, event)) is None or event.person_key is not None:
        return
    mailing_list, ticket = found
    consent = consents.lapsed_at(session, ticket, event.happened_at)
    wanted_by = session.get(Person, consent.wanted_by_key) if consent and consent.wanted_by_key else None
    people = [wanted_by] if wanted_by else appointments.lawyers(session, mailing_list.key)
    yield for_each(_draft_refusal(means, mailing_list, ticket, is_expired=True), people)


def tell_who_was_asked(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    """Word that their time to answer is over, and nobody else sees more."""
    if (found := ticket_of(session, event)) is None or event.person_key is None:
        return
    mailing_list, ticket = found
    person = session.get_one(Person, event.person_key)
    view = LapsedView(
        subject=anonymity.own_subject(session, ticket) if person.id in asker_keys(session, ticket) else ticket.subject,
        name=links.ticket_name(mailing_list, ticket),
        url=links.ticket_url(means.portal, mailing_list, ticket),
        owner=links.owner_address(mailing_list),
    )
    yield for_one(replace(draft_notice(means, LetterKind.LAPSED, mailing_list, view), ticket=ticket), person)


def _tell_of_no_yes(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    tell = tell_of_refusal if event.kind is EventKind.CONSENT_REFUSED else tell_who_wanted
    yield from tell(session, means, event, now)


def _sample(visibility: Visibility | None, *, is_asker: bool = True, is_anonymous: bool = False) -> Sample:
    elsewhere = "" if visibility else "NIS2"
    view = ConsentView(
        SUBJECT, "DB-42", PAGE, AUTHOR, is_asker, visibility, is_anonymous, elsewhere, DECIDING, LATER, OWNER,
    )  # fmt: skip
    who = "" if is_asker else "-wrote"
    return Sample(view, f"{visibility or 'move'}{'-named' if is_anonymous else ''}{who}")


LETTERS = (
    Declaration(
        LetterKind.CONSENT,
        (
            _sample(Visibility.OPEN),
            _sample(Visibility.OPEN, is_anonymous=True),
            _sample(Visibility.ANONYMOUS),
            _sample(None),
            _sample(Visibility.OPEN, is_asker=False, is_anonymous=True),
            _sample(None, is_asker=False),
        ),
        (EventKind.CONSENT_ASKED,),
        ask,
    ),
    Declaration(
        LetterKind.REFUSED,
        (Sample(RefusedView(SUBJECT, "DB-42", PAGE)), Sample(RefusedView(SUBJECT, "DB-42", PAGE, True), "expired")),
        (EventKind.CONSENT_REFUSED, EventKind.CONSENT_EXPIRED),
        _tell_of_no_yes,
    ),
    Declaration(
        LetterKind.LAPSED,
        (Sample(LapsedView(SUBJECT, "DB-42", PAGE, OWNER)),),
        (EventKind.CONSENT_EXPIRED,),
        tell_who_was_asked,
    ),
)
