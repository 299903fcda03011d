"""Pauses: word of letters that come back, first to whoever they are for, then to their colleagues."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from mailer.letters.cases import person_and_list
from mailer.letters.declaration import Declaration, Means, Owed, draft_notice, for_each, for_one
from mailer.letters.letters import View, marks_for
from mailer.letters.samples import ADDRESS, AUTHOR, AUTHORS_ADDRESS, LEAVE, ORGANISATION, PAGE, Sample
from tickets import links
from tickets.database.models import Event, EventKind, LetterKind
from tickets.people import organisations, reachability


@dataclass(frozen=True)
class WarnedView(View):
    """To somebody who will be paused, with a button that says their letters arrive."""

    address: str
    resume: str
    unsubscribe: str


@dataclass(frozen=True)
class PausedView(View):
    """To the colleagues of somebody who is paused; where there are none, to those who run the list."""

    name: str
    address: str
    organisation: str
    is_last: bool  # nobody else from there gets letters
    resume: str
    list_address: str


@dataclass(frozen=True)
class UnreachedView(View):
    """To the colleagues of somebody whom a letter did not reach."""

    name: str
    address: str
    list_address: str


def _warn(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    if (found := person_and_list(session, event)) is None:
        return
    person, mailing_list = found
    message_id = links.make_own_id(means.portal)
    view = WarnedView(
        address=person.email,
        resume=links.resume_url(means.portal, means.signer, person.key),
        unsubscribe=marks_for(means.signer, message_id).unsubscribe,
    )
    yield for_one(draft_notice(means, LetterKind.WARNED, mailing_list, view, message_id=message_id), person)


def _tell_of_pause(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    if (found := person_and_list(session, event)) is None:
        return
    person, mailing_list = found
    others = reachability.stand_ins(session, person, mailing_list)
    view = PausedView(
        name=person.name,
        address=person.email,
        organisation=organisations.organisation_name(session, person),
        is_last=not reachability.has_stand_in(person, others),
        resume=links.resume_url(means.portal, means.signer, person.key),
        list_address=mailing_list.address,
    )
    yield for_each(draft_notice(means, LetterKind.PAUSED, mailing_list, view), others)


def _tell_of_unreached(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    if (found := person_and_list(session, event)) is None:
        return
    person, mailing_list = found
    view = UnreachedView(name=person.name, address=person.email, list_address=mailing_list.address)
    readers = reachability.colleagues(session, person)
    yield for_each(draft_notice(means, LetterKind.UNREACHED, mailing_list, view), readers)


LETTERS = (
    Declaration(
        LetterKind.WARNED,
        (Sample(WarnedView(AUTHORS_ADDRESS, PAGE, LEAVE)),),
        (EventKind.WARNED,),
        _warn,
        is_for_owners=True,
    ),
    Declaration(
        LetterKind.PAUSED,
        tuple(
            Sample(
                PausedView(AUTHOR, AUTHORS_ADDRESS, ORGANISATION, is_last, PAGE, ADDRESS),
                "the-last-one" if is_last else "",
            )
            for is_last in (False, True)
        ),
        (EventKind.PAUSED,),
        _tell_of_pause,
        is_for_owners=True,
    ),
    Declaration(
        LetterKind.UNREACHED,
        (Sample(UnreachedView(AUTHOR, AUTHORS_ADDRESS, ADDRESS)),),
        (EventKind.UNREACHED,),
        _tell_of_unreached,
        is_for_owners=True,
    ),
)
