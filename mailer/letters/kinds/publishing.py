"""Publishing: a lawyer is shown what is to be published, those who asked are told or asked, the lawyer hears of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from mailer.letters.cases import ticket_of
from mailer.letters.declaration import Declaration, Means, Owed, draft_notice, for_one
from mailer.letters.letters import View
from mailer.letters.samples import AT, AUTHOR, DECIDING, LATER, ORGANISATION, OWNER, PAGE, SUBJECT, Sample
from tickets import links
from tickets.conversations import anonymity
from tickets.database.models import (
    Act,
    ActKind,
    Event,
    EventKind,
    Fault,
    LetterKind,
    MailingList,
    Person,
    Publication,
    Ticket,
)
from tickets.people.sight import is_closed, is_for_all, stands
from tickets.publishing.drafting import consents_about
from tickets.publishing.headings import tame


class Stand(StrEnum):
    """How it stands with an answer that somebody wants published."""

    PUBLISHED = "published"
    CORRECTED = "corrected"  # in the place of an earlier version
    HIDDEN = "hidden"  # published, while its ticket is for fewer than then
    WAITS_FOR_NO = "waits_for_no"
    WAITS_FOR_YES = "waits_for_yes"
    WAITS_FOR_LAWYER = "waits_for_lawyer"
    KEPT = "kept"
    DOWN = "down"  # it was published, and is no more


class Say(StrEnum):
    """What an asker may say to it."""

    NOTHING = "nothing"  # they are told
    NO = "no"
    YES = "yes"


@dataclass(frozen=True)
class WordsView:
    """What is to be published."""

    subject: str
    question: str
    answer: str
    short_answer: str


@dataclass(frozen=True)
class PublicationView(View):
    """What a lawyer is shown of a draft."""

    name: str
    url: str
    words: WordsView
    removed: tuple[tuple[str, str], ...]
    doubts: tuple[str, ...]
    fault: Fault | None  # what was wrong with the last reply
    say: Say  # what those who asked may say to it then
    is_new_version: bool
    address: str
    expires_at: datetime


@dataclass(frozen=True)
class PublishingView(View):
    """What whoever asked is told."""

    subject: str  # of their question, as they wrote it
    name: str
    url: str
    words: WordsView
    say: Say
    is_public: bool  # everybody can read it, and not only the members of the list
    is_new_version: bool
    address: str  # where to say it; empty: by a reply
    until: datetime | None
    owner: str


@dataclass(frozen=True)
class PublishedView(View):
    """What the lawyer who wanted it is told."""

    name: str
    url: str  # of the ticket
    page: str  # of the published answer; empty: none
    stand: Stand
    until: datetime | None


def _found(session: Session, event: Event) -> tuple[MailingList, Ticket, Publication] | None:
    """The publication that an event is about; None if it is no more."""
    act, found = session.get(Act, event.act_key) if event.act_key else None, ticket_of(session, event)
    key = (act.after.get("publication") or act.before.get("publication")) if act else None
    if event.kind is EventKind.UNPUBLISHED and act:
        key = act.before.get("publication")
    publication = session.get(Publication, key) if key else None
    return (*found, publication) if found and publication else None


def words_of(publication: Publication) -> WordsView:
    """What a publication says, as letters tell it."""
    question, answer = tame(publication.question), tame(publication.answer)
    return WordsView(tame(publication.subject), question, answer, publication.short_answer)


def _say(ticket: Ticket) -> Say:
    if is_for_all(ticket.visibility):
        return Say.NOTHING
    return Say.YES if is_closed(ticket.visibility) else Say.NO


# -- letters ---------------------------------------------------------------------------


def ask(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    """The draft to whoever wants it published, or to one of those who asked, as long as they have not answered."""
    if (found := _found(session, event)) is None or event.person_key is None:
        return
    mailing_list, ticket, publication = found
    consents = [one for one in consents_about(session, publication) if one.person_key == event.person_key]
    if not consents or consents[-1].is_granted is not None:
        return
    consent, person = consents[-1], session.get_one(Person, event.person_key)
    address = links.consent_address(means.signer, mailing_list, consent.key)
    if consent.kind is ActKind.PUBLISH:
        yield _to_asker(session, means, found, person, address, consent.expires_at)
        return
    view = PublicationView(
        name=links.ticket_name(mailing_list, ticket),
        url=links.ticket_url(means.portal, mailing_list, ticket),
        words=words_of(publication),
        removed=tuple((found, instead) for found, instead in publication.removed),
        doubts=tuple(publication.doubts),
        fault=publication.fault,
        say=_say(ticket),
        is_new_version=bool(publication.path),
        address=address,
        expires_at=consent.expires_at,
    )
    draft = draft_notice(means, LetterKind.PUBLICATION, mailing_list, view)
    yield for_one(replace(draft, ticket=ticket, reply_to=address), person)


def tell_asker(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    """Word to an asker, whose name everybody may know, of what is to be published."""
    if (found := _found(session, event)) is None or event.person_key is None:
        return
    if found[2].withdrawn_at is None:
        yield _to_asker(session, means, found, session.get_one(Person, event.person_key), "", None)


def _to_asker(
    session: Session,
    means: Means,
    about: tuple[MailingList, Ticket, Publication],
    person: Person,
    address: str,
    until: datetime | None,
) -> Owed:
    mailing_list, ticket, publication = about
    where = session.get_one(MailingList, publication.mailing_list_key)
    view = PublishingView(
        subject=anonymity.own_subject(session, ticket),
        name=links.ticket_name(mailing_list, ticket),
        url=links.ticket_url(means.portal, mailing_list, ticket),
        words=words_of(publication),
        say=_say(ticket) if address else Say.NOTHING,
        is_public=where.is_public,
        is_new_version=bool(publication.path),
        address=address,
        until=until,
        owner=links.owner_address(mailing_list),
    )
    draft = draft_notice(means, LetterKind.PUBLISHING, mailing_list, view)
    return for_one(replace(draft, ticket=ticket, reply_to=address), person)


def tell_lawyer(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    """To whoever wanted it published how that stands now."""
    found = _found(session, event)
    if found is None or found[2].wanted_by_key is None:
        return
    mailing_list, ticket, publication = found
    stand = _stand(ticket, publication)
    view = PublishedView(
        name=links.ticket_name(mailing_list, ticket),
        url=links.ticket_url(means.portal, mailing_list, ticket),
        page=links.publication_url(means.portal, publication) if stand in (Stand.PUBLISHED, Stand.CORRECTED) else "",
        stand=stand,
        until=publication.due_at,
    )
    draft = draft_notice(means, LetterKind.PUBLISHED, mailing_list, view)
    yield for_one(replace(draft, ticket=ticket), session.get_one(Person, publication.wanted_by_key))


def _stand(ticket: Ticket, publication: Publication) -> Stand:
    if publication.published_at is not None:
        if publication.withdrawn_at is not None:
            return Stand.DOWN
        if not stands(publication, ticket):
            return Stand.HIDDEN
        return Stand.CORRECTED if publication.corrections else Stand.PUBLISHED
    if publication.withdrawn_at is not None:
        return Stand.KEPT
    if publication.agreed_at is None:
        return Stand.WAITS_FOR_LAWYER
    return Stand.WAITS_FOR_NO if publication.due_at else Stand.WAITS_FOR_YES


# -- samples ---------------------------------------------------------------------------

SAID = WordsView(
    SUBJECT, "En nabo beder om aktindsigt i en afgørelse om [kommune]s skole.",
    "Ja, når navne og adresser er fjernet.\n\nSe forvaltningslovens § 15.", "Ja, når den er anonymiseret.",
)  # fmt: skip
REMOVED = ((AUTHOR, "[navn]"), (ORGANISATION, "[kommune]"))


def _draft_sample(say: Say, fault: Fault | None = None, *, is_new_version: bool = False) -> Sample:
    doubts = ("Bakkeskolen",) if say is not Say.NOTHING else ()
    words = replace(SAID, short_answer="") if fault is Fault.LOST else SAID
    removed = () if fault is Fault.LOST else REMOVED
    view = PublicationView(
        "DB-42", PAGE, words, removed, doubts, fault, say, is_new_version, DECIDING, LATER
    )  # fmt: skip
    return Sample(view, f"{say}-{fault or ('again' if is_new_version else 'first')}")


def _asker_sample(say: Say, *, is_public: bool = False, is_new_version: bool = False) -> Sample:
    address, until = ("", None) if say is Say.NOTHING else (DECIDING, LATER)
    view = PublishingView(SUBJECT, "DB-42", PAGE, SAID, say, is_public, is_new_version, address, until, OWNER)
    return Sample(view, f"{say}{'-public' if is_public else ''}{'-again' if is_new_version else ''}")


def _stand_sample(stand: Stand) -> Sample:
    page = PAGE if stand in (Stand.PUBLISHED, Stand.CORRECTED) else ""
    return Sample(PublishedView("DB-42", PAGE, page, stand, AT if stand is Stand.WAITS_FOR_NO else None), stand.value)


LETTERS = (
    Declaration(
        LetterKind.PUBLICATION,
        (
            _draft_sample(Say.NOTHING),
            _draft_sample(Say.NO, Fault.NAMED),
            _draft_sample(Say.YES, Fault.LOST),
            _draft_sample(Say.NOTHING, Fault.OUTSIDE),
            _draft_sample(Say.NOTHING, Fault.UNCLEAR),
            _draft_sample(Say.NOTHING, is_new_version=True),
        ),
        (EventKind.CONSENT_ASKED,),
        ask,
    ),
    Declaration(
        LetterKind.PUBLISHING,
        (
            _asker_sample(Say.NOTHING),
            _asker_sample(Say.NO, is_public=True),
            _asker_sample(Say.YES),
            _asker_sample(Say.NO, is_new_version=True),
        ),
        (EventKind.PUBLISHING_TOLD,),
        tell_asker,
    ),
    Declaration(
        LetterKind.PUBLISHED,
        tuple(map(_stand_sample, Stand)),
        (EventKind.PUBLISHED, EventKind.UNPUBLISHED, EventKind.PUBLISHING),
        tell_lawyer,
    ),
)
