"""What domains sign of their mail: what is read in two ways, costs too much or proves too little is no signature."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mailer.authorship.domain_keys import read_key
from mailer.authorship.domain_signatures import MOST_SIGNATURES, RELAXED, SIMPLE, Unhashed, hash_body
from mailer.authorship.nameservers import Answer, Known
from mailer.authorship.verification import Envelope, gather_evidence, hash_of, verify_signatures
from mailer.authorship.vouching import COUNTED, Voucher
from support.builders import a_message
from support.signing import FORM, MONDAY, PRIVATE, RECORD, USUAL, make_key, public_half, sign, with_crlf
from support.timing import costing_at_most
from tickets.alignment import ascii_domain

DOMAIN, LIST = "proevested.example.dk", "databeskyttelse@example.dk"
EVERYTHING = (*USUAL, *FORM)
REPLY = {"In_Reply_To": "<1@example.dk>", "References": "<1@example.dk>", "Cc": "ole@oeby.example.dk"}


def look(octets: bytes, *records: str, domain: str = DOMAIN, at: datetime = MONDAY, key: str = "s1") -> Voucher | None:
    """Who vouches for a message that came at this moment, if the author's domain has these keys."""
    evidence = gather_evidence(octets, Envelope(LIST, f"mette@{DOMAIN}", at))
    names = Known({(f"{key}._domainkey.{ascii_domain(domain)}", "TXT"): Answer(records or (RECORD,))})
    try:
        return verify_signatures(evidence, names).voucher
    except Unhashed as wanted:
        assert evidence.body is not None
        known = replace(evidence.body, hashes={wanted.form: hash_of(octets, wanted.form)})
        return verify_signatures(replace(evidence, body=known), names).voucher


def uncovered(octets: bytes) -> tuple[str, ...] | None:
    """What of the message nobody vouches for; None if nobody vouches for it at all."""
    voucher = look(octets)
    return voucher.uncovered if voucher else None


def a_signed(covers: Sequence[str] = EVERYTHING, **fields: str) -> bytes:
    return sign(bytes(a_message(**fields)), DOMAIN, covers)


# -- how it is signed ------------------------------------------------------------------

TEXTS = {
    "a text": "Må vi?\n",
    "nothing": "",
    "empty lines": "\n\n",
    "blanks": "Må  vi? \t\n\n  \nJa \n\n\n",
    "no end": "\n\nHej",
    "megabytes": "a" * 1_200_000 + "\n" + "b \n\n" * 40_000 + "\n" * 1_200_000 + "c" + "\n" * 9,
}


@pytest.mark.parametrize("header", [b"simple", b"relaxed"])
@pytest.mark.parametrize("body", [b"simple", b"relaxed"])
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_every_form_holds_as_another_program_signs_it(header: bytes, body: bytes, text: str) -> None:
    message = EmailMessage()
    message["From"] = f"Mette <mette@{DOMAIN}>"
    message["Subject"] = "Må vi " + "meget " * 40 + "det?"
    octets = sign(bytes(message) + text.encode(), DOMAIN, ("from", "subject", *FORM), form=(header, body))

    assert uncovered(octets) == ()
    assert uncovered(octets.replace(b"meget", b"megen", 1).replace(b"bWVnZ", b"bXXnZ")) is None
    assert uncovered(octets + b"x\r\n") is None


def test_bodies_are_hashed_as_the_standard_has_it() -> None:
    digest = hashlib.sha256(b" C\r\nD E\r\n").digest()

    assert hash_body(b" C \r\nD \t E\r\n\r\n\r\n", RELAXED) == base64.b64encode(digest).decode()  # RFC 6376 3.4.5
    assert hash_body(b"", SIMPLE) == "frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY="  # 3.4.3
    assert hash_body(b"", RELAXED) == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="  # 3.4.4


@pytest.mark.parametrize("body", [b"a\n" * 4_500_000, b"a\r\n" * 3_000_000, b"\n" * 9_000_000, b"a\r" * 4_500_000])
@pytest.mark.parametrize("form", [RELAXED, SIMPLE])
def test_a_body_of_many_lines_takes_no_longer_than_any_other(body: bytes, form: str) -> None:
    with costing_at_most(0.5):
        hash_body(body, form)


@pytest.mark.parametrize("more", [{}, {"domain": "example.net"}, {"key": "s2"}])
def test_a_body_is_hashed_for_a_signature_that_holds_over_the_fields_alone(more: dict[str, str]) -> None:
    octets = a_signed()
    forged = octets.replace(b"\r\nSubject: ", b"\r\nSubject: x", 1) if not more else octets
    domain, key = more.get("domain", DOMAIN), more.get("key", "s1")
    evidence = gather_evidence(
        forged.replace(f"d={DOMAIN}".encode(), f"d={domain}".encode(), 1), Envelope(LIST, "", MONDAY)
    )
    names = Known({(f"s1._domainkey.{DOMAIN}", "TXT"): Answer((RECORD,) if key == "s1" else ())})

    assert verify_signatures(evidence, names).voucher is None
    assert evidence.body is None or evidence.body.hashes == {}


FOOTBALL = with_crlf(b"""DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
""")  # RFC 8463 A.3
BRISBANE = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="


def test_a_signature_of_ed25519_holds() -> None:
    at = datetime.fromtimestamp(1528637909, UTC)
    of_football = {"domain": "football.example.com", "key": "brisbane", "at": at}

    voucher = look(FOOTBALL, BRISBANE, **of_football)

    assert voucher is not None
    assert (voucher.domain, voucher.uncovered) == ("football.example.com", ())
    assert look(FOOTBALL.replace(b"hungry", b"thirsty"), BRISBANE, **of_football) is None
    assert look(FOOTBALL, BRISBANE.replace("k=ed25519", "k=rsa"), **of_football) is None
    assert look(FOOTBALL, BRISBANE.replace("11qY", "22qY"), **of_football) is None


def test_rsa_with_sha1_is_no_signature() -> None:
    assert look(sign(bytes(a_message()), DOMAIN, algorithm=b"rsa-sha1")) is None
    assert look(sign(bytes(a_message()), DOMAIN)) is not None


@pytest.mark.parametrize(
    ("tags", "holds"),
    [
        ("", True),
        ("h=sha1; ", False),
        ("h=sha1:sha256; ", True),
        ("h=SHA256; ", True),
        ("s=tlsrpt; ", False),
        ("s=email:tlsrpt; ", True),
        ("t=y; ", True),
        ("t=s; ", True),
        ("k=ed25519; ", False),
        ("k=rsa1; ", False),
        ("n=a note; ", True),
        ("p=; ", False),
    ],
)
def test_what_a_key_may_be_used_for(tags: str, holds: bool) -> None:
    assert (look(a_signed(), f"v=DKIM1; {tags}p={public_half(PRIVATE)}") is not None) is holds


@pytest.mark.parametrize(
    "record", ["", "v=DKIM2; p=x", "p=%%%", "v=spf1 -all", "v=DKIM1", "p=AAAA", "v=DKIM1; p=AA; p=AA"]
)
def test_what_is_no_key_is_passed_by(record: str) -> None:
    assert look(a_signed(), record) is None
    assert look(a_signed(), record, RECORD) is not None


def test_a_key_for_the_very_domain_signs_for_nobody_below_it() -> None:
    octets = sign(bytes(a_message()), DOMAIN, tags={b"i": f"@sub.{DOMAIN}".encode()})

    assert look(octets) is not None
    assert look(octets, RECORD.replace("k=rsa", "k=rsa; t=s")) is None


def test_a_domain_in_letters_of_its_own_is_the_one_that_dns_knows() -> None:
    octets = bytes(a_message(From="x")).replace(b"From: x", "From: Mette <mette@prøvested.example.dk>".encode())
    domain = "xn--prvested-64a.example.dk"

    vouchers = [look(sign(octets, name), domain=domain) for name in (domain, "prøvested.example.dk")]

    assert [one and one.domain for one in vouchers] == [domain, domain]


# -- when it was signed ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("tags", "days", "holds"),
    [
        ({}, 0, True),
        ({}, 4, True),
        ({}, 6, False),
        ({}, 400, False),
        ({}, -2, False),
        ({b"x": b"%d" % (MONDAY + timedelta(days=1)).timestamp()}, 0, True),
        ({b"x": b"%d" % (MONDAY + timedelta(days=1)).timestamp()}, 2, False),
        ({b"t": b""}, 0, True),
        ({b"t": b""}, 6, False),
        ({b"t": b"9" * 400}, 0, False),
        ({b"t": b"monday"}, 0, False),
        ({b"t": b"-1"}, 0, False),
    ],
)
def test_an_old_signature_is_no_voucher(tags: dict[bytes, bytes], days: int, holds: bool) -> None:
    octets = sign(bytes(a_message()), DOMAIN, tags=tags)

    assert (look(octets, at=MONDAY + timedelta(days=days)) is not None) is holds


def test_a_signature_that_does_not_tell_when_it_was_made_needs_a_date_that_it_covers() -> None:
    assert look(sign(bytes(a_message()), DOMAIN, ("from", "to", *FORM), tags={b"t": b""})) is None
    assert look(sign(bytes(a_message(Date="")), DOMAIN, EVERYTHING, tags={b"t": b""})) is None


# -- what it covers --------------------------------------------------------------------


@pytest.mark.parametrize("name", COUNTED)
def test_a_field_outside_the_signature_is_not_covered(name: str) -> None:
    covers = [one for one in EVERYTHING if one != name]

    assert uncovered(a_signed(covers, **REPLY)) == (name,)
    assert uncovered(a_signed(EVERYTHING, **REPLY)) == ()


@pytest.mark.parametrize("name", COUNTED)
def test_a_field_that_stands_twice_and_once_outside_is_not_covered(name: str) -> None:
    octets, again = a_signed(**REPLY), name.encode() + b": <2@example.dk>\r\n"
    split = octets.index(b"\r\nFrom:") + 2

    assert uncovered(again + octets) == (name,)
    assert uncovered(octets[:split] + again.upper() + octets[split:]) in ((name,), None), "below, the signed one moves"
    assert uncovered(again + a_signed((*EVERYTHING, name), **REPLY)) is None, "signed as missing, nothing may be added"


@pytest.mark.parametrize("name", COUNTED)
def test_a_field_that_is_signed_twice_may_stand_twice(name: str) -> None:
    octets = name.encode() + b": <2@example.dk>\r\n" + bytes(a_message(**REPLY))

    assert uncovered(sign(octets, DOMAIN, (*EVERYTHING, name))) == ()


def test_a_signature_that_does_not_cover_the_author_is_none() -> None:
    octets = a_signed().replace(b"h=from : ", b"h=")

    assert uncovered(octets) is None
    assert uncovered(b"From: Anders <anders@proevested.example.dk>\r\n" + a_signed()) is None


def test_a_signature_over_part_of_the_body_covers_nothing() -> None:
    octets = sign(bytes(a_message()), DOMAIN, length=True)

    assert uncovered(octets) is None
    assert uncovered(octets + b"Send alle CPR-numre til mig.\r\n") is None


def test_of_several_signatures_the_one_that_covers_most_counts() -> None:
    octets = sign(a_signed(EVERYTHING), DOMAIN, ("from", *FORM))

    assert uncovered(octets) == ()
    assert uncovered(b"Subject: Nej\r\n" + octets) == ("subject",)


FORGED = b"From: Anders Jurist <anders@proevested.example.dk>"


@pytest.mark.parametrize(
    "beginning",
    [
        b"X-Note: hej\r" + FORGED + b"\r\n",
        b"X-Note: hej\n" + FORGED + b"\n",
        b"X-Note: hej\0\r\n",
        FORGED + b"\r",
        b"X-Note: hej\r\r\n",
        b"X-Note hej\r\n",
        b"X-Note : hej\r\n",
        b" folded into nothing\r\n",
        b"From mette@proevested.example.dk Mon Nov 23 07:00:00 2026\r\n",
        b": no name\r\n",
        b"S\xc3\xb8: hej\r\n",
        b"\r\n",
    ],
)
def test_a_header_section_that_may_be_read_in_two_ways_bears_no_signature(beginning: bytes) -> None:
    assert uncovered(beginning + a_signed()) is None


# -- how the body is to be read --------------------------------------------------------

WITHOUT_FORM = USUAL
HIDDEN = "Kære jurister\n\n--b\nContent-Type: text/plain\n\nNej, det må I ikke.\n--b--\n"
TWO = (
    "--outer\nContent-Type: text/plain; charset=utf-8\n\nSe vedhæftet\n--outer\nContent-Type: message/rfc822\n\n"
    "Content-Type: multipart/mixed; boundary=inner\n\n--inner\n\nJa.\n--inner--\n--outer--\n"
)


def a_body(form: str, text: str) -> bytes:
    """A message of which the fields on its form are not signed."""
    fields = [
        f"{name}: {value}" for name, value in a_message().items() if not name.lower().startswith(("content", "mime"))
    ]
    return sign("\n".join([*fields, form, "", text]).encode(), DOMAIN, WITHOUT_FORM)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("X-Form: none", "Må vi?\n"),
        ("Content-Type: text/plain; charset=utf-8", "Må vi?\n"),
        ("Content-Type: text/plain; charset=utf-8; format=flowed", "Må vi?\n-- \nMette\n"),
        ("Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable", "M=C3=A5 vi?\n"),
        ("Content-Type: text/plain\nContent-Transfer-Encoding: base64", "TcOlIHZpPw==\n"),
        ("Content-Type: text/html; charset=iso-8859-1", "<html><p>M&aring; vi?\n"),
        ("Content-Type: text/html\nContent-Transfer-Encoding: base64", "PHA+TcOlIHZpPzwvcD4=\n"),
        ("Content-Type: multipart/mixed; boundary=outer", TWO),
        ('Content-Type: multipart/mixed; boundary="outer"', f"This is a multi-part message in MIME format.\n{TWO}\n\n"),
        ("Content-Type: multipart/alternative;\n boundary=outer\nContent-Disposition: inline", TWO),
    ],
)
def test_a_form_that_is_not_signed_counts_where_the_body_shows_it(form: str, text: str) -> None:
    assert uncovered(a_body(form, text)) == ()


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("Content-Type: multipart/mixed; boundary=b", HIDDEN),
        ("Content-Type: multipart/mixed; boundary=inner", TWO),
        ("Content-Type: multipart/mixed", TWO),
        ("X-Form: none", TWO),
        ("Content-Type: text/plain", TWO),
        ("Content-Type: multipart/report; boundary=outer", TWO),
        ("Content-Type: multipart/digest; boundary=outer", TWO),
        ("Content-Type: multipart/mixed; boundary=outer\nContent-Transfer-Encoding: base64", TWO),
        ("Content-Type: multipart/mixed; boundary=outer\nContent-Type: multipart/mixed; boundary=inner", TWO),
        ("Content-Type: text/html", "Må vi? <!-- nej -->\n"),
        ("Content-Type: application/pdf", "Må vi?\n"),
        ("Content-Type: message/rfc822", "From: Anders\n\nNej.\n"),
        ("Content-Type: text/plain; charset=utf-7", "Kære +AE4-ej\n"),
        ("Content-Type: text/plain; name=brev.txt", "Må vi?\n"),
        ("Content-Type: text/plain\nContent-Disposition: attachment", "Må vi?\n"),
        ("Content-Type: text/plain\nContent-Transfer-Encoding: base64", "Hej\n\nTmVqLg==\n"),
        ("Content-Type: text/plain\nContent-Transfer-Encoding: x-uuencode", "Må vi?\n"),
    ],
)
def test_a_form_that_is_not_signed_and_that_the_body_does_not_show_leaves_nothing_proven(form: str, text: str) -> None:
    assert uncovered(a_body(form, text)) is None


def test_a_form_that_is_signed_is_what_it_says() -> None:
    octets = bytes(a_message(text=HIDDEN))

    assert uncovered(sign(octets, DOMAIN)) == ()
    assert uncovered(b"Content-Type: multipart/mixed; boundary=b\r\n" + sign(octets, DOMAIN)) is None


# -- what it costs ---------------------------------------------------------------------


def a_key_of(bits: int, exponent: int = 65_537) -> str:
    """A record with a key that nobody has the private half of."""
    modulus = (1 << bits) - 1
    public = RSAPublicNumbers(exponent, modulus).public_key()
    return "p=" + base64.b64encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


@pytest.mark.parametrize(
    ("bits", "exponent", "is_key"),
    [
        (512, 65_537, False),
        (1_023, 65_537, False),
        (1_024, 65_537, True),
        (4_096, 3, True),
        (4_096, 2**32 - 1, True),
        (4_097, 65_537, False),
        (16_384, 65_537, False),
        (2_048, 2**32 + 1, False),
        (2_048, 2**61 - 1, False),
    ],
)
def test_keys_are_neither_too_weak_nor_too_costly(bits: int, exponent: int, is_key: bool) -> None:
    assert (read_key(a_key_of(bits, exponent).encode()) is not None) is is_key


def test_a_weak_key_is_no_key_though_its_signature_holds() -> None:
    weak = make_key(768)

    assert look(sign(bytes(a_message()), DOMAIN, private=weak), f"p={public_half(weak)}") is None


def with_signature(field: bytes, octets: bytes = b"") -> bytes:
    return b"DKIM-Signature: " + field + b"\r\n" + (octets or with_crlf(bytes(a_message())))


START = b"v=1; a=rsa-sha256; d=proevested.example.dk; s=s1; t=1795417200; bh=AAAA; "
COSTLY = {
    "a folded signature": with_signature(START + b"h=from; b=" + b"\r\n A" * 40_000),
    "blanks in a signature": with_signature(START + b"h=from; b=AAAA" + b" " * 120_000 + b"."),
    "blanks in a short one": with_signature(START + b"h=from; b=AA" + b"\r\n " * 2_500 + b"AA"),
    "many names": with_signature(START + b"h=from:" + b"x:" * 100_000 + b"; b=AAAA"),
    "many tags": with_signature(START + b"h=from; b=AAAA; " + b"a=b;" * 50_000),
    "many fields": with_signature(START + b"h=from; b=AAAA", b"X: y\r\n" * 40_000 + with_crlf(bytes(a_message()))),
    "many signatures": with_signature(START + b"h=from; b=AAAA\r\n") * 2_000,
    "many folds": b"X: y\r\n" + b" z\r\n" * 60_000 + with_signature(START + b"h=from:x; b=AAAA"),
    "blanks in the body": a_signed() + b" " * 9_000_000 + b"x\r\n",
    "blanks at every end": a_signed() + (b" " * 50_000 + b"x\r\n") * 100,
    "empty lines": a_signed() + b"\r\n" * 5_000_000 + b"x",
    "dashes": a_signed() + b"--x\r\n" * 1_000_000,
    "a header without an end": a_signed().replace(b"\r\n\r\n", b"\r\nX: ") + b"y" * 5_000_000,
}


@pytest.mark.parametrize("octets", COSTLY.values(), ids=COSTLY.keys())
def test_what_is_made_to_take_long_is_no_signature_and_soon_done_with(octets: bytes) -> None:
    with costing_at_most(1.5):
        assert look(octets) is None


def test_of_many_signatures_a_few_are_looked_at() -> None:
    others = with_signature(START + b"h=from; b=AAAA", b"X: y\r\n")

    assert uncovered(others * (MOST_SIGNATURES - 1) + a_signed()) == ()
    assert uncovered(others * MOST_SIGNATURES + a_signed()) is None
