"""A mailed link is spent once, in time; who asks in another's name floods nobody and keeps nobody out."""

import threading
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from support.builders import a_person
from tickets.database.models import LoginLink, LoginRequest, Person, WebSession
from tickets.database.store import Store
from tickets.people import logins


def test_a_link_is_spent_once(session: Session, now: datetime) -> None:
    mette = a_person(session)
    secret = logins.make_login_link(session, mette, now)

    assert logins.find_login_link(session, secret, now) == mette
    assert logins.spend_login_link(session, secret, now) == mette
    assert logins.spend_login_link(session, secret, now) is None
    assert logins.find_login_link(session, secret, now) is None


def test_a_link_is_spent_once_though_fifty_try_at_the_same_time(store: Store, now: datetime) -> None:
    with store.transaction() as session:
        secret = logins.make_login_link(session, a_person(session), now)
    spent: list[Person | None] = []
    ready = threading.Barrier(50)

    def spend() -> None:
        ready.wait()
        with store.transaction() as session:
            spent.append(logins.spend_login_link(session, secret, now))

    threads = [threading.Thread(target=spend) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(spent) == 50
    assert len([person for person in spent if person]) == 1


def test_a_link_works_for_a_quarter_of_an_hour(session: Session, now: datetime) -> None:
    secret = logins.make_login_link(session, a_person(session), now)

    assert logins.find_login_link(session, secret, now + timedelta(minutes=14, seconds=59))
    assert logins.find_login_link(session, secret, now + timedelta(minutes=15)) is None
    assert logins.spend_login_link(session, secret, now + timedelta(minutes=15)) is None


def test_an_earlier_link_lives_on_beside_new_ones(session: Session, now: datetime) -> None:
    mette = a_person(session)
    first = logins.make_login_link(session, mette, now)
    others = [logins.make_login_link(session, mette, now + timedelta(minutes=minute)) for minute in range(1, 11)]

    assert logins.spend_login_link(session, others[-1], now + timedelta(minutes=10)) == mette
    assert logins.spend_login_link(session, first, now + timedelta(minutes=14)) == mette


def test_links_that_are_over_are_forgotten_when_another_is_made(session: Session, now: datetime) -> None:
    mette = a_person(session)
    for hour in range(3):
        logins.make_login_link(session, mette, now + timedelta(hours=hour))

    assert len(session.exec(select(LoginLink)).all()) == 1


# -- how often a link is mailed --------------------------------------------------------

QUOTA = 5
HERE, THERE = "192.0.2.0/24", "198.51.100.0/24"


def ask(session: Session, person: Person, network: str, at: datetime, times: int = 1, quota: int = QUOTA) -> int:
    """Ask for a link so many times at once, and have those that are owed made; how many were."""
    owed = sum(logins.ask_for_link(session, person, network, quota, at) for _ in range(times))
    for _ in range(owed):
        logins.make_login_link(session, person, at)
    return owed


@pytest.mark.parametrize("posts", [3, 5, 60, 1_000])
def test_a_strangers_posts_keep_nobody_out(session: Session, now: datetime, posts: int) -> None:
    mette = a_person(session)
    first = logins.make_login_link(session, mette, now)

    ask(session, mette, THERE, now, posts)

    assert ask(session, mette, HERE, now + timedelta(seconds=1)) == 1
    assert logins.spend_login_link(session, first, now + timedelta(minutes=14)) == mette


def test_an_address_gets_its_quota_from_one_network_and_its_own_from_the_next(session: Session, now: datetime) -> None:
    mette, ole = a_person(session), a_person(session, "ole@oeby.example.dk", "Ole Følger")

    assert ask(session, mette, THERE, now, 60) == QUOTA
    assert ask(session, mette, HERE, now, 60) == QUOTA
    assert ask(session, ole, THERE, now, 60) == QUOTA
    assert ask(session, mette, THERE, now + timedelta(hours=1), 60) == QUOTA


def test_many_networks_together_fill_no_mailbox(session: Session, now: datetime) -> None:
    mette = a_person(session)

    owed = sum(ask(session, mette, f"10.{number}.0.0/24", now) for number in range(200))

    assert owed == QUOTA * logins.MOST_NETWORKS


@pytest.mark.parametrize("minutes", [0, 14, 15, 31])
def test_over_the_quota_there_is_always_a_link_that_can_be_spent(session: Session, now: datetime, minutes: int) -> None:
    mette = a_person(session)
    for minute in range(minutes + 1):  # somebody posts all the time, from the same network
        ask(session, mette, HERE, now + timedelta(minutes=minute), QUOTA + 2)

    at = now + timedelta(minutes=minutes)
    assert ask(session, mette, HERE, at) == 0
    assert [one for one in session.exec(select(LoginLink)) if one.expires_at > at]


def test_who_spent_all_their_links_gets_another(session: Session, now: datetime) -> None:
    mette = a_person(session)
    for minute in range(12):
        at = now + timedelta(minutes=2 * minute)
        assert logins.ask_for_link(session, mette, HERE, QUOTA, at)
        assert logins.spend_login_link(session, logins.make_login_link(session, mette, at), at) == mette


def test_a_quota_of_nought_is_none(session: Session, now: datetime) -> None:
    assert ask(session, a_person(session), HERE, now, 50, quota=0) == 50


def test_fifty_who_ask_at_the_same_time_are_owed_no_more_than_the_quota(store: Store, now: datetime) -> None:
    with store.transaction() as session:
        mette = a_person(session)
    owed: list[bool] = []
    ready = threading.Barrier(50)

    def ask_at_once() -> None:
        ready.wait()
        with store.transaction() as session:
            owed.append(logins.ask_for_link(session, session.get_one(Person, mette.id), HERE, QUOTA, now))

    threads = [threading.Thread(target=ask_at_once) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(owed), sum(owed)) == (50, QUOTA)


def test_from_where_a_link_was_asked_for_is_forgotten_after_an_hour(session: Session, now: datetime) -> None:
    mette, ole = a_person(session), a_person(session, "ole@oeby.example.dk", "Ole Følger")
    ask(session, mette, HERE, now)

    ask(session, ole, THERE, now + timedelta(hours=1))

    assert [one.network for one in session.exec(select(LoginRequest))] == [THERE]


def test_a_session_lasts_thirty_days_or_until_it_is_closed(session: Session, now: datetime) -> None:
    mette = a_person(session)
    secret, other = logins.open_web_session(session, mette, now), logins.open_web_session(session, mette, now)

    assert logins.find_web_session(session, secret, now + timedelta(days=29)) == mette
    assert logins.find_web_session(session, secret, now + timedelta(days=30)) is None
    logins.close_web_session(session, secret)
    assert logins.find_web_session(session, secret, now) is None
    assert logins.find_web_session(session, other, now) == mette


def test_the_database_holds_no_secret_that_opens_anything(session: Session, now: datetime) -> None:
    mette = a_person(session)
    secrets = logins.make_login_link(session, mette, now), logins.open_web_session(session, mette, now)

    stored = [*session.exec(select(LoginLink)), *session.exec(select(WebSession))]

    assert len(stored) == 2
    assert not [row for row in stored for secret in secrets if secret in str(row)]
    assert {len(secret) for secret in secrets} == {43}
