"""PDF objects: strings that no page shows are read however they are written."""

import zlib

import pytest

from mailer.files.budget import Budget, Unreadable
from mailer.files.pdf_objects import words_of_objects

NUMBER = b"010190-1234"


@pytest.mark.parametrize(
    "octets",
    [
        b"1 0 obj << /Title (%s) >> endobj" % NUMBER,
        b"1 0 obj << /Title <%s> >> endobj" % NUMBER.hex().encode(),
        b"1 0 obj << /Title (%s) >> endobj" % "".join(f"\\{octet:03o}" for octet in NUMBER).encode(),
        b"<< /Type /ObjStm >>\nstream\n%s\nendstream" % zlib.compress(NUMBER),
        b"<< /Type /Metadata >>\nstream\n%s\nendstream" % NUMBER,
    ],
)
def test_a_number_is_read_in_every_way_it_is_written(octets: bytes) -> None:
    assert NUMBER.decode() in words_of_objects(octets, Budget(60))


def test_the_streams_of_pages_and_the_places_of_objects_are_no_words() -> None:
    octets = b"<< /Length 11 >>\nstream\n%s\nendstream\nxref\n0101901234 00000 n \n" % NUMBER

    told = words_of_objects(octets, Budget(60))

    assert "1234" not in told
    assert "xref" in told


def test_it_keeps_to_its_budget() -> None:
    with pytest.raises(Unreadable):
        words_of_objects(b"hej", Budget(-1))
