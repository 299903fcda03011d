"""Body form: a body shows by itself how it is to be read, or does not."""

import pytest

from mailer.mime.parts import parse
from mailer.reading.body_form import DISPOSITION, ENCODING, FORM, TYPE, find_boundary, find_evident

PARTS = b"--b\r\nContent-Type: text/plain\r\n\r\nhej\r\n--b--\r\n"


def evident(fields: str, body: bytes) -> tuple[str, ...]:
    return find_evident(parse(f"From: a@example.dk\r\n{fields}\r\n".encode()), body)


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ("", b"hej\r\n"),
        ("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n", b"aGVq\r\n"),
        ("Content-Type: text/html\r\n", b"<p>hej</p>"),
        ("Content-Type: multipart/mixed; boundary=b\r\n", PARTS),
    ],
)
def test_what_a_body_bears_out_is_evident(fields: str, body: bytes) -> None:
    assert evident(fields, body) == FORM


@pytest.mark.parametrize(
    ("fields", "body", "doubtful"),
    [
        ("Content-Type: text/html\r\n", b"hej", TYPE),
        ("Content-Type: multipart/mixed; boundary=c\r\n", PARTS, TYPE),
        ("Content-Type: text/plain; charset=utf-7\r\n", b"hej", TYPE),
        ("Content-Type: text/plain; name=a.txt\r\n", b"hej", TYPE),
        ("Content-Disposition: attachment\r\n", b"hej", DISPOSITION),
        ("Content-Transfer-Encoding: x-uuencode\r\n", b"hej", ENCODING),
        ("Content-Type: text/plain\r\nContent-Type: text/plain\r\n", b"hej", TYPE),
    ],
)
def test_what_could_be_read_otherwise_is_not(fields: str, body: bytes, doubtful: str) -> None:
    assert doubtful not in evident(fields, body)


@pytest.mark.parametrize(
    ("body", "boundary"),
    [
        (PARTS, b"b"), (b"This is a multi-part message in MIME format.\r\n" + PARTS, b"b"), (b"hej\r\n" + PARTS, b""),
        (PARTS.replace(b"--b--", b""), b""), (b"hej", b""),
    ],
)  # fmt: skip
def test_a_boundary_stands_first_and_at_the_very_end(body: bytes, boundary: bytes) -> None:
    assert find_boundary(body) == boundary
