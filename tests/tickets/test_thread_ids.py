"""Thread ids: what a portal wrote is known by the shape of its Message-ID, and Outlook's index is gone on with."""

from base64 import b64decode
from datetime import UTC, datetime, timedelta

import pytest

from tickets.thread_ids import extend_index, is_own_id, is_same_conversation, new_index, read_index


@pytest.mark.parametrize(
    ("message_id", "is_own"),
    [
        ("0123456789abcdef01234567@example.dk", True), ("db-1.ticket@Example.DK", True),
        ("0123456789abcdef0123456@example.dk", False), ("mette@example.dk", False),
        ("0123456789abcdef01234567@example.org", False), ("", False),
    ],
)  # fmt: skip
def test_people_at_its_domain_write_with_others(message_id: str, is_own: bool) -> None:
    assert is_own_id(message_id, "example.dk") is is_own


OUTLOOKS = "AdQc2DN7rLoS3hgnE/O76rpFzxN/EwAddF4A"  # begun 2018-07-16 at 07:40:00, answered 14:03:22 later
BEGINNING = "AdQc2DN7rLoS3hgnE/O76rpFzxN/Ew=="


def test_a_reply_has_the_block_that_outlook_gives_it() -> None:
    answered_at = datetime(2018, 7, 16, 21, 43, 22, 827_572, tzinfo=UTC)

    assert extend_index(BEGINNING, answered_at) == OUTLOOKS
    assert is_same_conversation(BEGINNING, OUTLOOKS)
    assert extend_index(OUTLOOKS, answered_at).startswith(OUTLOOKS[:32])


def test_a_reply_after_years_is_told_coarsely_and_one_by_a_wrong_clock_as_at_once() -> None:
    begun_at = datetime(2026, 11, 23, 7, tzinfo=UTC)
    index = new_index("42.ticket@example.dk", begun_at)

    late, early = (extend_index(index, begun_at + timedelta(days=days)) for days in (3650, -1))

    assert b64decode(late)[22] & 0x80
    assert b64decode(early)[22:] == bytes(5)
    assert not is_same_conversation(index, new_index("43.ticket@example.dk", begun_at))


@pytest.mark.parametrize(
    ("value", "index"),
    [
        (f" {OUTLOOKS[:20]}\r\n {OUTLOOKS[20:]}", OUTLOOKS), (BEGINNING, BEGINNING), ("", ""), ("AdQc2D", ""),
        ("AAQc2DN7rLoS3hgnE/O76rpFzxN/Ew==", ""), (OUTLOOKS[:-4], ""), ("ÆØÅ" * 10, ""), (f"{OUTLOOKS}\0", ""),
    ],
)  # fmt: skip
def test_only_what_is_an_index_is_read_as_one(value: str, index: str) -> None:
    assert read_index(value) == index


def test_an_index_stays_one_line_however_often_it_is_answered() -> None:
    index = BEGINNING
    for _ in range(200):
        index = extend_index(index, datetime(2026, 11, 23, tzinfo=UTC))

    assert len(index) < 400
    assert read_index(index) == index
