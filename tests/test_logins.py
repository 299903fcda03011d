"""A mailed link is spent once, in time, and the newest is the only one."""

import threading
from datetime import datetime, timedelta

from builders import a_person
from sqlmodel import Session, select

from tickets import logins
from tickets.models import LoginLink, Person, WebSession
from tickets.store import Store


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


def test_a_new_link_kills_the_old_one_of_the_same_person_only(session: Session, now: datetime) -> None:
    mette, ole = a_person(session), a_person(session, "ole@oeby.example.dk", "Ole Følger")
    old, others = logins.make_login_link(session, mette, now), logins.make_login_link(session, ole, now)

    new = logins.make_login_link(session, mette, now)

    assert logins.spend_login_link(session, old, now) is None
    assert logins.spend_login_link(session, new, now) == mette
    assert logins.spend_login_link(session, others, now) == ole


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
