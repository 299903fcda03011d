"""An edition: a digest as it is written for everybody, from which each reader's own is made."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from tickets import links
from tickets.database.models import Digest, MailingList, Mode, Person
from tickets.issues.collecting import STILL_OPEN, DigestContent
from tickets.issues.items import EditionView, Item, Lead, Period, PublishedItem, Section
from tickets.issues.writing import Written, write_items
from tickets.portal import Portal

WEEK = timedelta(days=7)
LONGEST_LEAD = 90  # characters of a short answer that makes a subject


@dataclass(frozen=True)
class Party:
    """Readers who get the same digest."""

    organisation_key: int | None = None
    topics: frozenset[str] = frozenset()  # that they chose, folded; none: all


EVERYBODY = Party()


@dataclass(frozen=True)
class Edition:
    """A digest as it is written for everybody, from which each reader's own is made."""

    portal: Portal
    mailing_list: MailingList
    digest: Digest
    written: Written
    period: Period

    @classmethod
    def of(
        cls, session: Session, portal: Portal, mailing_list: MailingList, digest: Digest, content: DigestContent
    ) -> "Edition":
        """Read and write all that stands in it."""
        written = write_items(session, portal, mailing_list, content, digest.due_at)
        return cls(portal, mailing_list, digest, written, _period(session, portal, digest))

    def view(self, party: Party = EVERYBODY) -> EditionView:
        """What these readers get of it."""
        sections = self.written.for_reader(party.organisation_key, party.topics)
        return EditionView(
            lead=_find_lead(sections, self.written.published),
            period=self.period,
            introduction=self.digest.introduction,
            sections=sections,
            others=_count(self.written.sections) - _count(sections),
            url=links.list_url(self.portal, self.mailing_list),
            issue=links.digest_url(self.portal, self.mailing_list, self.digest.period),
            published=self.written.published,
        )

    def parties(
        self, readers: Iterable[Person], topics: Mapping[int, frozenset[str]]
    ) -> Iterator[tuple[Party, list[Person]]]:
        """The readers who get the same: by their organisation, where it asked something, and by what they chose."""
        asked = set(self.written.askers.values())
        parties: dict[Party, list[Person]] = {}
        for person in readers:
            key = person.organisation_key if person.organisation_key in asked else None
            parties.setdefault(Party(key, topics.get(person.key, frozenset())), []).append(person)
        yield from parties.items()


def _period(session: Session, portal: Portal, digest: Digest) -> Period:
    """The time that a digest tells of: whole days before a weekly one, or until the moment of a daily one."""
    begins, due = _begins(session, digest), digest.due_at
    if digest.mode is Mode.DAILY:
        return Period(begins, due, None)
    return Period(begins, due - timedelta(days=1), _week(portal, due))


def _begins(session: Session, digest: Digest) -> datetime:
    """When the time begins that a digest tells of: when the one before it was due."""
    query = select(Digest.due_at).where(
        Digest.mailing_list_key == digest.mailing_list_key,
        col(Digest.due_at) < digest.due_at,
        Digest.mode == digest.mode,
        col(Digest.is_stopped).is_(False),
    )
    return session.exec(query.order_by(col(Digest.due_at).desc())).first() or digest.due_at - WEEK


def _week(portal: Portal, due: datetime) -> int:
    """The ISO week in which most of the days before lie."""
    return portal.local(due - WEEK / 2).isocalendar().week


def _find_lead(sections: tuple[Section, ...], published: tuple[PublishedItem, ...]) -> Lead:
    """The best item as a subject: what an editor wants on top, else an answer in a line, else the first item."""
    items = {section.name: list(section.items) for section in sections}
    ranked = [*items.get("featured", []), *sorted(items.get("answered", []), key=lambda one: not one.short_answer)]
    ranked += [item for name in items if name != STILL_OPEN for item in items[name]]
    if not ranked:
        return Lead(_line(published[0]), more=len(published) - 1) if published else Lead("")
    best = ranked[0]
    counts = {section.name: section.count for section in sections if section.name != STILL_OPEN}
    answers = counts.get("answered", 0) - (best in items.get("answered", []))
    return Lead(_line(best), answers, 0 if answers else sum(counts.values()) - 1 + len(published))


def _count(sections: Iterable[Section]) -> int:
    """How many items something happened to."""
    return sum(section.count for section in sections if section.name != STILL_OPEN)


def _line(item: Item | PublishedItem) -> str:
    short = item.short_answer.rstrip(". ")
    return short if short and len(short) <= LONGEST_LEAD else item.subject
