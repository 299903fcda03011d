"""Own ids: what a portal wrote is known by the shape of its Message-ID."""

import pytest

from tickets.own_ids import is_own_id


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
