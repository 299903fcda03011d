"""The digest before it goes out, to the editors of its list: what they do nothing about is sent as it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, func, select

from mailer.letters.declaration import Declaration, Means, Owed, draft_notice, for_each, for_one
from mailer.letters.digests.making import newest_sent, newest_unsent
from mailer.letters.kinds.digest import DigestView, sample_view, view_of
from mailer.letters.letters import Draft, View
from mailer.letters.samples import AT, AUTHOR, PAGE, Sample
from tickets import links
from tickets.database.models import Delivery, Digest, Event, EventKind, LetterKind, MailingList, Mode, Person
from tickets.issues.collecting import recall
from tickets.issues.edition import Edition
from tickets.issues.items import Lead, Period
from tickets.people import owners, persons, subscriptions

NOBODY = "…"  # what stands for a personal place of a digest that nobody gets


@dataclass(frozen=True)
class DraftView(View):
    """What its template reads: all that the digest's reads, and what is to become of it."""

    shown: DigestView
    sends_at: datetime
    readers: int
    is_stopped: bool
    changed_by: str  # empty: nobody changed it yet
    example: str  # the name of a ticket in it

    def values(self) -> dict[str, object]:
        return super().values() | self.shown.values()


@dataclass(frozen=True)
class SentView(View):
    """What the template of the word that it went out reads."""

    lead: Lead
    period: Period
    readers: int
    at: datetime
    sent_by: str
    issue: str  # its own page


def write(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    """The digest as it is now, for each editor, to be answered at their own address."""
    mailing_list = session.get(MailingList, event.mailing_list_key)
    digest = newest_unsent(session, event.mailing_list_key or 0)
    if mailing_list is None or digest is None:
        return
    changed_by = session.get(Person, event.person_key) if event.person_key else None
    view = _view(session, means, mailing_list, digest, persons.name_of(changed_by) if changed_by else "")
    for editor in owners.editors_of(session, mailing_list):
        yield for_one(_draft(means, mailing_list, view, digest, editor), editor)


def _view(session: Session, means: Means, mailing_list: MailingList, digest: Digest, changed_by: str) -> DraftView:
    content = recall(session, digest)
    edition = Edition.of(session, means.portal, mailing_list, digest, content)
    shown = view_of(edition.view(), means.portal, mailing_list, NOBODY)
    names = [item.name for section in shown.sections for item in section.items]
    return DraftView(
        shown=shown,
        sends_at=digest.due_at,
        readers=len(subscriptions.subscribers(session, mailing_list.key, Mode.WEEKLY)),
        is_stopped=digest.is_stopped,
        changed_by=changed_by,
        example=names[0] if names else f"{mailing_list.prefix}-1",
    )


def _draft(means: Means, mailing_list: MailingList, view: DraftView, digest: Digest, editor: Person) -> Draft:
    return Draft(
        kind=LetterKind.DIGEST_DRAFT,
        template=LetterKind.DIGEST_DRAFT.value,
        view=view,
        message_id=links.make_own_id(means.portal),
        mailing_list=mailing_list,
        reply_to=links.editing_address(means.signer, mailing_list, digest.key, editor.key),
        auto_submitted="auto-generated",
    )


def write_sent(session: Session, means: Means, event: Event, now: datetime) -> Iterator[Owed]:
    """Word to each editor that one of them sent it, to how many, and where it can be read."""
    mailing_list, sender = session.get(MailingList, event.mailing_list_key), session.get(Person, event.person_key)
    digest = newest_sent(session, event.mailing_list_key or 0)
    if mailing_list is None or sender is None or digest is None or digest.sent_at is None:
        return
    told = Edition.of(session, means.portal, mailing_list, digest, recall(session, digest)).view()
    readers = session.exec(select(func.count()).where(Delivery.digest_key == digest.id)).one()
    view = SentView(told.lead, told.period, readers, digest.sent_at, persons.name_of(sender), told.issue)
    draft = draft_notice(means, LetterKind.DIGEST_SENT, mailing_list, view)
    yield for_each(draft, owners.editors_of(session, mailing_list))


def _sample(name: str, *, is_stopped: bool = False, changed_by: str = "") -> Sample:
    shown = sample_view("Kære alle\n\nI denne uge er der kommet en ny vejledning.")
    return Sample(DraftView(shown, AT, 87, is_stopped, changed_by, "DB-42"), name)


LETTERS = (
    Declaration(
        LetterKind.DIGEST_DRAFT,
        (_sample("first"), _sample("changed", changed_by=AUTHOR), _sample("stopped", is_stopped=True)),
        (EventKind.DIGEST_DRAFTED,),
        write,
        is_for_owners=True,
    ),
    Declaration(
        LetterKind.DIGEST_SENT,
        (Sample(SentView(sample_view().lead, sample_view().period, 87, AT, AUTHOR, PAGE)),),
        (EventKind.DIGEST_SENT,),
        write_sent,
        is_for_owners=True,
    ),
)
