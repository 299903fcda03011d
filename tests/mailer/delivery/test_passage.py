"""The passage: who tries a relay in trouble, when, and when its trouble is that of one letter alone."""

import pytest

from mailer.delivery.passage import LONGEST_PAUSE, Doubts, Passage


@pytest.fixture
def passage() -> Passage:
    return Passage()


def fail_in_rounds(passage: Passage, rounds: int) -> list[float]:
    """How long the relay is left alone after each of so many tries in vain."""
    now, pauses = 0.0, []
    for _ in range(rounds):
        begun = now
        while not passage.may_try(now):
            now += 0.1
        passage.fail(now, now)
        pauses.append(now - begun)
    return pauses[1:]


def test_pauses_are_seconds_first_and_a_minute_at_most(passage: Passage) -> None:
    pauses = fail_in_rounds(passage, 20)

    assert pauses[0] < 2
    assert sum(pauses[:5]) < 20
    assert max(pauses) <= LONGEST_PAUSE * 1.2 + 0.2
    assert pauses[-1] >= LONGEST_PAUSE * 0.8


def test_connections_that_fail_together_make_one_round(passage: Passage) -> None:
    for _ in range(16):
        passage.fail(begun=0.0, now=1.0)

    assert passage.may_try(2.3)


def test_one_at_a_time_tries_a_relay_in_trouble(passage: Passage) -> None:
    passage.fail(0.0, 0.0)

    with passage.attempt(0.5) as too_early, passage.attempt(5.0) as first, passage.attempt(5.0) as second:
        assert (too_early, first, second) == (False, True, False)
    with passage.attempt(5.0) as after:
        assert after


def test_when_one_gets_through_all_may(passage: Passage) -> None:
    fail_in_rounds(passage, 10)
    passage.get_through(1_000.0)

    with passage.attempt(1_000.0) as first, passage.attempt(1_000.0) as second:
        assert first
        assert second
    assert passage.is_open


def test_who_fails_while_others_get_through_closes_nothing(passage: Passage) -> None:
    passage.get_through(1.0)

    assert not passage.fail(begun=0.0, now=2.0)
    assert not passage.doubt(1, begun=0.0, now=2.0)
    assert passage.is_open


def test_one_letter_alone_does_not_tell_of_the_relay_and_a_second_does(passage: Passage) -> None:
    assert not passage.doubt(1, begun=0.0, now=0.1)
    assert not passage.doubt(1, begun=1.0, now=1.1)
    assert passage.is_open

    assert passage.doubt(2, begun=2.0, now=2.1)
    assert not passage.is_open


def test_a_letter_rests_while_nobody_else_got_through_and_is_due_when_somebody_does() -> None:
    doubts = Doubts()

    assert doubts.add(7, sent=3, now=0.0) == 0.0
    assert doubts.resting(0.5) == [7]
    assert doubts.resting(1.5) == []
    doubts.add(7, sent=3, now=2.0)
    doubts.release()
    assert doubts.resting(2.1) == []


def test_a_letter_that_others_get_past_waits_twice_as_long_each_time() -> None:
    doubts = Doubts()

    pauses = [doubts.add(7, sent=number, now=0.0) for number in range(15)]

    assert pauses[0] == 0.0
    assert pauses[1] < 3
    assert pauses[5] > 25
    assert pauses[14] <= 4_800


def test_a_letter_that_went_through_is_not_doubted_any_more() -> None:
    doubts = Doubts()
    doubts.add(7, sent=0, now=0.0)
    doubts.add(7, sent=5, now=0.0)

    doubts.forget(7)

    assert doubts.add(7, sent=9, now=0.0) == 0.0
