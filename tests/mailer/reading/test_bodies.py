"""What a body says: the right one of several texts, what came along, and what is wrapped in something else."""

import base64
import struct
import unicodedata
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import partial

import pytest

from mailer.mime.parts import open_part, parse
from mailer.reading.bodies import read_body
from mailer.reading.fields import text_field
from mailer.sandbox.message import Reading, read_message
from mailer.texts.logos import find_logos
from support.timing import is_linear

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
QUESTION = "Må vi give indsigt?"

# Made by openssl cms with a key of its own: -sign -nodetach, the same with -stream (BER), -encrypt.
SIGNED = (
    "MIIBqAYJKoZIhvcNAQcCoIIBmTCCAZUCAQExDTALBglghkgBZQMEAgEwgfAGCSqGSIb3DQEHAaCB4gSB30NvbnRlbnQtVHlwZTog"
    "bXVsdGlwYXJ0L21peGVkOyBib3VuZGFyeT1iDQoNCi0tYg0KQ29udGVudC1UeXBlOiB0ZXh0L3BsYWluOyBjaGFyc2V0PXV0Zi04"
    "DQoNCk3DpSB2aSBnaXZlIGluZHNpZ3Q/DQotLWINCkNvbnRlbnQtVHlwZTogYXBwbGljYXRpb24vcGRmDQpDb250ZW50LURpc3Bv"
    "c2l0aW9uOiBhdHRhY2htZW50OyBmaWxlbmFtZT1iaWxhZy5wZGYNCg0KJVBERi0xLjQNCi0tYi0tDQoxgY0wgYoCAQEwJDAMMQow"
    "CAYDVQQDDAF4AhRqpOnJc/nnYgCjBKj8elrPX09R7TALBglghkgBZQMEAgEwCgYIKoZIzj0EAwIERjBEAiAP8Uz5LZwr7RjYalf8"
    "KQc/mQ0a0bHOr+DO7jVRxxdNpwIgNtfdIRYbmCIgENfJMdahQPEOugzA5VCC5yINwMnSftg="
)
STREAMED = (
    "MIAGCSqGSIb3DQEHAqCAMIACAQExDTALBglghkgBZQMEAgEwgAYJKoZIhvcNAQcBoIAkgASB30NvbnRlbnQtVHlwZTogbXVsdGlw"
    "YXJ0L21peGVkOyBib3VuZGFyeT1iDQoNCi0tYg0KQ29udGVudC1UeXBlOiB0ZXh0L3BsYWluOyBjaGFyc2V0PXV0Zi04DQoNCk3D"
    "pSB2aSBnaXZlIGluZHNpZ3Q/DQotLWINCkNvbnRlbnQtVHlwZTogYXBwbGljYXRpb24vcGRmDQpDb250ZW50LURpc3Bvc2l0aW9u"
    "OiBhdHRhY2htZW50OyBmaWxlbmFtZT1iaWxhZy5wZGYNCg0KJVBERi0xLjQNCi0tYi0tDQoAAAAAAAAxgY4wgYsCAQEwJDAMMQow"
    "CAYDVQQDDAF4AhRqpOnJc/nnYgCjBKj8elrPX09R7TALBglghkgBZQMEAgEwCgYIKoZIzj0EAwIERzBFAiEA4qfs8jmDK66uJ6U6"
    "Bj7EpgkHkLrVtqaLZ0Hv1Ltx7doCIAI4xXHFXsBQIQJo9i+Gp8fEY+L6T384MC+8QQP6KRg9AAAAAAAA"
)
ENCRYPTED = (
    "MIIB8QYJKoZIhvcNAQcDoIIB4jCCAd4CAQIxgcehgcQCAQOgUaFPMAkGByqGSM49AgEDQgAE3qVShWPcD8xci6KKZRpL+VICZ7Ou"
    "737h5yK1BwB7LIAoOljOVmvN3kEmsGL+BAC7/l4FnNxQYIKQGJD1zVeZnDAYBgkrgQUQhkg/AAIwCwYJYIZIAWUDBAEtMFIwUDAk"
    "MAwxCjAIBgNVBAMMAXgCFGqk6clz+ediAKMEqPx6Ws9fT1HtBCiupyEXgLY3AkvVcLsJ5u0j8eqddUDeoSnYBKA3PFskhQS4G2Ub"
    "xQ+WMIIBDQYJKoZIhvcNAQcBMB0GCWCGSAFlAwQBKgQQvBizqZ/5pRhEl7mWxhHD44CB4Ix1X0PeXPljDTV3Z7h599cEyOPqiyjp"
    "EKcKm5fEMXbqna1UhuMj1Syaokk4steFlgOeTcIM6pKAq9j9L+U13w4JUEaZC2KhOUMX5+HV4WuUKEKsm0nCWxgrwYTF1eCPCAew"
    "Ag4Jdln1MKO/0U/0sqCCzBi9KHUJc52Oqlf8mpACxkWMdo7RFFDhJb1oKvuMZoa2eE9lYG4hoGRjCLzvfgjO5ySVQmIbo6p5X5ig"
    "vur2+431Rfk0/hsmtMzb8TRXiGZzxowLw9utUiGSyYecH3e8Op+lomvsH3nzRH+2pKDX"
)


def read(message: EmailMessage | bytes) -> Reading:
    return read_message(message if isinstance(message, bytes) else message.as_bytes(), NOW)


def a_message(text: str = QUESTION) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Mette Eksempel <mette@proevested.example.dk>"
    message["Subject"] = "Indsigt"
    message.set_content(text)
    return message


def names(reading: Reading) -> list[str]:
    return [file.name for file in reading.post.attached]


# -- text or HTML ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "stub",
    [
        "",
        " \n\n",
        "This is an HTML mail. Please use an HTML capable mail client.",
        "Din mailklient kan ikke vise HTML.",
        "If you cannot read this message, open it in your browser.",
    ],
)
def test_a_plain_text_that_says_nothing_gives_way_to_the_html(stub: str) -> None:
    message = a_message(stub)
    message.add_alternative(f"<p>{QUESTION}</p>", subtype="html")

    assert read(message).post.text == QUESTION


@pytest.mark.parametrize("text", ["Må vi bruge HTML i breve?", "Ja.", "Skal den vises i en browser?\n\nMette"])
def test_a_plain_text_that_says_something_is_what_is_read(text: str) -> None:
    message = a_message(text)
    message.add_alternative("<p>" + text.replace("\n", "<br>") + "</p>", subtype="html")

    assert read(message).post.text == text


def test_html_that_claims_to_be_plain_is_read_as_html() -> None:
    assert read(a_message(f"<html><body><b>{QUESTION}</b></body></html>")).post.text == QUESTION


def test_links_lists_and_tables_stay_in_the_text_of_html() -> None:
    message = EmailMessage()
    message.set_content(
        '<p>Se <a href="https://example.dk/a">vejledningen</a></p><ul><li>et<li>to</ul>'
        "<table><tr><td>Frist</td><td>1. maj</td></tr></table>",
        subtype="html",
    )

    text = read(message).post.text

    assert "vejledningen <https://example.dk/a>" in text
    assert "- et\n- to" in text or "- et\n\n- to" in text
    assert "Frist\t1. maj" in text


@pytest.mark.parametrize(("delsp", "text"), [("yes", "Må vi giveindsigt?"), ("no", "Må vi give indsigt?")])
def test_a_flowed_text_is_joined_as_it_says(delsp: str, text: str) -> None:
    octets = f"Content-Type: text/plain; charset=utf-8; format=flowed; delsp={delsp}\r\n\r\nMå vi give \r\nindsigt?"

    assert read(octets.encode()).post.text == text


def test_a_line_of_nothing_but_a_space_takes_no_letter_from_the_line_before_it() -> None:
    octets = b"Content-Type: text/plain; format=flowed; delsp=yes\r\n\r\ngive \r\n \r\nindsigt"

    assert read(octets).post.text == "giveindsigt"


@pytest.mark.parametrize("delsp", [b"yes", b"no"])
@pytest.mark.parametrize("piece", [b"a \n", b" \n", b"> a \n", b"-- \n"])
def test_a_long_flowed_text_takes_linear_time(piece: bytes, delsp: bytes) -> None:
    head = b"From: a@b.dk\nContent-Type: text/plain; format=flowed; delsp=%b\n\n" % delsp

    assert is_linear(lambda body: read(head + body), piece * (40_000 // len(piece)))


@pytest.mark.parametrize(
    ("declared", "octets"),
    [
        ("utf-8", "Må vi – nu?".encode()),
        ("utf-8", "Må vi – nu?".encode("cp1252")),
        ("iso-8859-1", "Må vi – nu?".encode("cp1252")),
        ("us-ascii", "Må vi – nu?".encode()),
        ("x-unknown", "Må vi – nu?".encode()),
        ("utf-16", "Må vi – nu?".encode("utf-16")),
        ("utf-16", "Må vi – nu?".encode()),
        ("koi8-r", "Må vi – nu?".encode()),
        ("cp037", "Må vi – nu?".encode("cp1252")),
    ],
)
def test_a_charset_is_believed_as_far_as_it_holds(declared: str, octets: bytes) -> None:
    head = f"Content-Type: text/plain; charset={declared}\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode()

    assert read(head + base64.encodebytes(octets)).post.text == "Må vi – nu?"


@pytest.mark.parametrize("declared", ["windows-1251", "koi8-r", "gb2312", "shift_jis", "macintosh", "iso-8859-7"])
def test_a_charset_that_makes_nonsense_of_words_is_not_believed(declared: str) -> None:
    text = "Mødet om særlige oplysninger holdes på rådhuset"
    head = f"Content-Type: text/plain; charset={declared}\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode()

    assert read(head + base64.encodebytes(text.encode("cp1252"))).post.text == text


@pytest.mark.parametrize(
    ("declared", "text"),
    [("koi8-r", "Доклад о GDPR"), ("shift_jis", "PDFファイル"), ("mac-roman", "Møde"), ("iso-8859-2", "Dvořák")],
)
def test_a_charset_that_fits_is_believed(declared: str, text: str) -> None:
    head = f"Content-Type: text/plain; charset={declared}\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode()

    assert read(head + base64.encodebytes(text.encode(declared))).post.text == text


def test_half_a_letter_in_utf_7_is_no_letter_that_a_database_cannot_take() -> None:
    text = read(b"Content-Type: text/plain; charset=utf-7\r\n\r\nhej +2AA-").post.text

    assert text.encode() == "hej \ufffd".encode()


# -- what came along -------------------------------------------------------------------


def test_logos_and_signatures_are_told_from_attachments() -> None:
    message = a_message()
    message.add_alternative(f'<p>{QUESTION}</p><img src="cid:logo@example.dk"><img src="cid:skaerm">', subtype="html")
    html = message.get_payload()[1]
    html.add_related(b"G" * 3_000, "image", "png", cid="<logo@example.dk>", filename="logo.png")
    html.add_related(b"G" * 300_000, "image", "png", cid="<skaerm>", filename="skærm.png")
    message.add_attachment(b"G" * 3_000, maintype="image", subtype="png", filename="billede.png")
    message.add_attachment(b"p7s", maintype="application", subtype="pkcs7-signature", filename="smime.p7s")

    assert names(read(message)) == ["skærm.png", "billede.png"]


@pytest.mark.parametrize(
    ("html", "fields", "shown"),
    [
        ('<p>Se her:</p><img src="cid:p"><p>Mvh<br>Mette</p>', {}, True),
        ('<p>Må vi?</p><p>Med venlig hilsen<br>Mette Eksempel</p><p><img width=80 src="cid:p"></p>', {}, False),
        ('<p>Tak.</p><div class="gmail_quote">Ja.<img src="cid:p"></div>', {"In-Reply-To": "<1@x>"}, False),
        ('<p>Se nedenfor.</p><div class="gmail_quote">Ja.<img src="cid:p"></div>', {"Subject": "VS: Ja"}, True),
    ],
)
def test_a_small_picture_is_a_logo_only_in_a_signature_or_an_old_mail(
    html: str, fields: dict[str, str], shown: bool
) -> None:
    message = a_message("")
    for name, value in fields.items():
        del message[name]
        message[name] = value
    message.add_alternative(html, subtype="html")
    message.get_payload()[1].add_related(b"G" * 20_000, "image", "png", cid="<p>", filename="billede.png")

    assert names(read(message)) == (["billede.png"] if shown else [])


@pytest.mark.parametrize("piece", ["<img ", "src=", "<img src=cid:a ", '<img src="cid:a">', "⟦cid:", "src  "])
def test_looking_for_logos_costs_linear_time(piece: str) -> None:
    assert is_linear(partial(find_logos, is_answer=True), piece * (30_000 // len(piece)))


def test_calendars_and_cards_are_attachments_with_a_name() -> None:
    message = a_message()
    message.add_alternative("BEGIN:VCALENDAR", subtype="calendar")
    message.add_attachment("BEGIN:VCARD", subtype="vcard", disposition="inline")

    reading = read(message)

    assert reading.post.text == QUESTION
    assert [name.partition("-")[0] + name[-4:] for name in names(reading)] == ["indkaldelse.ics", "kontakt.vcf"]


def test_an_attached_message_keeps_its_author_and_is_read_with_the_question() -> None:
    inner = a_message("Kan vi undgå det?")
    message = a_message("Se nedenfor.\n\nMvh\nOle")
    message.add_attachment(inner)

    reading = read(message)

    assert reading.post.text == (
        "Se nedenfor.\n\nFra: Mette Eksempel <mette@proevested.example.dk>\nEmne: Indsigt\n\nKan vi undgå det?"
    )
    assert reading.post.author.email == "mette@proevested.example.dk"
    assert names(reading)[0].endswith(".eml")


def test_a_report_that_is_attached_is_kept_with_its_status() -> None:
    report = (
        b"Subject: Failed\nContent-Type: multipart/report; boundary=r\n\n--r\n\nSorry.\n"
        b"--r\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.dk\n\nAction: failed\n--r--\n"
    )
    octets = (
        b"From: mette@proevested.example.dk\nContent-Type: multipart/mixed; boundary=m\n\n--m\n\nSe her\n"
        b"--m\nContent-Type: message/rfc822\n\n" + report + b"--m--\n"
    )

    (file,) = read(octets).post.files

    assert open_part(octets, file.part) == report


def test_messages_within_messages_are_read_three_deep() -> None:
    message = a_message("0")
    for depth in range(1, 9):
        outer = a_message(str(depth))
        outer.add_attachment(message)
        message = outer

    digits = [line for line in read(message).post.text.split("\n") if line.isdigit()]

    assert digits == ["8", "7", "6", "5"]


# -- what is wrapped in something else -------------------------------------------------


def smime(octets: str, kind: str = "signed-data") -> bytes:
    lines = "\r\n".join(octets[start : start + 76] for start in range(0, len(octets), 76))
    return (
        f"From: mette@proevested.example.dk\r\nContent-Type: application/pkcs7-mime; smime-type={kind};"
        f" name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n{lines}\r\n"
    ).encode()


@pytest.mark.parametrize("octets", [SIGNED, STREAMED])
def test_what_is_inside_an_opaque_signature_is_read(octets: str) -> None:
    message = smime(octets)

    reading = read(message)

    assert reading.post.text == QUESTION
    assert names(reading) == ["bilag.pdf"]
    assert open_part(message, reading.post.files[0].part) == b"%PDF-1.4"
    assert reading.encryption == ""


@pytest.mark.parametrize("octets", [SIGNED, STREAMED])
def test_a_signature_that_is_broken_off_or_changed_is_read_as_far_as_it_goes(octets: str) -> None:
    raw = base64.b64decode(octets)

    for place in range(0, len(raw), 3):
        for octets in (raw[:place], raw[:place] + b"\x80" + raw[place + 1 :]):
            assert read(smime(base64.b64encode(octets).decode())).post.author.email == "mette@proevested.example.dk"


def test_what_is_encrypted_is_known() -> None:
    assert read(smime(ENCRYPTED, "enveloped-data")).encryption == "S/MIME"
    assert read(a_message("-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----")).encryption == "PGP"
    assert read(b"Content-Type: multipart/encrypted; boundary=b\r\n\r\n--b\r\n\r\nVersion: 1\r\n").encryption == "PGP"
    assert read(a_message()).encryption == ""


def test_what_rights_management_protects_is_encrypted_and_a_file_saved_from_it_is_only_a_file() -> None:
    protected, saved = a_message("Læs meddelelsen"), a_message("Hvad gør vi ved den vedhæftede?")
    protected.add_attachment(
        b"v\xe8\x04\x60", maintype="application", subtype="octet-stream", filename="message_v4.rpmsg"
    )
    saved.add_attachment(b"v\xe8\x04\x60", maintype="application", subtype="octet-stream", filename="sag.rpmsg")

    assert read(protected).encryption == "Microsoft Purview"
    assert read(saved).encryption == ""


def test_a_text_that_is_wrapped_as_well_is_read_once() -> None:
    message = a_message(QUESTION)
    message.add_attachment(winmail(), maintype="application", subtype="ms-tnef", filename="winmail.dat")

    assert read(message).post.text == QUESTION


def attribute(level: int, name: int, value: bytes) -> bytes:
    return struct.pack("<BII", level, name, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def a_property(kind: int, number: int, value: bytes) -> bytes:
    return struct.pack("<HHII", kind, number, 1, len(value)) + value + b"\0" * (-len(value) % 4)


def winmail() -> bytes:
    texts = [
        struct.pack("<HHI", 3, 0x0E08, 7),
        struct.pack("<HH16sIIHI", 0x1F, 0x8001, b"G" * 16, 1, 2, 0, 0)[:-6]
        + b"a\0\0\0"
        + struct.pack("<II", 1, 2)
        + b"x\0\0\0",
        a_property(0x1F, 0x1000, f"{QUESTION}\0".encode("utf-16-le")),
    ]
    long_name = struct.pack("<I", 1) + a_property(0x1F, 0x3707, "bilag æøå.pdf\0".encode("utf-16-le"))
    return (
        struct.pack("<IH", 0x223E9F78, 1)
        + attribute(1, 0x00069007, struct.pack("<II", 1252, 0))
        + attribute(1, 0x00069003, struct.pack("<I", 3) + b"".join(texts))
        + attribute(2, 0x00069002, b"\0" * 14)
        + attribute(2, 0x00018010, b"BILAG~1.PDF\0")
        + attribute(2, 0x0006800F, b"%PDF-1.4")
        + attribute(2, 0x00069005, long_name)
    )


def wrapped(octets: bytes) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "mette@proevested.example.dk"
    message.add_attachment(octets, maintype="application", subtype="ms-tnef", filename="winmail.dat")
    return message


def test_a_winmail_dat_is_unpacked() -> None:
    message = wrapped(winmail())

    reading = read(message)

    assert reading.post.text == QUESTION
    assert names(reading) == ["bilag æøå.pdf"]
    assert open_part(message.as_bytes(), reading.post.files[0].part) == b"%PDF-1.4"
    assert "came wrapped in a winmail.dat" in reading.post.defects


def test_a_winmail_dat_that_cannot_be_read_stays_an_attachment_and_is_a_defect() -> None:
    reading = read(wrapped(b"no such thing"))

    assert names(reading) == ["winmail.dat"]
    assert "has a winmail.dat that cannot be read" in reading.post.defects


def test_a_winmail_dat_that_is_broken_off_or_changed_is_read_as_far_as_it_goes() -> None:
    octets = winmail()

    for place in range(0, len(octets), 2):
        for broken in (octets[:place], octets[:place] + b"\xff\xff" + octets[place + 2 :]):
            assert read(wrapped(broken)).post.author.email == "mette@proevested.example.dk"


def test_what_is_said_twice_with_something_between_is_shown_twice() -> None:
    picture = "--b\nContent-Type: image/png; name=a.png\n\nx\n"
    asked = "--b\nContent-Type: text/plain\n\nEr det i orden?\n"
    head = "From: a@example.dk\nContent-Type: multipart/mixed; boundary=b\n\n"

    parts = read_body(parse(f"{head}{asked}{picture}{asked}{picture}--b--\n".encode()))
    same = read_body(parse(f"{head}{asked}{asked.replace('plain', 'html')}--b--\n".encode()))

    assert parts.text == "Er det i orden?\n\nEr det i orden?"
    assert same.text == "Er det i orden?"


@pytest.mark.parametrize(
    ("boundary", "parts", "text", "files"),
    [
        ("foo\r\n bar", "foo bar", "Hej, må vi?", ["a.pdf"]),
        ("foo", "bar", "Hej, må vi?", ["a.pdf"]),
        ("", "=_next", "Hej, må vi?", ["a.pdf"]),
    ],
)
def test_parts_behind_another_boundary_than_was_declared_are_read(
    boundary: str, parts: str, text: str, files: list[str]
) -> None:
    octets = (
        f'From: a@example.dk\r\nContent-Type: multipart/mixed; boundary="{boundary}"\r\n\r\n'
        f"--{parts}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
        f'--{parts}\r\nContent-Type: application/pdf; name="a.pdf"\r\n\r\n%PDF-\r\n--{parts}--\r\n'
    ).encode()

    body = read_body(parse(octets))

    assert (body.text, [file.name for file in body.files]) == (text, files)
    assert open_part(octets, body.files[0].part) == b"%PDF-"


def test_a_multipart_without_parts_is_its_text() -> None:
    octets = "From: a@example.dk\nContent-Type: multipart/alternative; boundary=foo\n\nHej, må vi?\n".encode()

    body = read_body(parse(octets))

    assert (body.text, body.files, "is a multipart without parts" in body.defects) == ("Hej, må vi?", (), True)


@pytest.mark.parametrize("piece", [b"--a\r\n", b"--", b"--a \t", b"--a\nX-Y:\n"])
def test_looking_for_a_boundary_costs_linear_time(piece: bytes) -> None:
    head = b"Content-Type: multipart/mixed; boundary=foo\n\n"

    assert is_linear(lambda body: read_body(parse(head + body)), piece * (30_000 // len(piece)))


def test_an_attached_message_is_called_by_its_subject() -> None:
    octets = (
        b"From: a@example.dk\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n"
        b"From: b@example.dk\nSubject: =?utf-8?q?M=C3=A5_vi/skal_vi=3F?=\n\nHej\n"
        b"--b\nContent-Type: message/rfc822\n\nFrom: b@example.dk\n\nHej\n--b--\n"
    )

    assert [file.name for file in read_body(parse(octets)).files] == ["Må vi-skal vi.eml", "besked-2.eml"]


def test_a_field_that_somebody_folded_without_indentation_ends_nothing() -> None:
    head = "Received: a\nX-Tracker: AAAA\nBBBB/CCCC+DDDD\nSubject: Må vi?\nFrom: Mette <mette@proevested.example.dk>\n"

    post = read_message(f"{head}\nHej\n".encode(), NOW).post
    bare = read_message(b"From: mette@proevested.example.dk\nSubject: x\nHej uden tom linje\n\nMere\n", NOW).post

    assert (post.author.email, post.subject, post.text) == ("mette@proevested.example.dk", "Må vi?", "Hej")
    assert bare.text == "Hej uden tom linje\n\nMere"


@pytest.mark.parametrize(
    "above", ["From: Mette <mette@proevested.example.dk>", "Authentication-Results: mx; none", "To: a@x.dk"]
)
@pytest.mark.parametrize(
    "line", ["b@x.dk", "; dmarc=pass", "x" * 201 + ": ; dmarc=pass", "x" * 9000 + ": b@x.dk", ":b@x.dk"]
)
def test_no_line_that_is_not_indented_adds_to_the_field_above(above: str, line: str) -> None:
    name, _, value = above.partition(": ")

    message = parse(f"{above}\n{line}\nDate: x\n\nHej\n".encode())

    assert (message.get_all(name), message["Date"]) == ([value], "x")


def test_a_subject_goes_on_in_a_line_that_is_not_indented() -> None:
    message = parse("Subject: Må vi\n udlevere\nsager?\nFrom: mette@proevested.example.dk\n\nHej\n".encode())

    assert text_field(message, "Subject") == "Må vi udlevere sager?"


def test_letters_of_two_characters_are_one_in_text_subject_name_and_file_name() -> None:
    message = a_message(unicodedata.normalize("NFD", "Må vi udlevere åbne sager?"))
    message.replace_header("From", unicodedata.normalize("NFD", "Åse Sørensen-Ågård <aase@example.dk>"))
    message.replace_header("Subject", unicodedata.normalize("NFD", "På åben post"))
    message.add_attachment(b"1", "application", "pdf", filename=unicodedata.normalize("NFD", "Målgård.pdf"))

    post = read(message).post

    assert (post.text, post.subject) == ("Må vi udlevere åbne sager?", "På åben post")
    assert (post.author.name, post.files[0].name) == ("Åse Sørensen-Ågård", "Målgård.pdf")


def test_html_may_write_letters_as_two_characters_too() -> None:
    message = a_message()
    message.set_content("<p>Ma&#778; vi?</p>", "html")

    assert read(message).post.text == "Må vi?"
