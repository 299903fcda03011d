"""Where a header section ends, and what fields it has, without a parser of mail."""

import pytest

from mailer.mime.header_section import fields_in, header_of, header_size


@pytest.mark.parametrize(
    ("octets", "size"),
    [
        (b"From: a@x\r\nTo: b@x\r\n\r\nhej\r\n\r\nhej", 18),
        (b"From: a@x\nTo: b@x\n\nhej", 17),
        (b"From: a@x", 9),
        (b"\r\nhej", 0),
        (b"", 0),
    ],
)
def test_a_header_section_ends_at_the_first_blank_line(octets: bytes, size: int) -> None:
    assert header_size(octets) == size
    assert header_of(octets) == octets[:size] + b"\r\n\r\n"
    assert header_of(octets, 4) == octets[: min(size, 4)] + b"\r\n\r\n"


def test_fields_are_unfolded_in_their_order_and_what_is_none_is_passed_over() -> None:
    octets = b"Received: from a\r\n\tby b;\r\n  Mon\r\nikke et felt\r\nDATE : nu\r\nX:\xe6\r\n\r\nTo: brev\r\n"

    assert list(fields_in(octets)) == [("received", "from a by b; Mon"), ("date", "nu"), ("x", "æ")]
    assert list(fields_in(b"ikke en mail\n")) == []
