"""Making: a digest is put together once, and sent once, then or later, as its editors want it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from mailer.letters import outbox
from mailer.letters.digests.collecting import STILL_OPEN, Content, collect, recall
from mailer.letters.digests.writing import Written, write_items
from mailer.letters.kinds.digest import DigestView, Item, Lead, Period
from mailer.letters.letters import Draft, marks_for
from templates.language import load_language
from tickets import journal, links
from tickets.database.models import Capacity, Digest, LetterKind, MailingList, Mode, Person
from tickets.people import subscriptions
from tickets.portal import Portal
from tickets.tokens import Signer

WEEK = timedelta(days=7)
LONGEST_LEAD = 90  # characters of a short answer that makes a subject
NOBODY = "…"  # what stands for a personal place of a digest that nobody gets


def put_together(
    session: Session, portal: Portal, mailing_list: MailingList, due: datetime, period: str
) -> Digest | None:
    """Put a digest together in the caller's transaction; None if that was done before. It is sent by `send`."""
    session.get_one(MailingList, mailing_list.id, with_for_update={"key_share": True}, populate_existing=True)
    if find(session, mailing_list, period) is not None:
        return None
    until = journal.last_event(session)
    content = collect(session, mailing_list, until)
    digest = Digest(
        mailing_list_key=mailing_list.key,
        period=period,
        due_at=due,
        until_event=until,
        items=content.items,
        contents=content.noted(),
    )
    session.add(digest)
    session.flush()
    return digest


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
    readers = subscriptions.subscribers(session, mailing_list.key, Mode.WEEKLY)
    content = recall(session, digest)
    if not content.items or not readers:
        session.flush()
        return
    message_id = links.make_own_id(portal)
    edition = Edition.of(session, portal, mailing_list, digest, content)
    for organisation_key, people in edition.parties(readers):
        view = edition.view(marks_for(signer, message_id).unsubscribe, organisation_key)
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
    view = Edition.of(session, portal, mailing_list, digest, content).view(NOBODY)
    words = load_language(mailing_list.language, portal.timezone)
    return words.render("mail/digest.txt", list=mailing_list.name, **view.values())


@dataclass(frozen=True)
class Edition:
    """A digest as it is written for everybody, from which each reader's own is made."""

    portal: Portal
    mailing_list: MailingList
    digest: Digest
    written: Written
    lead: Lead
    period: Period

    @classmethod
    def of(
        cls, session: Session, portal: Portal, mailing_list: MailingList, digest: Digest, content: Content
    ) -> "Edition":
        """Read and write all that stands in it."""
        written = write_items(session, portal, mailing_list, content, digest.due_at)
        period = Period(_begins(session, digest), digest.due_at - timedelta(days=1), _week(portal, digest.due_at))
        return cls(portal, mailing_list, digest, written, _find_lead(written), period)

    def view(self, unsubscribe: str, organisation_key: int | None = None) -> DigestView:
        """What the template reads of it for readers of an organisation."""
        return DigestView(
            lead=self.lead,
            period=self.period,
            introduction=self.digest.introduction,
            sections=self.written.for_reader(organisation_key),
            url=links.list_url(self.portal, self.mailing_list),
            issue=links.digest_url(self.portal, self.mailing_list, self.digest.period),
            settings=links.settings_url(self.portal),
            address=self.mailing_list.address,
            local=self.mailing_list.local_part,
            domain=self.mailing_list.domain,
            unsubscribe=unsubscribe,
        )

    def parties(self, readers: list[Person]) -> Iterator[tuple[int | None, list[Person]]]:
        """The readers by their organisation, where it asked something that is told; all others together."""
        asked = set(self.written.askers.values())
        by_key: dict[int | None, list[Person]] = {}
        for person in readers:
            key = person.organisation_key if person.organisation_key in asked else None
            by_key.setdefault(key, []).append(person)
        yield from by_key.items()


def _begins(session: Session, digest: Digest) -> datetime:
    """When the time begins that a digest tells of: when the one before it was due."""
    query = select(Digest.due_at).where(
        Digest.mailing_list_key == digest.mailing_list_key,
        col(Digest.due_at) < digest.due_at,
        col(Digest.is_stopped).is_(False),
    )
    return session.exec(query.order_by(col(Digest.due_at).desc())).first() or digest.due_at - WEEK


def _week(portal: Portal, due: datetime) -> int:
    """The ISO week in which most of the days before lie."""
    return portal.local(due - WEEK / 2).isocalendar().week


def _find_lead(written: Written) -> Lead:
    """The best item as a subject: what an editor wants on top, else an answer in a line, else the first item."""
    items = {section.name: list(section.items) for section in written.sections}
    ranked = [*items.get("featured", []), *sorted(items.get("answered", []), key=lambda one: not one.short_answer)]
    ranked += [item for name in items if name != STILL_OPEN for item in items[name]]
    if not ranked:
        return Lead("")
    best = ranked[0]
    counts = {section.name: section.count for section in written.sections if section.name != STILL_OPEN}
    answers = counts.get("answered", 0) - (best in items.get("answered", []))
    return Lead(_line(best), answers, 0 if answers else sum(counts.values()) - 1)


def _line(item: Item) -> str:
    short = item.short_answer.rstrip(". ")
    return short if short and len(short) <= LONGEST_LEAD else item.subject
