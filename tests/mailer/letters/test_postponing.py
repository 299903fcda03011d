"""What one author writes over their quota is filed at once and sent on later; they are told, and nobody is flooded."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import col, func, select

from mailer.letters import postponing
from mailer.letters.distribution import distributor
from support.builders import a_filed_message, a_lawyer, a_list, a_person
from tickets import journal, overview
from tickets.database.models import (
    Delivery,
    Message,
    Mode,
    Person,
    Postponement,
    SetAside,
    Ticket,
    TicketKind,
    Visibility,
)
from tickets.database.store import Store
from tickets.journal import Follower
from tickets.people import subscriptions
from tickets.people.quotas import UNLIMITED, USUAL, Quotas
from tickets.portal import Portal
from tickets.tokens import Signer

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
QUOTA = 6
FEW = Quotas(questions_per_author=QUOTA)


class Town:
    """A list with an asker, a lawyer and one who gets every letter, over which distribution goes minute by minute."""

    def __init__(self, store: Store, portal: Portal, signer: Signer, now: datetime, quotas: Quotas = FEW) -> None:
        self.store, self.portal, self.signer, self.now = store, portal, signer, now
        self.follower: Follower = distributor(portal, signer, quotas=quotas)
        with store.transaction() as session:
            self.mailing_list = a_list(session)
            self.mette, self.kai = a_person(session), a_person(session, "kai@proevested.example.dk", "Kai Kollega")
            self.ole = a_person(session, "ole@oeby.example.dk", "Ole Følger")
            self.anders = a_lawyer(session, self.mailing_list)
            subscriptions.subscribe(session, self.ole, self.mailing_list, Mode.EACH, now)
        with store.transaction() as session:
            journal.place_bookmark(session, self.follower)

    def write(self, count: int, author: Person | None = None, ticket: Ticket | None = None, **more: object) -> None:
        with self.store.transaction() as session:
            for _ in range(count):
                a_filed_message(
                    session, self.portal, self.mailing_list, author or self.mette, self.now, ticket=ticket, **more
                )
        self.distribute()

    def distribute(self) -> None:
        while journal.follow(self.store, self.follower, self.now) or postponing.send_on(
            self.store, self.follower, self.now
        ):
            pass

    def wait(self, length: timedelta) -> None:
        self.now += length
        self.distribute()

    def count(self, kind: str, reader: Person) -> int:
        """How many letters of this kind somebody is owed."""
        with self.store.reading() as session:
            theirs = (Delivery.kind == kind, Delivery.person_key == reader.id)
            return session.exec(select(func.count()).select_from(Delivery).where(*theirs)).one()

    def filed(self) -> int:
        with self.store.reading() as session:
            return session.exec(select(func.count()).select_from(Message)).one()

    def waiting(self) -> int:
        with self.store.reading() as session:
            return overview.count_everything(session, self.now)["postponed"]["messages"]


@pytest.fixture
def town(store: Store, portal: Portal, signer: Signer, now: datetime) -> Town:
    return Town(store, portal, signer, now)


def test_sixty_questions_in_a_minute_are_filed_and_sent_on_within_the_usual_quota(
    store: Store, portal: Portal, signer: Signer, now: datetime
) -> None:
    town = Town(store, portal, signer, now, USUAL)
    town.write(60)

    assert (town.filed(), town.waiting()) == (60, 30)
    assert (town.count("question", town.ole), town.count("question", town.anders)) == (30, 30)
    assert town.count("postponed", town.mette) == 1
    town.wait(HOUR - MINUTE)
    assert town.count("question", town.ole) == 30
    town.wait(MINUTE)
    assert (town.count("question", town.ole), town.count("question", town.anders)) == (60, 60)


def test_questions_within_the_quota_go_out_at_once(town: Town) -> None:
    for _ in range(QUOTA):
        town.write(1)
        town.wait(3 * MINUTE)

    assert (town.count("question", town.ole), town.count("postponed", town.mette)) == (QUOTA, 0)


def test_in_no_hour_is_more_sent_on_than_the_quota(town: Town) -> None:
    sent: list[int] = []
    for _ in range(15):
        town.write(2)
        sent.append(town.count("question", town.ole))
        town.wait(10 * MINUTE)
    grown = [later - earlier for earlier, later in zip(sent, sent[6:], strict=False)]

    assert max(grown) <= QUOTA
    town.wait(12 * HOUR)
    assert town.count("question", town.ole) == 30


def test_what_waits_keeps_its_order(town: Town) -> None:
    town.write(4 * QUOTA)
    for _ in range(4):
        town.wait(HOUR)

    with town.store.reading() as session:
        query = select(Delivery.event_key).where(Delivery.person_key == town.ole.id, Delivery.kind == "question")
        events = list(session.exec(query.order_by(col(Delivery.id))))
    assert len(events) == 4 * QUOTA
    assert events == sorted(key for key in events if key)


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("reply", {"text": "Det har vi også spurgt om."}),
        ("news", {"kind": TicketKind.NEWS}),
        ("question", {"visibility": Visibility.CONFIDENTIAL}),
    ],
)
def test_whatever_one_author_writes_to_all_has_its_quota(town: Town, kind: str, more: dict[str, object]) -> None:
    if kind == "reply":
        town.write(1)
        with town.store.reading() as session:
            more = more | {"ticket": session.exec(select(Ticket)).one()}

    town.write(2 * QUOTA, town.kai, **more)

    reader = town.anders if "visibility" in more else town.ole
    assert (town.count(kind, reader), town.count("postponed", town.kai)) == (QUOTA, 1)


def test_follow_ups_of_a_question_have_their_quota_and_reach_the_lawyers_later(town: Town) -> None:
    town.write(1)
    with town.store.reading() as session:
        ticket = session.exec(select(Ticket)).one()

    town.write(2 * QUOTA, ticket=ticket)

    assert town.count("follow_up", town.anders) == QUOTA
    town.wait(HOUR)
    assert town.count("follow_up", town.anders) == 2 * QUOTA


def test_a_lawyers_answers_are_never_put_off(town: Town) -> None:
    town.write(1)
    with town.store.reading() as session:
        ticket = session.exec(select(Ticket)).one()

    town.write(2 * QUOTA, town.anders, ticket, is_lawyer=True)

    assert (town.count("answer", town.ole), town.count("postponed", town.anders)) == (2 * QUOTA, 0)


def test_several_people_of_one_mailbox_have_one_quota(town: Town) -> None:
    with town.store.transaction() as session:
        ones = [a_person(session, f"ny{end}@oeby.example.dk", f"Ny {end}") for end in ("+1", "+2", "")]
        other = a_person(session, "nye+1@oeby.example.dk", "En Anden")
    for author in (*ones, *ones):
        town.write(3, author)

    assert town.count("question", town.ole) == QUOTA
    town.write(1, other)
    assert town.count("question", town.ole) == QUOTA + 1


def test_one_authors_flood_holds_up_nobody_else(town: Town) -> None:
    town.write(2 * QUOTA)

    town.write(1, town.kai)

    assert town.count("question", town.ole) == QUOTA + 1


def test_an_author_is_told_once_an_hour_in_a_letter_that_names_the_ticket(town: Town) -> None:
    town.write(2 * QUOTA)
    town.write(4)
    assert town.count("postponed", town.mette) == 1

    town.wait(HOUR)
    town.write(4)

    assert town.count("postponed", town.mette) == 2


def test_a_limit_of_nought_is_none(store: Store, portal: Portal, signer: Signer, now: datetime) -> None:
    town = Town(store, portal, signer, now, UNLIMITED)

    town.write(40)

    assert (town.count("question", town.ole), town.count("postponed", town.mette)) == (40, 0)


@pytest.mark.any_database
def test_what_would_wait_for_more_than_a_day_is_left_to_the_operator(town: Town) -> None:
    town.write(QUOTA * 26)

    for _ in range(26):
        town.wait(HOUR)

    with town.store.reading() as session:
        left = session.exec(select(func.count()).select_from(SetAside)).one()
    assert (town.count("question", town.ole), town.waiting(), left) == (QUOTA * 25, 0, QUOTA)


def test_a_message_that_was_put_off_is_sent_on_once(town: Town) -> None:
    town.write(QUOTA + 1)
    town.wait(HOUR)
    with town.store.transaction() as session:
        for one in session.exec(select(Postponement)):
            one.sent_on_at = None

    town.wait(MINUTE)

    assert town.count("question", town.ole) == QUOTA + 1


# -- a clock that was two days ahead ---------------------------------------------------

AHEAD = timedelta(hours=48)


def test_what_was_put_off_by_a_clock_that_was_ahead_is_sent_on_when_it_is_right(town: Town) -> None:
    town.now += AHEAD
    town.write(QUOTA + 3)
    assert town.count("question", town.ole) == QUOTA

    town.now -= AHEAD
    town.wait(MINUTE)

    assert town.count("question", town.ole) == QUOTA + 3


def test_what_was_filed_in_the_future_puts_off_nothing_of_today(town: Town) -> None:
    town.now += AHEAD
    town.write(QUOTA)
    town.now -= AHEAD

    town.write(QUOTA)

    assert town.count("question", town.ole) == 2 * QUOTA


def test_todays_quota_holds_after_the_clock_was_wrong(town: Town) -> None:
    town.now += AHEAD
    town.write(QUOTA)
    town.now -= AHEAD

    town.write(QUOTA + 1)

    assert town.count("question", town.ole) == 2 * QUOTA
    town.wait(HOUR)
    assert town.count("question", town.ole) == 2 * QUOTA + 1


def test_machines_whose_clocks_differ_by_seconds_keep_one_quota(town: Town) -> None:
    town.write(QUOTA)
    town.now -= timedelta(seconds=20)

    town.write(1)

    assert town.count("question", town.ole) == QUOTA
