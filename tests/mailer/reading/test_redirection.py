"""Redirection: who sent a message on in its author's name, and where it lay on its way."""

import pytest

from mailer.mime.parts import parse
from mailer.reading.redirection import find_redirector, find_stations, is_rewritten

AUTHOR = "mette@proevested.example.dk"


@pytest.mark.parametrize(
    ("field", "who"),
    [
        ("Resent-From: Ole <ole@oeby.example.dk>", "ole@oeby.example.dk"),
        (f"Resent-From: {AUTHOR}", ""),  # its author, once more
        ("Resent-To: liste@example.dk", "somebody"),
        ("X-Forwarded-For: ole@oeby.example.dk liste@example.dk", "ole@oeby.example.dk"),
        ("X-Sieve-Redirected-From: ole@oeby.example.dk", "ole@oeby.example.dk"),
        ("X-Mailer: ole@oeby.example.dk", ""),
    ],
)
def test_who_sends_on_is_known_by_what_they_or_their_programs_note(field: str, who: str) -> None:
    assert find_redirector(parse(f"From: {AUTHOR}\r\n{field}\r\n\r\n".encode()), AUTHOR) == who


@pytest.mark.parametrize(
    ("return_path", "rewritten"),
    [
        ("SRS0=a=b=proevested.example.dk=mette@oeby.example.dk", True),
        ("ole+SRS=x=y@oeby.example.dk", True),
        ("ole+caf_=liste=example.dk@gmail.example", True),
        ("mette@proevested.example.dk", False),
        ("mette+srs@proevested.example.dk", False),
    ],
)
def test_a_return_path_that_was_written_anew_is_known(return_path: str, rewritten: bool) -> None:
    assert is_rewritten(return_path) is rewritten


def test_a_chain_of_seals_longer_than_an_authors_own_is_a_station() -> None:
    seals = "".join(f"ARC-Seal: i={number}; a=rsa-sha256\r\n" for number in (2, 1))

    assert find_stations(parse(f"{seals}From: {AUTHOR}\r\n\r\n".encode())).on_top == ("arc-seal",)
    assert find_stations(parse(f"ARC-Seal: i=1\r\nFrom: {AUTHOR}\r\n\r\n".encode())).on_top == ()
