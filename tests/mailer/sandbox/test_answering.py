"""Answering: a child answers each question, tells what went wrong, and ends when nobody asks."""

import io
import json
from typing import Any

from mailer.sandbox.answering import answer_one
from mailer.sandbox.framing import ANSWER, QUESTION


def backwards(asked: bytes, about: dict[str, Any], octets: bytes) -> bytes:
    if about.get("is_large"):
        raise MemoryError
    return asked + octets[: about["most"]][::-1]


def ask(octets: bytes, **about: object) -> bytes:
    told = json.dumps(about).encode()
    return QUESTION.pack(b"r", len(told), len(octets)) + told + octets


def answers_to(questions: bytes) -> tuple[list[tuple[bool, bytes]], bool]:
    """What is answered, and whether the child would go on."""
    asked, told = io.BytesIO(questions), io.BytesIO()
    goes_on = True
    while goes_on and asked.tell() < len(questions):
        goes_on = answer_one(backwards, asked, told, 60)
    told.seek(0)
    found = []
    while head := told.read(ANSWER.size):
        is_done, _, length = ANSWER.unpack(head)
        found.append((is_done, told.read(length)))
    return found, goes_on


def test_each_question_has_its_answer() -> None:
    assert answers_to(ask(b"hej", most=3) + ask(b"hej", most=2)) == ([(True, b"rjeh"), (True, b"reh")], True)


def test_what_fails_is_told_and_the_next_is_answered() -> None:
    (failed, full, done), _ = answers_to(ask(b"hej") + ask(b"hej", is_large=True) + ask(b"", most=1))

    assert not failed[0]
    assert b"KeyError: 'most'" in failed[1]
    assert full == (False, b"took more memory than one message may")
    assert done == (True, b"r")


def test_half_a_question_is_the_end() -> None:
    assert answers_to(ask(b"hej", most=3)[:-1]) == ([], False)
    assert not answer_one(backwards, io.BytesIO(b""), io.BytesIO(), 60)
