"""A number is found and goes, whatever stands in it, whatever it is written with, and wherever it is told."""

import re
from datetime import datetime
from email.message import EmailMessage

import pytest

from mailer.privacy.findings import Finding, Where
from mailer.privacy.redaction import redact
from mailer.sandbox.message import read_message
from support.builders import a_message
from support.disguises import BODIES, FIELDS, FILES, HARMLESS_TEXTS, TEXTS
from support.hideouts import BARE, NUMBER, attached
from support.repetitions import OF_DISGUISES
from support.timing import costing_at_most, is_linear
from tickets.numbers.cpr import find_cpr, mask_cpr

LAST = re.compile(r"1234|4321")
DIGITS = re.compile(r"1234|4321|0101|1,?0190|l234")


@pytest.mark.parametrize("case", TEXTS)
def test_a_number_is_found_in_every_form_and_nothing_of_it_is_left(case: str) -> None:
    masked = mask_cpr(TEXTS[case])

    assert find_cpr(TEXTS[case])
    assert DIGITS.search(masked) is None
    assert find_cpr(masked) == []


@pytest.mark.parametrize("text", HARMLESS_TEXTS)
def test_what_only_looks_like_a_number_is_none(text: str) -> None:
    assert find_cpr(text) == []


@pytest.mark.parametrize("case", TEXTS)
def test_a_mail_with_it_is_held_and_goes_on_without(case: str, now: datetime) -> None:
    octets = bytes(a_message(text=f"Hej\n\n{TEXTS[case]}\n"))

    found = read_message(octets, now).findings
    redacted = read_message(redact(octets, set(), ""), now)

    assert {one.where for one in found} <= {Where.TEXT, Where.QUOTED}
    assert found
    assert redacted.findings == ()
    assert DIGITS.search(redacted.post.text + redacted.post.folded) is None


@pytest.mark.parametrize("case", BODIES)
def test_a_number_that_html_shows_or_holds_is_found_and_goes(case: str, now: datetime) -> None:
    message = a_message(text="x")
    message.set_content(BODIES[case], subtype="html")
    octets = bytes(message)

    assert read_message(octets, now).findings
    redacted = redact(octets, set(), "")
    again = read_message(redacted, now)
    assert again.findings == ()
    assert LAST.search(again.post.text) is None


@pytest.mark.parametrize("name", FILES)
def test_a_number_is_found_in_a_file_whatever_stands_in_it(name: str, now: datetime) -> None:
    (finding,) = read_message(bytes(attached(name, FILES[name])), now).findings

    assert (finding.where, finding.name) == (Where.FILE, name)


def with_field(name: str, value: str) -> EmailMessage:
    message = a_message(text="Hej\n")
    del message[name]
    message[name] = value
    return message


@pytest.mark.parametrize(("name", "value"), FIELDS)
def test_a_number_in_any_field_is_found_and_goes(name: str, value: str, now: datetime) -> None:
    octets = bytes(with_field(name, value))

    assert {one.where for one in read_message(octets, now).findings} <= {Where.FIELD, Where.AUTHOR}
    assert read_message(octets, now).findings
    redacted = redact(octets, set(), "")
    assert read_message(redacted, now).findings == ()
    assert NUMBER.encode() not in redacted
    assert BARE.encode() not in redacted


@pytest.mark.parametrize(("name", "value"), FIELDS)
def test_fields_of_an_attached_mail_are_looked_at_too(name: str, value: str, now: datetime) -> None:
    message = a_message(text="Se mailen.\n")
    message.add_attachment(with_field(name, value))

    assert Where.FILE in {one.where for one in read_message(bytes(message), now).findings}


def test_fields_of_a_part_are_looked_at_too(now: datetime) -> None:
    message = a_message(text="Se filen.\n")
    message.add_attachment(b"x", maintype="application", subtype="octet-stream", filename="x.bin")
    message.get_payload()[1]["Content-Description"] = f"Borger {NUMBER}"

    assert list(read_message(bytes(message), now).findings) == [Finding(Where.FIELD, name="Content-Description")]
    assert NUMBER.encode() not in redact(bytes(message), set(), "")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Mailer", "16.0.010190-1234"), ("Thread-Index", "AdtB010190-1234"),
        ("Message-ID", f"<{BARE}.17@example.dk>"),
        ("References", "<4f010190-1234-4f5e-8d1c-0101901239ab@example.dk>"), ("X-Sag", "Sag 2026-010190-1234"),
        ("List-Id", "<sag-26.010190-1234.example.dk>"), ("To", "Bo <bo.0101901234@example.dk>"),
        ("Received", "from a by b with ESMTP id 0101901234; Mon, 23 Nov 2026 07:00:00 +0000"),
        ("DKIM-Signature", "v=1; t=0101901234; bh=010190+1234=; b=x"),
    ],
)  # fmt: skip
def test_what_programs_write_into_fields_is_none(name: str, value: str, now: datetime) -> None:
    assert read_message(bytes(with_field(name, value)), now).findings == ()


@pytest.mark.parametrize(
    ("subject", "text"),
    [("CPR 010190", "-1234 vil\n"), ("Om 010190-", "1234\n"), ("Cpr", f"{BARE}\n"), ("CPR 0101", "901234\n")],
)
def test_a_number_that_begins_in_the_subject_goes_from_both(subject: str, text: str, now: datetime) -> None:
    octets = bytes(a_message(Subject=subject, text=text))

    assert Where.TEXT in {one.where for one in read_message(octets, now).findings}
    redacted = read_message(redact(octets, set(), ""), now)
    assert redacted.findings == ()
    assert DIGITS.search(redacted.post.subject + redacted.post.text) is None


@pytest.mark.parametrize(("subject", "text"), [("Sag 010190", "1234 København\n"), ("Møde 010190", "- Hej 1234\n")])
def test_a_subject_that_ends_in_a_date_is_none(subject: str, text: str, now: datetime) -> None:
    assert read_message(bytes(a_message(Subject=subject, text=text)), now).findings == ()


@pytest.mark.parametrize(
    ("charset", "octets"),
    [
        ("utf-7", b"Borgeren 010190+AC0-1234 vil."),
        ("cp037", f"Borgeren {NUMBER} vil have indsigt.".encode("cp037")),
        ("IBM277", f"Borgeren {NUMBER} vil have indsigt.".encode("cp037")),
        ("utf-16", f"Borgeren {NUMBER}".encode("utf-16")),
    ],
)
def test_a_text_in_a_rare_charset_is_read_as_its_reader_reads_it(charset: str, octets: bytes, now: datetime) -> None:
    message = a_message(text="x")
    message.set_payload(octets.decode("latin-1"))
    head = f"From: Mette <mette@proevested.example.dk>\r\nContent-Type: text/plain; charset={charset}\r\n\r\n".encode()

    assert [one.where for one in read_message(head + octets, now).findings] == [Where.TEXT]


@pytest.mark.parametrize("encoding", ["quoted-printable", "flowed", "flowed delsp"])
def test_lines_that_only_the_mail_breaks_break_no_number(encoding: str, now: datetime) -> None:
    body = {"quoted-printable": b"Borgeren 0101=\r\n90-1234", "flowed": b"Borgeren 010190 \r\n-1234",
            "flowed delsp": b"Borgeren 0101 \r\n90-1234"}[encoding]  # fmt: skip
    kind = b'text/plain; charset=utf-8; format=flowed; delsp="yes"' if "delsp" in encoding else (
        b"text/plain; charset=utf-8; format=flowed" if "flowed" in encoding else b"text/plain; charset=utf-8"
    )  # fmt: skip
    coded = b"quoted-printable" if encoding == "quoted-printable" else b"7bit"
    octets = b"From: a@example.dk\r\nContent-Type: %b\r\nContent-Transfer-Encoding: %b\r\n\r\n%b" % (kind, coded, body)

    assert [one.where for one in read_message(octets, now).findings] == [Where.TEXT]
    assert read_message(redact(octets, set(), ""), now).findings == ()


@pytest.mark.parametrize("token", OF_DISGUISES)
def test_much_of_one_token_has_its_forms_in_no_time(token: str) -> None:
    with costing_at_most(2):
        assert is_linear(mask_cpr, token * (25_000 // len(token)))


@pytest.mark.parametrize("token", ["1<b>2</b>", "<img alt=1>", "<i style='content:\"-1\"'>1", "<hr>1", "1<", "<del>1"])
def test_much_html_has_its_readings_in_no_time(token: str, now: datetime) -> None:
    message = a_message(text="x")
    message.set_content(token * (60_000 // len(token)), subtype="html")

    with costing_at_most(5):
        read_message(bytes(message), now)
