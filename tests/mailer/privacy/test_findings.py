"""Where numbers stand in a message, in every place a number can stand."""

from datetime import datetime
from email.message import EmailMessage

import pytest

from mailer.privacy.findings import MOST_TOLD, Finding, Where
from mailer.privacy.redaction import redact
from mailer.sandbox.message import Reading, read_message
from support.builders import a_message
from support.documents import KINDS, NUMBER, encrypted_pdf, zipped
from support.hideouts import BARE, HARMLESS, HIDEOUTS, UNREADABLE
from support.papers import a_docx, a_pdf


def with_file(octets: bytes, name: str, kind: str = "application/octet-stream") -> EmailMessage:
    message = a_message(text="Se vedhæftede.\n")
    maintype, _, subtype = kind.partition("/")
    message.add_attachment(octets, maintype=maintype, subtype=subtype, filename=name)
    return message


def read(message: EmailMessage, now: datetime) -> Reading:
    return read_message(bytes(message), now)


def places_of(octets: bytes, now: datetime) -> list[Finding]:
    return list(read_message(octets, now).findings)


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


@pytest.mark.parametrize("name", HIDEOUTS)
def test_a_number_is_found_in_whatever_file_and_shape_it_hides(name: str, now: datetime) -> None:
    (finding,) = places(with_file(HIDEOUTS[name], name), now)

    assert (finding.where, finding.name) == (Where.FILE, name)


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_not_understood_waits_and_its_author_is_told_why(name: str, now: datetime) -> None:
    octets, why = UNREADABLE[name]

    assert places(with_file(octets, name), now) == [Finding(Where.UNREAD, name=name, part=2, why=why)]


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_harmless_does_not_wait(name: str, now: datetime) -> None:
    assert places(with_file(HARMLESS[name], name), now) == []


@pytest.mark.parametrize("kind", ["image/png", "text/plain", "text/csv", "application/pdf", "message/rfc822"])
def test_a_type_that_is_no_more_than_said_excuses_nothing(kind: str, now: datetime) -> None:
    message = a_message(text="Se vedhæftede.\n")
    raw = bytes(message).replace(b"MIME-Version", b"X-Old-Version")
    head, _, body = raw.partition(b"\n\n")
    octets = b"\n".join([
        head, b"MIME-Version: 1.0", b"Content-Type: multipart/mixed; boundary=b", b"", b"--b", b"", body, b"--b",
        f"Content-Type: {kind}; name=fil".encode(), b"", f"BM;{NUMBER}\n".encode(), b"--b--", b"",
    ])  # fmt: skip

    assert {one.where for one in read_message(octets, now).findings} <= {Where.FILE, Where.TEXT}
    assert read_message(octets, now).findings


SHOWN = {
    "tabs": f"Her er listen:\n\nNavn\tCPR-nr\tBy\nBo\t{BARE}\tPrøvested\nEa\t0202901234\tPrøvested\n",
    "bars": f"| Navn | CPR |\n|------|-----|\n| Bo | {BARE} |\n| Ea | 0202901234 |\n",
    "spaces": f"Navn           CPR-nr\nBo Hansen      {BARE}\nEa Jensen      0202901234\n",
    "lines": f"Personnummer\n{BARE}\n0202901234\n",
    "cells on lines": f"Navn\n\nCPR-nr\n\nBo Hansen\n\n{BARE}\n\nEa Jensen\n\n0202901234\n",
    "pairs": "CPR-nr. 010190 12 34 og 020290 12 34\n",
    "whole years": "CPR 01-01-1990-1234\nCPR 02.02.1990 1234\n",
    "a plus": "CPR: 010190+1234 og cpr 020290+1234\n",
    "tabs behind the word": "CPR\t010190\t1234\nCPR\t020290\t1234\n",
    "lost zeros": "cpr-numre: 101901234 og 202901234\n",
    "replaced days": "CPR 610190-1234 og cpr 6202901234\n",
    "a line's end": "Borgerens CPR-nr. er 010190\n1234, og hans mors CPR er 020290\n1234.\n",
    "dashes": "CPR 010190 \u2014 1234, 020290\u2e3a1234\n",
}


@pytest.mark.parametrize("case", SHOWN)
def test_a_number_in_a_text_is_found_masked_and_told_in_whatever_shape(case: str, now: datetime) -> None:
    octets = bytes(a_message(text=SHOWN[case]))

    found = read_message(octets, now).findings
    redacted = read_message(redact(octets, set(), ""), now)

    assert {one.where for one in found} == {Where.TEXT}
    assert all("1234" not in line for at, line in enumerate(SHOWN[case].split("\n"), 1) if at < found[0].line)
    assert redacted.post.text.count("●●●●●●-●●●●") == 2
    assert redacted.findings == ()
    assert "1234" not in redacted.post.text


def test_what_is_named_in_one_place_is_found_and_goes_however_bare_it_stands_in_the_others(now: datetime) -> None:
    message = a_message(Subject=f"Sag {BARE}", text=f"Borgerens CPR-nr. er {NUMBER}.\n")
    message.add_attachment(b"Hej", maintype="text", subtype="plain", filename=f"{BARE}.txt")
    message.add_attachment(f"Journal {BARE}".encode(), maintype="text", subtype="plain", filename="journal.txt")

    found = read_message(bytes(message), now).findings
    redacted = redact(bytes(message), {one.part or 0 for one in found if one.where is Where.FILE}, "")

    assert [one.where for one in found] == [Where.SUBJECT, Where.TEXT, Where.NAME, Where.FILE]
    assert BARE.encode() not in redacted


OUTLOOK_TABLE = "".join(
    "<tr>" + "".join(f'<td><p class="MsoNormal">{cell}<o:p></o:p></p></td>' for cell in row) + "</tr>"
    for row in [
        ("Navn", "Adresse", "Telefon", "Bemærkninger", "CPR-nr"),
        ("Bo Hansen", "Rådhuspladsen 2, 5999 Prøvested", "Kun om formiddagen", "Taler bedst engelsk. " * 9, BARE),
    ]
)


@pytest.mark.parametrize("is_alone", [True, False])
def test_a_number_in_a_table_of_html_is_masked_where_the_text_of_it_no_longer_has_the_table(
    is_alone: bool, now: datetime
) -> None:
    message = a_message(text=f"Se listen: Bo Hansen, {BARE}\n")
    html = f"<p>Se listen:</p><table>{OUTLOOK_TABLE}</table>"
    if is_alone:
        message.set_content(html, subtype="html")
    else:
        message.add_alternative(html, subtype="html")

    (finding,) = read_message(bytes(message), now).findings
    redacted = read_message(redact(bytes(message), set(), ""), now)

    assert finding.where is Where.TEXT
    assert redacted.findings == ()
    assert BARE not in redacted.post.text


@pytest.mark.parametrize("name", ["231126-1530.pdf", "Scan_231126-0001.pdf", "IMG_231126-1530.jpg"])
def test_what_a_scanner_called_a_file_holds_none_in_name_subject_or_text(name: str, now: datetime) -> None:
    message = a_message(Subject=f"Scan {name}", text=f"Se {name}.\n")
    message.add_attachment(b"x", maintype="application", subtype="octet-stream", filename=name)

    assert places(message, now) == []


def test_a_number_in_a_files_name_is_told_without_it(now: datetime) -> None:
    (finding,) = places(with_file(b"x", f"brev {NUMBER}.bin"), now)

    assert (finding.where, finding.name) == (Where.NAME, "brev ●●●●●●-●●●●.bin")


@pytest.mark.parametrize("name", ["0101901238.bin", "brev_0101901238.bin", "Bo Hansen (0101901238).bin"])
def test_a_file_that_is_called_by_a_number_alone_is_held_and_goes_on_without_it(name: str, now: datetime) -> None:
    message = with_file(b"x", name)

    (finding,) = places(message, now)

    assert finding.where is Where.NAME
    assert "38" not in finding.name
    assert places_of(redact(bytes(message), [], ""), now) == []


@pytest.mark.parametrize("wrap", ["zip", "mail"])
def test_a_file_within_another_is_looked_at_for_its_name(wrap: str, now: datetime) -> None:
    inner = with_file(b"hej", "0101901238.txt", "text/plain")
    within = zipped("0101901238.txt", b"hej") if wrap == "zip" else bytes(inner)

    (finding,) = places(with_file(within, f"bilag.{'zip' if wrap == 'zip' else 'eml'}"), now)

    assert finding.where is Where.FILE


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
