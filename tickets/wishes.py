"""Wishes: how a reader wants a list, of which topics its digest tells them, and until when they get nothing."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import String, cast
from sqlmodel import Session, col, select

from tickets.database.models import MailingList, Mode, Person, Subscription, Ticket
from tickets.database.store import Store
from tickets.errors import BadInput
from tickets.people.sight import MEMBER, tickets_told
from tickets.people.subscriptions import choose_mode

LONGEST_REST = timedelta(days=400)
NEWEST = 2000  # tickets whose topics may be chosen
MOST_TOPICS = 30  # that may be chosen of a list


@dataclass(frozen=True)
class Wishes:
    """How a reader wants a list: the mode, the topics that its digest tells of, the day before which nothing comes.

    No topics are all of them.
    """

    mode: Mode
    topics: tuple[str, ...] = ()
    rests_before: date | None = None


def wishes_of(session: Session, person: Person, mailing_list: MailingList) -> Wishes:
    """How a person gets a list now."""
    row = session.get(Subscription, (person.id, mailing_list.id))
    return Wishes(row.mode, tuple(row.topics), row.rests_before) if row else Wishes(Mode.NONE)


def choose(
    session: Session, person: Person, mailing_list: MailingList, wishes: Wishes, today: date, at: datetime
) -> None:
    """Let a member get the list as they ask. Raises NotFound as `choose_mode` does, BadInput for a day out of reach."""
    choose_mode(session, person, mailing_list, wishes.mode, at)
    note(session, person, mailing_list, wishes, today)


def note(session: Session, person: Person, mailing_list: MailingList, wishes: Wishes, today: date) -> None:
    """Keep a subscriber's other wishes, without topics that the list does not have.

    Raises BadInput for a day that is past or more than a year away.
    """
    until = wishes.rests_before
    if until and not today < until <= today + LONGEST_REST:
        raise BadInput(f"A pause ends on a day of the next year, not on {until}")
    known = {topic.casefold(): topic for topic in topics_of(session, mailing_list)}
    row = session.get_one(Subscription, (person.id, mailing_list.id))
    row.topics = list(dict.fromkeys(known[one.casefold()] for one in wishes.topics if one.casefold() in known))
    row.rests_before = until if wishes.mode is not Mode.NONE else None
    session.flush()


def topics_of(session: Session, mailing_list: MailingList) -> list[str]:
    """The topics of a list's newest tickets that members may see, those of most tickets; in the order of letters."""
    query = (
        select(Ticket.topics)
        .where(Ticket.mailing_list_key == mailing_list.id, tickets_told(MEMBER))
        .order_by(col(Ticket.number).desc())  # as an index has them, however many there are
        .limit(NEWEST)
    )
    counted = Counter(topic for topics in session.exec(query) for topic in topics)
    spellings: dict[str, str] = {}
    for topic, _ in counted.most_common():
        spellings.setdefault(topic.casefold(), topic)
    return sorted(list(spellings.values())[:MOST_TOPICS], key=str.casefold)


def topics_wanted(session: Session, list_key: int, readers: Iterable[Person]) -> dict[int, frozenset[str]]:
    """The topics that readers of a list chose, folded, by the person's key; who chose none is left out."""
    query = select(Subscription.person_key, Subscription.topics).where(
        Subscription.mailing_list_key == list_key, cast(col(Subscription.topics), String) != "[]"
    )
    keys = {one.key for one in readers}
    return {key: frozenset(map(str.casefold, topics)) for key, topics in session.exec(query) if key in keys}


def end_rests(store: Store, today: date) -> int:
    """Have letters sent again to those whose day has come; how many there are."""
    due = (col(Subscription.rests_before) <= today,)
    with store.reading() as session:
        if session.exec(select(Subscription.person_key).where(*due).limit(1)).first() is None:
            return 0
    with store.transaction() as session:
        rows = session.exec(select(Subscription).where(*due)).all()
        for row in rows:
            row.rests_before = None
        return len(rows)
