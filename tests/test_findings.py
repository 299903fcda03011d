"""Where numbers stand in a message, in every place a number can stand."""

from datetime import datetime
from email.message import EmailMessage

import pytest
from builders import a_message
from papers import a_docx, a_pdf
from test_documents import KINDS, NUMBER, encrypted_pdf

from mailer.findings import MOST_TOLD, Finding, Where
from mailer.message import Reading, read_message
from mailer.redaction import redact


def with_file(octets: bytes, name: str, kind: str = "application/octet-stream") -> EmailMessage:
    message = a_message(text="Se vedhæftede.\n")
    maintype, _, subtype = kind.partition("/")
    message.add_attachment(octets, maintype=maintype, subtype=subtype, filename=name)
    return message


def read(message: EmailMessage, now: datetime) -> Reading:
    return read_message(bytes(message), now)


def places(message: EmailMessage, now: datetime) -> list[Finding]:
    return list(read(message, now).findings)


def test_an_ordinary_mail_holds_nothing(now: datetime) -> None:
    assert places(with_file(a_pdf("Sag 2026-123456"), "sag.pdf"), now) == []


@pytest.mark.parametrize(
    ("fields", "finding"),
    [
        ({"Subject": f"Om {NUMBER}"}, Finding(Where.SUBJECT)),
        ({"text": f"Hej\n\nBorgeren\n{NUMBER}\n"}, Finding(Where.TEXT, 4)),
        ({"From": f"{NUMBER} <mette@proevested.example.dk>"}, Finding(Where.AUTHOR)),
    ],
)
def test_the_place_and_line_are_told(fields: dict[str, str], finding: Finding, now: datetime) -> None:
    assert places(a_message(**fields), now) == [finding]


HIDING = {
    "alt": f'<p>Se <img alt="Borger {NUMBER}" src="cid:1"></p>',
    "title": f'<p title="{NUMBER}">Hej</p>',
    "remark": f"<p>Hej</p><!-- {NUMBER} -->",
    "hidden": '<p>Hej</p><div style="display:none">0101<b>90</b>-1234</div>',
    "link": '<p><a href="mailto:a@example.org?subject=CPR%200101901234">Skriv</a></p>',
    "document": '<p><a href="https://x.example.org/Borger%20010190-1234.pdf">Se</a></p>',
    "head": f"<html><head><title>{NUMBER}</title></head><p>Hej</p>",
    "entity": "<p>Hej<!-- 010190&#45;1234 --></p>",
}


@pytest.mark.parametrize("case", HIDING)
def test_a_number_that_html_holds_and_does_not_show_is_found_and_goes(case: str, now: datetime) -> None:
    message = a_message(text="Hej\n")
    message.add_alternative(HIDING[case], subtype="html")
    octets = bytes(message)

    assert [one.where for one in read_message(octets, now).findings] == [Where.HIDDEN]
    assert read_message(redact(octets, set(), ""), now).findings == ()


@pytest.mark.parametrize("field", ["To", "Cc", "Reply-To", "Sender", "Thread-Topic", "Keywords", "Comments"])
def test_a_number_in_a_field_that_people_fill_in_is_found_and_goes(field: str, now: datetime) -> None:
    octets = bytes(a_message(**{"To": "", field: f'"Borger {NUMBER}" <databeskyttelse@example.dk>'}))

    assert [(one.where, one.name) for one in read_message(octets, now).findings] == [(Where.FIELD, field)]
    redacted = redact(octets, set(), "")
    assert read_message(redacted, now).findings == ()
    assert NUMBER.encode() not in redacted


def test_what_mail_programs_write_into_html_and_fields_is_none(now: datetime) -> None:
    html = (
        '<p style="margin:010190;mso-list:l0 level1 lfo1">Hej <img src="cid:image001.png@01010190.12340000"></p>'
        '<a href="https://eur01.safelinks.example.org/?url=https%3A%2F%2Fx.dk&amp;data=05%7C02%7C2c010190-1234-aa1b-'
        '8d1c-0101901234ab%7C638680123456789012%7CUnknown&amp;sdata=x">Se</a>'
    )
    message = a_message(text="Hej\n", Thread_Index="AdtB010190-1234", X_Mailer="16.0.010190-1234", Thread_Topic="26/1")
    message.add_alternative(html, subtype="html")

    assert places(message, now) == []


def test_of_very_many_lines_the_first_are_told_and_all_are_masked(now: datetime) -> None:
    octets = bytes(a_message(text=f"{NUMBER}\n" * 3_000))

    assert [one.line for one in read_message(octets, now).findings] == list(range(1, MOST_TOLD + 1))
    assert NUMBER not in read_message(redact(octets, set(), ""), now).post.text


def test_a_number_in_what_is_quoted_is_found(now: datetime) -> None:
    text = f"Tak for svaret.\n\nDen 1. nov. 2026 kl. 10.00 skrev Anders <anders@forening.example.dk>:\n> {NUMBER}\n"

    (finding,) = places(a_message(Subject="SV: Indsigt", In_Reply_To="<1@example.dk>", text=text), now)

    assert finding.where is Where.QUOTED


@pytest.mark.parametrize("name", KINDS)
def test_a_number_in_a_file_is_found(name: str, now: datetime) -> None:
    (finding,) = places(with_file(KINDS[name], name), now)

    assert (finding.where, finding.name) == (Where.FILE, name)


@pytest.mark.parametrize("name", ["231126-1530.pdf", "Scan_231126-0001.pdf", "IMG_231126-1530.jpg"])
def test_what_a_scanner_called_a_file_holds_none_in_name_subject_or_text(name: str, now: datetime) -> None:
    message = a_message(Subject=f"Scan {name}", text=f"Se {name}.\n")
    message.add_attachment(b"x", maintype="application", subtype="octet-stream", filename=name)

    assert places(message, now) == []


def test_a_number_in_a_files_name_is_told_without_it(now: datetime) -> None:
    (finding,) = places(with_file(b"x", f"brev {NUMBER}.bin"), now)

    assert (finding.where, finding.name) == (Where.NAME, "brev ●●●●●●-●●●●.bin")


@pytest.mark.parametrize("inner", [a_message(text=f"Om {NUMBER}\n"), with_file(a_docx(NUMBER), "brev.docx")])
def test_attached_messages_are_looked_into(inner: EmailMessage, now: datetime) -> None:
    as_message = a_message()
    as_message.add_attachment(inner)

    assert Where.FILE in {one.where for one in places(as_message, now)}
    assert Where.FILE in {one.where for one in places(with_file(bytes(inner), "videre.eml"), now)}


def test_what_cannot_be_looked_into_is_a_defect_and_may_hold_anything(now: datetime) -> None:
    reading = read(with_file(encrypted_pdf(), f"{NUMBER}.pdf"), now)

    assert "has a file that is encrypted: ●●●●●●-●●●●.pdf" in reading.post.defects
    assert [(one.where, one.name, one.why) for one in reading.findings] == [
        (Where.NAME, "●●●●●●-●●●●.pdf", ""), (Where.UNREAD, "●●●●●●-●●●●.pdf", "encrypted"),
    ]  # fmt: skip


def everything() -> EmailMessage:
    message = a_message(
        Subject=f"Om {NUMBER}", From=f"Mette {NUMBER} <mette@proevested.example.dk>", Thread_Topic=f"Om {NUMBER}",
        To="Kære <databeskyttelse@example.dk>", In_Reply_To="<1@example.dk>", text=f"{NUMBER}\n\n> {NUMBER}\n",
    )  # fmt: skip
    message.add_alternative(f"<p>{NUMBER}</p>", subtype="html")
    for name, octets in KINDS.items():
        message.add_attachment(octets, maintype="application", subtype="octet-stream", filename=f"{NUMBER} {name}")
    message.add_attachment(a_pdf("uskyldig"), maintype="application", subtype="pdf", filename=f"{NUMBER}.pdf")
    message.add_attachment(a_message(text=NUMBER))
    return message


def test_what_is_redacted_holds_nothing_and_keeps_what_is_harmless(now: datetime) -> None:
    octets = bytes(everything())
    found = read_message(octets, now)

    redacted = redact(octets, {one.part or 0 for one in found.findings if one.where is Where.FILE}, "Udeladt.")

    again = read_message(redacted, now)
    assert again.findings == ()
    assert NUMBER.encode() not in redacted
    assert [file.name for file in again.post.files] == ["●●●●●●-●●●●.pdf"]
    assert again.post.author.email == "mette@proevested.example.dk"
    assert (again.post.message_id, again.post.in_reply_to) == (found.post.message_id, found.post.in_reply_to)
    assert again.post.text.startswith("Udeladt.\n\n●●●●●●-●●●●")
    assert redact(redacted, set(), "") == redact(redact(redacted, set(), ""), set(), "")


def test_a_from_that_two_programs_could_read_as_two_names_nobody_after_redaction(now: datetime) -> None:
    raw = f"From: {NUMBER} <a@example.dk> <b@example.dk>\r\nSubject: x\r\n\r\nHej {NUMBER}\r\n".encode()

    assert read_message(redact(raw, set(), ""), now).authors == ()
