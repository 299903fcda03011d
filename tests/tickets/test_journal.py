"""Every event reaches every follower once, in order, whatever fails in between."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select

from support.builders import a_filed_message, a_list, a_person
from support.databases import DATABASE
from tickets import journal
from tickets.database.models import Bookmark, Event, EventKind, MailboxMark, Organisation, SetAside
from tickets.database.store import Store
from tickets.errors import StorageTrouble
from tickets.journal import Follower
from tickets.portal import Portal
from tickets.reasons import Reason


class Crash(BaseException):
    """The process ends in the middle of its work."""


def happen(store: Store, now: datetime, *numbers: int) -> None:
    """One transaction in which these arrivals are held."""
    with store.transaction() as session:
        for number in numbers:
            journal.append(session, EventKind.HELD, now, arrival_key=number)


def fail_after_appending(session: Session, now: datetime) -> None:
    journal.append(session, EventKind.HELD, now, arrival_key=0)
    raise LookupError


def be_refused_after_appending(session: Session, now: datetime) -> None:
    """The database refuses a row: the name is taken."""
    journal.append(session, EventKind.HELD, now, arrival_key=0)
    session.add(Organisation(name="Odense Kommune"))
    session.flush()


def write_down(session: Session, event: Event, _now: datetime) -> None:
    """What a follower does in these tests: one row for each event, which there can be but once."""
    session.add(MailboxMark(mailbox=str(event.arrival_key), uid_validity=1, last_uid=event.key))


READER = Follower("reader", write_down, starts_at_end=False)


def fails_on(number: int, error: BaseException) -> Follower:
    """Writes down every event; fails when it is half done with this one."""

    def handle(session: Session, event: Event, now: datetime) -> None:
        write_down(session, event, now)
        session.flush()
        if event.arrival_key == number:
            journal.append(session, EventKind.BOUNCED, now)
            raise error

    return replace(READER, handle=handle)


def happened(store: Store) -> list[int | None]:
    """The arrivals that the journal speaks of, in its order."""
    with store.reading() as session:
        return list(session.exec(select(Event.arrival_key).order_by(col(Event.id))))


def written_down(store: Store) -> list[int]:
    """The arrivals that the follower wrote down, in the journal's order."""
    with store.reading() as session:
        return [int(name) for name in session.exec(select(MailboxMark.mailbox).order_by(col(MailboxMark.last_uid)))]


def set_aside(store: Store) -> list[SetAside]:
    with store.reading() as session:
        found = list(session.exec(select(SetAside).order_by(col(SetAside.event_key))))
        session.expunge_all()
    return found


def follow(store: Store, follower: Follower, now: datetime) -> int:
    """A batch that ends by its number alone, however slow the machine."""
    return journal.follow(store, follower, now, seconds=60)


def follow_to_the_end(store: Store, follower: Follower, now: datetime) -> None:
    while follow(store, follower, now):
        pass


@contextmanager
def in_threads(*steps: Callable[[], None]) -> Iterator[Callable[[], bool]]:
    """These steps run beside the block, which is told whether any still does; they have gone well at its end."""
    errors: list[Exception] = []

    def run(step: Callable[[], None]) -> None:
        try:
            step()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    yield lambda: any(thread.is_alive() for thread in threads)
    for thread in threads:
        thread.join()
    assert not errors


# -- writing -------------------------------------------------------------------------------


def test_an_event_speaks_of_the_ticket_its_list_and_the_message(store: Store, portal: Portal) -> None:
    with store.transaction() as session:
        mailing_list = a_list(session)
        message = a_filed_message(session, portal, mailing_list, a_person(session))

    with store.reading() as session:
        event = session.exec(select(Event).where(Event.kind == EventKind.ASKED)).one()
    assert (event.mailing_list_key, event.ticket_key) == (mailing_list.id, message.ticket_key)
    assert (event.message_key, event.person_key) == (message.id, message.author_key)


@pytest.mark.alike
@pytest.mark.parametrize("statement", ["UPDATE events SET kind = kind", "DELETE FROM events"])
def test_no_test_goes_well_that_writes_the_journal_anew(session: Session, statement: str) -> None:
    with pytest.raises(AssertionError, match="anew"):
        session.connection().exec_driver_sql(statement)


def test_events_keep_the_order_in_which_they_were_appended(store: Store, now: datetime) -> None:
    happen(store, now, 3, 1, 2)
    happen(store, now, 5, 4)

    assert happened(store) == [3, 1, 2, 5, 4]


def test_a_transaction_that_fails_leaves_no_event(store: Store, now: datetime) -> None:
    with pytest.raises(LookupError), store.transaction() as session:
        fail_after_appending(session, now)

    happen(store, now, 2)
    assert happened(store) == [2]


def test_a_savepoint_that_fails_takes_its_own_events_along_and_no_others(store: Store, now: datetime) -> None:
    with store.transaction() as session:
        journal.append(session, EventKind.HELD, now, arrival_key=1)
        with pytest.raises(LookupError), session.begin_nested():
            fail_after_appending(session, now)
        journal.append(session, EventKind.HELD, now, arrival_key=3)

    assert happened(store) == [1, 3]


def test_a_row_that_the_database_refuses_takes_only_its_savepoints_events_along(store: Store, now: datetime) -> None:
    with store.transaction() as session:
        journal.append(session, EventKind.HELD, now, arrival_key=1)
        with pytest.raises(IntegrityError), session.begin_nested():
            be_refused_after_appending(session, now)
        journal.append(session, EventKind.HELD, now, arrival_key=3)

    assert happened(store) == [1, 3]


STEPS = st.recursive(
    st.sampled_from(["append", "refuse"]),
    lambda steps: st.tuples(st.booleans(), st.lists(steps, max_size=3)),
    max_leaves=8,
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=4))
def test_savepoints_in_savepoints_keep_exactly_what_was_committed(
    store: Store, now: datetime, steps: list[Any]
) -> None:
    """A step appends an event, is refused by the database, or is a savepoint (does it go well, its own steps)."""
    number = 0

    def take(session: Session, steps: list[Any]) -> list[int]:
        nonlocal number
        kept: list[int] = []
        for step in steps:
            if step == "append":
                number += 1
                journal.append(session, EventKind.HELD, now, arrival_key=number)
                kept.append(number)
            elif step == "refuse":
                with pytest.raises(IntegrityError), session.begin_nested():
                    be_refused_after_appending(session, now)
            else:
                goes_well, inner = step
                try:
                    with session.begin_nested():
                        kept_inside = take(session, inner)
                        if not goes_well:
                            raise LookupError
                except LookupError:
                    continue
                kept += kept_inside
        return kept

    with store.transaction() as session:
        before = journal.last_event(session)
        kept = take(session, steps)

    with store.reading() as session:
        query = select(Event.arrival_key).where(col(Event.id) > before).order_by(col(Event.id))
        assert list(session.exec(query)) == kept


def test_a_reader_who_comes_back_misses_no_event_of_many_writers(store: Store, now: datetime) -> None:
    def write() -> None:
        for _ in range(10):
            happen(store, now, 1, 2)

    seen: list[int] = []
    with in_threads(*[write] * 8) as goes_on:
        while goes_on():
            with store.reading() as session:
                seen += [event.key for event in journal.events_after(session, seen[-1] if seen else 0, 1000)]

    with store.reading() as session:
        seen += [event.key for event in journal.events_after(session, seen[-1], 1000)]
        assert seen == list(session.exec(select(Event.id).order_by(col(Event.id))))
    assert len(seen) == 8 * 10 * 2


def test_who_commits_last_is_numbered_last_whoever_appended_first(store: Store, now: datetime) -> None:
    if store.is_sqlite:
        pytest.skip("SQLite has one writer at a time")

    with store.transaction() as slow:
        journal.append(slow, EventKind.HELD, now, arrival_key=1)
        slow.add(MailboxMark(mailbox="slow", uid_validity=1, last_uid=1))
        slow.flush()
        happen(store, now, 2)

    assert happened(store) == [2, 1]


def test_what_is_appended_quietly_is_quiet_and_nothing_else(store: Store, now: datetime) -> None:
    with store.transaction() as session:
        journal.append(session, EventKind.HELD, now, arrival_key=1)
        with journal.quiet(session):
            journal.append(session, EventKind.HELD, now, arrival_key=2)
        journal.append(session, EventKind.HELD, now, arrival_key=3)

    with store.reading() as session:
        assert list(session.exec(select(Event.is_quiet).order_by(col(Event.id)))) == [False, True, False]


# -- following -----------------------------------------------------------------------------


def test_a_follower_takes_each_event_once(store: Store, now: datetime) -> None:
    happen(store, now, 1, 2)
    follow_to_the_end(store, READER, now)
    happen(store, now, 3)
    follow_to_the_end(store, READER, now)

    assert written_down(store) == [1, 2, 3]
    assert follow(store, READER, now) == 0


def test_a_follower_that_sends_mail_starts_at_the_end(store: Store, now: datetime) -> None:
    mailing = replace(READER, starts_at_end=True)
    happen(store, now, 1)
    follow(store, mailing, now)

    happen(store, now, 2)
    follow_to_the_end(store, mailing, now)

    assert written_down(store) == [2]


def test_a_long_journal_is_fetched_piece_by_piece(store: Store, now: datetime) -> None:
    happen(store, now, *range(2 * journal.FETCHED + 3))

    taken = [follow(store, READER, now) for _ in range(2)]

    assert taken == [2 * journal.FETCHED + 3, 0]


def test_a_batch_that_takes_too_long_is_cut_off_after_an_event(store: Store, now: datetime) -> None:
    happen(store, now, 1, 2)

    assert [journal.follow(store, READER, now, seconds=0) for _ in range(3)] == [1, 1, 0]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_follower_that_dies_goes_on_without_loss_or_double(store: Store, now: datetime, number: int) -> None:
    happen(store, now, 1, 2, 3)
    with pytest.raises(Crash):
        follow(store, fails_on(number, Crash()), now)

    follow_to_the_end(store, READER, now)

    assert written_down(store) == [1, 2, 3]


def test_an_event_that_fails_three_times_is_set_aside_and_the_follower_goes_on(store: Store, now: datetime) -> None:
    happen(store, now, 1, 2, 3)
    follower = replace(fails_on(2, ValueError("Nobody is called Kim")), name="reader")

    passed = [follow(store, follower, now) for _ in range(3)]

    assert passed[:2] == [1, 0]
    assert written_down(store) == [1, 3]
    (failure,) = set_aside(store)
    assert (failure.attempts, failure.is_given_up, failure.reason) == (3, True, Reason.EVENT_FAILED)
    assert failure.reason_details == {"error": "ValueError('Nobody is called Kim')"}


def test_an_event_is_given_up_in_a_batch_that_is_over_with_it(store: Store, now: datetime) -> None:
    happen(store, now, 1, 2)
    follower = replace(fails_on(1, ValueError("Nobody is called Kim")), name="reader")

    for _ in range(3):
        journal.follow(store, follower, now, seconds=0)

    assert [failure.is_given_up for failure in set_aside(store)] == [True]


def test_no_later_event_is_taken_while_one_is_tried_again(store: Store, now: datetime) -> None:
    happen(store, now, 1, 2, 3)
    follow(store, fails_on(2, ValueError()), now)

    follow_to_the_end(store, READER, now)

    assert written_down(store) == [1, 2, 3]
    assert set_aside(store) == []


def test_what_a_failed_event_wrote_is_taken_back_with_the_events_it_appended(store: Store, now: datetime) -> None:
    happen(store, now, 1)

    follow(store, fails_on(1, ValueError()), now)

    assert written_down(store) == []
    assert happened(store) == [1]


def test_a_row_that_the_database_refuses_counts_as_a_failure_of_its_event(store: Store, now: datetime) -> None:
    happen(store, now, 1, 1, 2)

    follow_to_the_end(store, READER, now)
    for _ in range(journal.TRIES):
        follow(store, READER, now)

    assert written_down(store) == [1, 2]
    assert [failure.attempts for failure in set_aside(store)] == [3]


def test_trouble_with_the_database_is_not_the_events_fault(store: Store, now: datetime) -> None:
    happen(store, now, 1, 2)

    for _ in range(5):
        with pytest.raises(StorageTrouble):
            follow(store, fails_on(2, StorageTrouble("disk full")), now)

    assert set_aside(store) == []
    follow_to_the_end(store, READER, now)
    assert written_down(store) == [1, 2]


def test_what_was_set_aside_is_tried_again_on_the_operators_word(store: Store, now: datetime) -> None:
    happen(store, now, 1, 2, 3)
    failing = fails_on(2, ValueError())
    for _ in range(journal.TRIES):
        follow(store, failing, now)

    with store.transaction() as session:
        before_the_fix = journal.retry_set_aside(session, failing, now)
    with store.transaction() as session:
        after_the_fix = journal.retry_set_aside(session, READER, now)

    assert (before_the_fix, after_the_fix) == (0, 1)
    assert written_down(store) == [1, 2, 3]
    assert set_aside(store) == []


def test_an_event_that_meets_an_objection_waits_for_the_operators_word(store: Store, now: datetime) -> None:
    wary = replace(READER, objection=lambda event, _now: Reason.EVENT_TOO_OLD if event.arrival_key == 1 else None)
    happen(store, now, 1, 2)

    follow_to_the_end(store, wary, now)

    assert written_down(store) == [2]
    assert [(failure.is_given_up, failure.reason) for failure in set_aside(store)] == [(True, Reason.EVENT_TOO_OLD)]
    with store.transaction() as session:
        assert journal.retry_set_aside(session, wary, now) == 1
    assert written_down(store) == [1, 2]


def test_followers_do_not_wait_for_one_another(store: Store, now: datetime) -> None:
    happen(store, now, 1, 2)
    follow_to_the_end(store, READER, now)

    follow(store, Follower("idle", write_down), now)
    happen(store, now, 3)

    with store.reading() as session:
        assert dict(journal.lag(session)) == {"reader": 1, "idle": 1}


def test_many_processes_under_one_followers_name_take_each_event_once(store: Store, now: datetime) -> None:
    happen(store, now, *range(250))
    with store.transaction() as session:
        journal.place_bookmark(session, READER)

    def work() -> None:
        follow_to_the_end(store, READER, now)

    with in_threads(*[work] * 6):
        pass

    assert written_down(store) == list(range(250))
    assert set_aside(store) == []


def test_a_follower_that_finds_nothing_writes_nothing(store: Store, now: datetime) -> None:
    happen(store, now, 1)
    follow_to_the_end(store, READER, now)
    writes = store.writes

    follow(store, READER, now)

    assert store.writes == writes
    with store.reading() as session:
        assert session.exec(select(func.count()).select_from(Bookmark)).one() == 1


# -- several processes ---------------------------------------------------------------------


@pytest.mark.skipif(DATABASE == "sqlite", reason="SQLite has one writer at a time")
def test_who_finds_another_following_does_not_wait(store: Store, now: datetime) -> None:
    happen(store, now, 1)
    journal.follow(store, READER, now)
    happen(store, now, 2)

    with store.transaction() as other:
        other.get(Bookmark, READER.name, with_for_update=True)
        with ThreadPoolExecutor(1) as pool:
            taken = pool.submit(journal.follow, store, READER, now).result(timeout=20)

    assert taken == 0
    assert journal.follow(store, READER, now) == 1


def test_two_who_lay_a_bookmark_at_once_lay_one(store: Store, now: datetime) -> None:
    happen(store, now, 1, 2, 3)
    both = threading.Barrier(2)

    def lay() -> int:
        both.wait(20)
        with store.transaction() as session:
            return journal.place_bookmark(session, READER).event_key

    with ThreadPoolExecutor(2) as pool:
        laid = [pool.submit(lay) for _ in range(2)]

    assert [one.result(timeout=20) for one in laid] == [0, 0]


def test_two_who_follow_at_once_take_every_event_once(store: Store, now: datetime) -> None:
    happen(store, now, *range(40))

    def follow_to_the_end() -> int:
        taken = 0
        while True:
            taken += journal.follow(store, READER, now, seconds=0)
            with store.reading() as session:
                if dict(journal.lag(session)).get(READER.name) == 0:
                    return taken

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(follow_to_the_end) for _ in range(2)]

    assert sum(one.result(timeout=60) for one in both) == 40
    with store.reading() as session:
        assert session.exec(select(func.count()).select_from(MailboxMark)).one() == 40
