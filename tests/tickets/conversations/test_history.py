"""History: threads come out whole and in order, whatever order an archive has."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tickets.conversations.history import Sketch, arrange

START = datetime(2020, 1, 1, tzinfo=UTC)


def sketch(message_id: str, *cited: str, day: int = 0) -> Sketch:
    return Sketch(message_id, cited, START + timedelta(days=day), "content")


def threads_of(*sketches: Sketch, known: tuple[str, ...] = ()) -> list[list[str]]:
    return [[sketches[place.position].message_id for place in thread] for thread in arrange(sketches, known)]


def test_a_reply_stands_behind_its_parent_though_it_lies_before_it() -> None:
    assert threads_of(sketch("c", "b", day=3), sketch("b", "a", day=2), sketch("a", day=1)) == [["a", "b", "c"]]


def test_the_thread_that_began_first_comes_first() -> None:
    assert threads_of(sketch("new", day=2), sketch("old", day=1), sketch("reply", "old", day=3)) == [
        ["old", "reply"],
        ["new"],
    ]


def test_the_best_evidence_decides_even_where_the_list_knows_something_else() -> None:
    a, b, reply = sketch("a"), sketch("b"), sketch("reply", "b", "a")

    assert threads_of(a, b, reply) == [["a"], ["b", "reply"]]
    assert threads_of(a, reply, known=("b",)) == [["a"], ["reply"]]


def test_messages_that_answer_each_other_in_a_circle_are_one_thread() -> None:
    assert sorted(threads_of(sketch("a", "c"), sketch("b", "a"), sketch("c", "b"))[0]) == ["a", "b", "c"]


def test_a_message_that_answers_itself_begins_a_thread() -> None:
    assert threads_of(sketch("a", "a")) == [["a"]]


def test_copies_stand_behind_the_first() -> None:
    assert threads_of(sketch("a"), sketch("b"), sketch("a"), sketch("r", "a")) == [["a", "a", "r"], ["b"]]


def test_it_is_told_whether_a_message_was_answered() -> None:
    ((root, reply), (lonely,)) = arrange([sketch("a"), sketch("r", "a"), sketch("b")], ())

    assert (root.is_answered, reply.is_answered, lonely.is_answered) == (True, False, False)


@given(some.lists(some.tuples(some.integers(0, 8), some.lists(some.integers(0, 8), max_size=3)), max_size=12))
def test_every_message_stands_once_and_never_before_what_it_answers(rows: list[tuple[int, list[int]]]) -> None:
    sketches = [sketch(str(number), *map(str, cited)) for number, cited in rows]

    threads = arrange(sketches, ())

    assert sorted(place.position for thread in threads for place in thread) == list(range(len(rows)))
    for thread in threads:
        seen = {sketches[thread[0].position].message_id}
        for place in thread[1:]:
            one = sketches[place.position]
            assert one.message_id in seen or seen & set(one.cited)
            seen.add(one.message_id)


@pytest.mark.parametrize("shape", ["chain", "star", "circle"])
def test_ten_thousand_messages_of_one_thread_are_arranged(shape: str) -> None:
    count = 10_000
    parents = {"chain": lambda n: n - 1, "star": lambda _: 0, "circle": lambda n: (n - 1) % count}
    sketches = [sketch(str(n), str(parents[shape](n))) for n in range(count)]

    assert [len(thread) for thread in arrange(sketches, ())] == [count]
