"""A clock that was two days ahead, and is right again, keeps nobody waiting for two days."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mailer.delivery.claims import Claims
from mailer.intake.arrivals import Handover, claim_arrivals, store_handovers
from support.builders import a_filed_message, a_list, a_person
from support.owing import deliveries, owe
from tickets.database.models import Lease, Urgency
from tickets.database.store import Store
from tickets.portal import Portal
from tickets.search.searching import LEASE_NAME, Search
from tickets.tokens import Signer

AHEAD = timedelta(hours=48)
LETTER = b"From: mette@example.org\r\n\r\nHej\r\n"


def take_in(store: Store, at: datetime) -> None:
    with store.transaction() as session:
        store_handovers(session, [Handover(LETTER, "mette@example.org", ("liste@example.dk",), "smtp", at)])


def test_what_was_claimed_in_the_future_is_claimed_now(store: Store, now: datetime) -> None:
    take_in(store, now)
    claim_arrivals(store, "one", now + AHEAD, 10)

    assert len(claim_arrivals(store, "another", now, 10)) == 1


def test_what_came_in_the_future_is_due_now(store: Store, now: datetime) -> None:
    take_in(store, now + AHEAD)

    assert len(claim_arrivals(store, "one", now, 10)) == 1


def test_a_lease_that_runs_is_kept_though_the_clocks_of_two_machines_differ_by_seconds(
    store: Store, now: datetime
) -> None:
    take_in(store, now)
    claim_arrivals(store, "one", now + timedelta(seconds=20), 10)

    assert claim_arrivals(store, "another", now + timedelta(seconds=1), 10) == []


def test_what_is_put_off_by_minutes_stays_put_off(store: Store, now: datetime) -> None:
    take_in(store, now + timedelta(minutes=59))

    assert claim_arrivals(store, "one", now, 10) == []


@pytest.mark.parametrize(("until", "taken"), [(AHEAD, 1), (timedelta(seconds=20), 0)])
def test_a_lease_of_the_index_from_the_future_is_void(
    store: Store, portal: Portal, now: datetime, tmp_path: Path, until: timedelta, taken: int
) -> None:
    with store.transaction() as session:
        a_filed_message(session, portal, a_list(session), a_person(session))
        session.add(Lease(name=LEASE_NAME, holder="ended", expires_at=now + until))

    assert Search(store, tmp_path / "index", "us").update(now) == taken


def claimed_at(store: Store, portal: Portal, signer: Signer, at: datetime) -> int:
    return len(Claims(store, portal, signer, lambda: at).claim(list(Urgency), 10))


def test_letters_claimed_in_the_future_are_claimed_now(
    store: Store, portal: Portal, signer: Signer, now: datetime
) -> None:
    owe(store, 1, now)
    assert claimed_at(store, portal, signer, now + AHEAD) == 1

    assert claimed_at(store, portal, signer, now) == 1


def test_letters_written_in_the_future_are_due_now(store: Store, portal: Portal, signer: Signer, now: datetime) -> None:
    owe(store, 1, now + AHEAD)
    assert [one.next_attempt_at for one in deliveries(store)] == [now + AHEAD]

    assert claimed_at(store, portal, signer, now) == 1
