"""How long DNS is waited for, by a name server that is silent about some names."""

import math
from collections.abc import Iterator

import pytest

from mailer.authorship.nameservers import Answer, DnsTrouble, Known, Questions, Unasked
from support.nameservers import Answerer, answering


@pytest.fixture
def answerer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Answerer]:
    monkeypatch.setattr("mailer.authorship.nameservers.PATIENCE", 0.6)
    monkeypatch.setattr("mailer.authorship.nameservers.IMPATIENCE", 0.1)
    with answering() as answerer:
        answerer.text("well.example.dk", "hej")
        answerer.silent_about = {f"silent{number}.example.dk" for number in range(20)}
        yield answerer


def ask(questions: Questions, *names: str) -> None:
    """Ask about names that are silent."""
    for name in names:
        with pytest.raises(DnsTrouble):
            questions.ask(name, "TXT")


def test_nothing_is_asked_twice_nor_waited_for_twice(answerer: Answerer) -> None:
    questions = Questions(math.inf, answerer.resolver)

    texts = [questions.ask_texts(name) for name in ("well.example.dk", "WELL.example.dk.", "well.example.dk")]
    ask(questions, *["silent1.example.dk"] * 20)

    assert texts == [[b"hej"]] * 3
    assert answerer.asked.count("well.example.dk") == 1
    assert answerer.waited == [("well.example.dk", 0.6), ("silent1.example.dk", 0.6)]


def test_where_nobody_answers_the_rest_is_asked_briefly_and_who_answers_then_is_heard(answerer: Answerer) -> None:
    questions = Questions(math.inf, answerer.resolver)

    ask(questions, *(f"silent{number}.example.dk" for number in range(8)))
    assert questions.ask_texts("well.example.dk") == [b"hej"]
    ask(questions, "silent9.example.dk")

    # In the end it is alive, and slow ones get their time again
    assert [seconds for _, seconds in answerer.waited] == [0.6] * 3 + [0.1] * 6 + [0.6]


def test_too_much_is_nothing(answerer: Answerer) -> None:
    answerer.text("long.example.dk", "x" * 5_000, "short")
    questions = Questions(math.inf, answerer.resolver)

    assert questions.ask_texts("long.example.dk") == [b"short"]


def test_a_name_is_told_from_a_record(answerer: Answerer) -> None:
    questions = Questions(math.inf, answerer.resolver)

    assert [questions.has(name) for name in ("well.example.dk", "nowhere.example.dk", "a..b")] == [True, False, False]
    assert questions.ask("well.example.dk", "MX") == ()


def test_what_was_asked_is_known_and_nothing_else() -> None:
    known = Known({("well.example.dk", "TXT"): Answer(("hej",)), ("silent.example.dk", "TXT"): None})

    assert known.ask_texts("Well.example.dk.") == [b"hej"]
    with pytest.raises(DnsTrouble):
        known.ask_texts("silent.example.dk")
    with pytest.raises(Unasked) as unasked:
        known.ask("WELL.example.dk", "MX")
    assert unasked.value.key == ("well.example.dk", "MX")


def test_after_the_last_moment_nothing_is_asked(answerer: Answerer) -> None:
    questions = Questions(math.inf, answerer.resolver)

    with pytest.raises(DnsTrouble, match="no time left"):
        questions.within(0).ask_texts("well.example.dk")

    assert answerer.asked == []
    assert questions.ask_texts("well.example.dk") == [b"hej"], "another may still ask"
