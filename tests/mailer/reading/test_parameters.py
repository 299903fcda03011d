"""Parameters: what a file is called, whichever way its sender's program wrote it."""

from base64 import b64encode
from urllib.parse import quote

import pytest

from mailer.mime.parts import parse
from mailer.reading.parameters import file_name, parameter
from support.timing import costing_at_most

NAME = "Notat Prøvested Kommune.txt"
UTF8, LATIN = NAME.encode(), NAME.encode("cp1252")


def escaped(octets: bytes) -> bytes:
    return quote(octets, safe="").encode()


def name_of(disposition: bytes, kind: bytes = b"") -> str:
    return file_name(
        parse(b"Content-Type: text/plain" + kind + b"\r\nContent-Disposition: attachment" + disposition + b"\r\n\r\nx")
    )


@pytest.mark.parametrize(
    "written",
    [
        b'filename="' + UTF8 + b'"',
        b'filename="' + LATIN + b'"',
        b"filename=" + LATIN,
        b'FILENAME = "' + UTF8 + b'" ; size=3',
        b'filename="' + LATIN.replace(b" ", b"\r\n ", 1) + b'"',
        b"filename*=utf-8''" + escaped(UTF8),
        b"filename*=utf-8'da'" + escaped(LATIN),
        b"filename*=iso-8859-1''" + escaped(UTF8),
        b"filename*=us-ascii''" + escaped(UTF8),
        b"filename*=windows-1251''" + escaped(LATIN),
        b"filename*=koi8-r''" + escaped(UTF8),
        b"filename*=macintosh''" + escaped(LATIN),
        b"filename*=gb2312''" + escaped(LATIN),
        b"filename*=utf-16''" + escaped(LATIN),
        b"filename*=cp037''" + escaped(LATIN),
        b"filename*=unheard-of''" + escaped(UTF8),
        b"filename*=utf-8''" + LATIN,
        b"filename*=" + escaped(UTF8),
        b"filename*=utf-8''" + escaped(UTF8.decode("latin-1").encode()),
        b"filename*0*=utf-8''Notat%20Pr%C3; filename*1*=%B8vested; filename*2=\" Kommune.txt\"",
        b"filename*1*=%B8vested%20Kommune.txt; filename*0*=utf-8''Notat%20Pr%C3",
        b'filename*0="Notat Pr\xc3"; filename*1="\xb8vested Kommune.txt"',
        b"filename=\"Notat.txt\"; filename*=UTF-8''" + escaped(UTF8),
        b'filename="=?iso-8859-1?Q?Notat_Pr=F8vested_Kommune.txt?="',
        b'filename="=?utf-8?Q?Notat_Pr=F8vested_Kommune.txt?="',
        b'filename="=?iso-8859-2?Q?Notat_Pr=C3=B8vested_Kommune.txt?="',
        b'filename="=?utf-8?B?' + b64encode(UTF8) + b'?="',
        b'filename="=?utf-8?B?' + b64encode(UTF8) + b'"',
        b'filename="=?utf-8?Q?Notat_Pr=C3=83=C2=B8vested_Kommune.txt?="',
        b'filename="Notat Pr\\303\\270vested Kommune.txt"',
    ],
)
def test_a_name_is_read_however_it_is_written(written: bytes) -> None:
    assert name_of(b"; " + written) == NAME
    assert name_of(b"", kind=b"; " + written.replace(b"file", b"").replace(b"FILE", b"")) == NAME


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (b"", ""),
        (b"; filename=", ""),
        (b'; filename=""', ""),
        (b'; filename="a \\"b\\".txt"', 'a "b".txt'),
        (b'; filename="a "b".txt"', 'a "b".txt'),
        (b'; filename="a;b.txt"; size=3', "a;b.txt"),
        (b'; filename="a.txt', "a.txt"),
        (b'; filename="C:\\temp\\notat.txt"', "C:\\temp\\notat.txt"),
        (b"; filename=a.txt; filename=b.txt", "a.txt"),
        (b"; filename*x*=a; filename**=b; filename*99999=c", ""),
        (b"; filename*0=a; filename*0=b; filename*2=c", "ac"),
        (b"; filenames=a", ""),
    ],
)
def test_what_is_broken_is_read_as_far_as_it_goes(written: bytes, name: str) -> None:
    assert name_of(written) == name


def test_another_parameter_is_read_in_the_same_way() -> None:
    message = parse('Content-Type: text/plain; charset=utf-8; x="Prøvested"\r\n\r\n'.encode("cp1252"))

    assert parameter(message, "Content-Type", "x") == "Prøvested"
    assert parameter(message, "Content-Description", "x") == ""


@pytest.mark.parametrize(
    "piece", [';a="\\', ';a="', "; filename*1*=%C3", '; filename="x', " ;", "=?a?q?", "'", '"', "\\"]
)
def test_a_long_field_takes_no_longer_than_it_should(piece: str) -> None:
    message = parse(f"Content-Disposition: attachment{piece * 40_000}"[:200_000].encode() + b"\r\n\r\nx")
    with costing_at_most(0.5):
        for _ in range(20):
            file_name(message)
