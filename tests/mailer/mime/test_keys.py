"""Addresses and links that were made for one reader are in nothing that others read, however it was attached."""

import base64
import email
import html
import io
import re
import subprocess
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.mime.message import MIMEMessage
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from olefile import OleFileIO
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject
from sqlmodel import select

from mailer.letters.letters import Copier, compose
from mailer.mime import cms
from mailer.mime.keys import take_keys_out, take_keys_out_of_file
from mailer.mime.mailfiles import begins_as_message, split_mailbox
from support.archive import Browser
from support.builders import a_message
from support.children import lay_out
from support.drafts import a_delivery, a_draft, a_letter
from support.mail_room import Desk
from support.papers import W, a_compound, a_docx, a_pdf, packed
from support.timing import costing_at_most
from support.town import ANDERS
from tickets.database.models import Attachment, Choice, MailingList, Message, Proposal
from tickets.database.store import Store
from tickets.moderation import proposals
from tickets.portal import Portal
from tickets.search.searching import Search
from tickets.tokens import Signer
from web_archive.app import create_app

LIST = "databeskyttelse@example.dk"
THREAD = "https://portal.example.dk/t/DB-42"
OF_ANOTHER_PORTAL = b"0123456789abcdef01234567@anden.example.org"


@pytest.fixture
def desk(store: Store, portal: Portal, signer: Signer, now: datetime) -> Desk:
    return Desk(store, portal, signer, now)


@pytest.fixture
def letter(portal: Portal, signer: Signer, now: datetime) -> bytes:
    """A letter about DB-42 as it lies in its reader's mailbox, with all its addresses and links."""
    mailing_list = MailingList(id=1, name="Databeskyttelse", prefix="DB", address=LIST, created_at=now)
    octets = compose(portal, a_draft(signer, mailing_list, now, url=THREAD), "da", now)
    copy = Copier(portal, signer, a_letter(octets, now), mailing_list, 42).copy(a_delivery(now))
    return b"Return-Path: <bounce+%b@example.dk>\r\n%b" % (signer.bounce_token(1).encode(), copy)


@pytest.fixture
def keys(signer: Signer) -> set[str]:
    """What nobody but its reader may have of it."""
    return {
        signer.bounce_token(1),
        signer.reply_token(1, 42, 7),
        signer.reply_token(1, 0, 7),
        signer.unsubscribe_token(1, 7),
    }


def everything(octets: bytes, depth: int = 0) -> Iterator[str]:
    """All that a curious reader finds in a file: as it stands, in its parts, its members and its streams."""
    yield octets.decode("latin-1")
    yield octets.replace(b"\0", b"").decode("latin-1")
    yield octets.decode("utf-16-le", "ignore")
    yield octets.replace(b"=\r\n", b"").replace(b"=\n", b"").decode("latin-1")
    if depth > 8:
        return
    with suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(octets)) as archive:
        for name in archive.namelist():
            yield from everything(archive.read(name), depth + 1)
    if octets.startswith(b"\xd0\xcf\x11\xe0"):
        with OleFileIO(io.BytesIO(octets)) as compound:
            for path in compound.listdir():
                yield from everything(compound.openstream(path).read(), depth + 1)
    if signed := cms.signed_content(octets):
        yield from everything(signed, depth + 1)
    for part in email.message_from_bytes(octets).walk():
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and content and content != octets:
            yield from everything(content, depth + 1)


def stand_in(octets: bytes, keys: set[str]) -> set[str]:
    said = "\n".join(everything(octets)).lower()
    return {key for key in keys if key in said}


# -- how a letter may be wrapped -----------------------------------------------------------

Wrap = Callable[[bytes], bytes]


def as_part(letter: bytes) -> bytes:
    outer = a_message()
    outer.add_attachment(email.message_from_bytes(letter))
    return bytes(outer)


def as_file(letter: bytes, maintype: str = "application", subtype: str = "octet-stream", name: str = "x.eml") -> bytes:
    outer = a_message()
    outer.add_attachment(letter, maintype=maintype, subtype=subtype, filename=name)
    return bytes(outer)


def in_quoted_printable(letter: bytes) -> bytes:
    part = MIMEBase("text", "plain")
    part.set_payload(letter)
    email.encoders.encode_quopri(part)
    return bytes(part)


def zipped(content: bytes, name: str = "mail.eml") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
        archive.writestr("andet.txt", "Noget andet")
    return buffer.getvalue()


def as_mailbox(letter: bytes) -> bytes:
    line, plain = b"From x@example.dk Mon Nov 23 08:00:00 2026\n", letter.replace(b"\r\n", b"\n")
    return b"%b%b\n\n%bFrom: y@example.dk\nSubject: x\n\nx\n" % (line, plain, line)


def as_item(letter: bytes) -> bytes:
    """An item of Outlook: what it says in UTF-16, in HTML and compressed, and the fields as they came."""
    text = letter.replace(b"=\r\n", b"").decode("latin-1")
    head = text.partition("\r\n\r\n")[0]
    return a_compound(**{
        "__substg1.0_1000001F": text.encode("utf-16-le"),
        "__substg1.0_007D001F": head.encode("utf-16-le"),
        "__substg1.0_10130102": text.encode() + bytes(5_000),
        "__substg1.0_10090102": text.encode()[-900:],
        "__substg1.0_0037001F": "Må vi det?".encode("utf-16-le"),
    })  # fmt: skip


def in_a_document(letter: bytes) -> bytes:
    """A document into which somebody pasted the letter."""
    text = letter.replace(b"=\r\n", b"").decode("latin-1").replace("&", "&amp;").replace("<", "&lt;")
    body = f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"
    return packed(word__document_xml=f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>')


def through_a_scanner(letter: bytes) -> bytes:
    """HTML in which a program that checks links has rewritten them."""
    found = re.findall(rb"https://portal[^\s<>,\"]+|[a-z]+\+[0-9a-z]{34}@example\.dk", letter.replace(b"=\r\n", b""))
    quoted = [
        one.decode().replace(":", "%3A").replace("/", "%2F").replace("+", "%2B").replace("@", "%40") for one in found
    ]
    links = "".join(f'<a href="https://eur01.safelinks.example.org/?url={one}&amp;data=05">x</a>' for one in quoted)
    return f"<html>{links}</html>".encode()


def signed_whole(letter: bytes) -> bytes:
    """An opaque signature round a message in which the letter is attached."""
    with TemporaryDirectory() as folder:
        make = "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=x -keyout key.pem -out certificate.pem"
        subprocess.run(make.split(), cwd=folder, check=True, capture_output=True)
        sign = "openssl smime -sign -nodetach -signer certificate.pem -inkey key.pem -outform DER"
        done = subprocess.run(sign.split(), cwd=folder, input=as_file(letter), capture_output=True, check=True)
    return done.stdout


def in_a_report(letter: bytes) -> bytes:
    head = letter.partition(b"\r\n\r\n")[0]
    sender = re.search(rb"bounce\+[^>]+", head)
    assert sender
    return (
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\nSubject: Returneret\r\n\r\n"
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\nX-Postfix-Sender: rfc822; %b\r\n\r\n"
        b"--b\r\nContent-Type: text/rfc822-headers\r\n\r\n%b\r\n\r\n--b--\r\n" % (sender.group(), head)
    )


def as_stored(top: bytes) -> Wrap:
    """A message in base64 as a program stores it, with its own fields on top, and a name that says nothing."""

    def wrap(letter: bytes) -> bytes:
        text = base64.encodebytes(letter.replace(b"=\r\n", b"")).replace(b"\n", b"\r\n")
        head = b"From: x@example.dk\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        return top + head + text

    return wrap


WRAPS: dict[str, Wrap] = {
    "as Exchange Online stores it": as_stored(b"Received: from a by b\r\nARC-Seal: i=1; a=x\r\n"),
    "as Outlook stores it": as_stored(b"Thread-Topic: Hej\r\nThread-Index: AQ\r\n"),
    "as Exim stores it": as_stored(b"Envelope-to: x@example.dk\r\nDelivery-date: Mon\r\n"),
    "as a filter stores it": as_stored(b"DKIM-Filter: OpenDKIM v2\r\nReceived-SPF: pass\r\n"),
    "as it was sent": as_stored(b"Bcc: x@example.dk\r\nAccept-Language: da-DK\r\n"),
    "as it is": lambda letter: letter,
    "with bare line ends": lambda letter: letter.replace(b"\r\n", b"\n"),
    "a part": as_part,
    "a part of a part of a part": lambda letter: as_part(as_part(as_part(letter))),
    "a file": as_file,
    "a file of no name": lambda letter: as_file(letter, name="bilag"),
    "a file called a picture": lambda letter: as_file(letter, "image", "png", "logo.png"),
    "a file in a part in a file": lambda letter: as_file(as_part(as_file(letter))),
    "quoted-printable": in_quoted_printable,
    "an archive": zipped,
    "an archive in an archive": lambda letter: zipped(zipped(letter), "a.zip"),
    "an archive in a part": lambda letter: as_file(zipped(as_part(letter)), "application", "zip", "a.zip"),
    "a mailbox": as_mailbox,
    "an item of Outlook": as_item,
    "a document": in_a_document,
    "UTF-16": lambda letter: b"\xff\xfe" + letter.replace(b"=\r\n", b"").decode().encode("utf-16-le"),
    "links that were checked": through_a_scanner,
    "signed whole": signed_whole,
    "a report": in_a_report,
}  # fmt: skip


@pytest.mark.parametrize(
    ("plus", "at"),
    [("%252B", "%2540"), ("-2B", "-40"), ("&plus;", "&commat;"), ("+", "&#064;"), ("\\u002b", "\\u0040")],
)
def test_no_address_is_left_in_a_text_however_programs_write_its_signs(
    portal: Portal, signer: Signer, plus: str, at: str
) -> None:
    token = signer.reply_token(1, 42, 7)

    said = take_keys_out(f"Svar til databeskyttelse{plus}{token}{at}example.dk i dag", portal)

    assert said == f"Svar til databeskyttelse{at}example.dk i dag"


@pytest.mark.parametrize("slash", ["\\/", "%25252F", "&#x2F;", "&#47;"])
def test_no_link_is_left_in_a_text_however_programs_write_it(portal: Portal, signer: Signer, slash: str) -> None:
    token = signer.unsubscribe_token(1, 7)

    said = take_keys_out(f"Se https://portal.example.dk/unsubscribe/{token} i dag".replace("/", slash), portal)

    assert token not in said
    assert said.endswith(" i dag")


# -- how an address or a link may be written -----------------------------------------------


def in_base64(text: str, before: str = "") -> str:
    return base64.urlsafe_b64encode(f"{before}{text}".encode()).decode()


Spell = Callable[[str], str]
SPELLINGS: dict[str, Spell] = {
    "a port": lambda token: f"https://portal.example.dk:443/unsubscribe/{token}",
    "slashes that are doubled": lambda token: f"https://portal.example.dk//unsubscribe//{token}?x=1",
    "the host in capitals": lambda token: f"HTTPS://PORTAL.EXAMPLE.DK/UNSUBSCRIBE/{token.upper()}",
    "another host": lambda token: f"http://10.0.0.7:8080/resume/{token}",
    "a name at a domain": lambda token: f"databeskyttelse+{token} at example.dk",
    "a name (at) a domain": lambda token: f"databeskyttelse+{token} (at) example.dk",
    "a name [snabel-a] a domain": lambda token: f"databeskyttelse+{token} [snabel-a] example.dk",
    "another list's return path": lambda token: f"sager+databeskyttelse+{token}=example.dk@liste.example.org",
    "a forwarder's return path": lambda token: f"SRS0=4xQZ=TT=example.dk=bounce+{token}@example.org",
    "the token alone": lambda token: f"Koden er {token}.",
    "an invisible letter before it": lambda token: f"databeskyttelse+\u200b{token}@example.dk",
    "an invisible letter in it": lambda token: f"databeskyttelse+{token[:9]}\u2060{token[9:]}@example.dk",
    "a soft hyphen in it": lambda token: f"databeskyttelse+{token[:9]}\u00ad{token[9:]}@example.dk",
    "an entity in it": lambda token: f"databeskyttelse+{token[:9]}&#8203;{token[9:20]}&shy;{token[20:]}@example.dk",
    "a place to break in it": lambda token: f"databeskyttelse+<wbr>{token[:9]}<wbr/>{token[9:]}@example.dk",
    "marks of type in it": lambda token: f"databeskyttelse+{token[:9]}<b>{token[9:12]}</b>{token[12:]}@example.dk",
    "a line break before it": lambda token: f"databeskyttelse+\n{token}@example.dk",
    "a line break in it": lambda token: f"ok\n> https://portal.example.dk/resume/{token[:9]}\n> {token[9:]}\nHilsen",
    "a broken line in it": lambda token: f"databeskyttelse+{token[:20]}=\r\n{token[20:]}=40example.dk",
    "the runs of a document in it": lambda token: (
        f'<w:t>db+{token[:9]}</w:t></w:r><w:r w:rsidR="00A1"><w:rPr><w:b/></w:rPr><w:t>{token[9:]}</w:t>'
    ),
    "signs of RTF": lambda token: f"{{\\rtf1 databeskyttelse\\'2b{token}\\'40example.dk}}",
    "links that Proofpoint checks": lambda token: (
        f"https://urldefense.example.org/v2/url?u=https-3A__portal.example.dk-3A443_unsubscribe_{token}&d=Dw"
    ),
    "links that Proofpoint checks newly": lambda token: (
        f"https://urldefense.example.org/v3/__https:/*portal.example.dk/resume/{token}__;Kw!!Ab db*2B{token}*40x"
    ),
    "links that are checked twice": lambda token: f"?u=https%253A%252F%252Fexample.dk%252Fresume%252F{token}%26x",
    "base64 in a link": lambda token: f"https://t.example.org/c?u={in_base64(f'https://portal.example.dk/resume/{token}')}",
    "base64 that begins elsewhere": lambda token: f"https://t.example.org/CL0/{in_base64(f'x@{token}', 'to: db')}/1",
    "letters written as numbers": lambda token: "".join(f"&#{ord(one)};" for one in f"db+{token}@example.dk"),
    "letters written as octets": lambda token: "".join(f"%{ord(one):02X}" for one in f"db+{token}@example.dk"),
    "letters of RTF": lambda token: "".join(f"\\'{ord(one):02x}" for one in f"db+{token}@example.dk"),
}  # fmt: skip


def bare(text: str) -> str:
    """What a curious reader makes of a text: without what is invisible, with what is coded in it."""
    text = re.sub(r"[\u00ad\u200b\u2060]|\xe2\x80\x8b|\xe2\x81\xa0|\xc2\xad", "", html.unescape(text))
    text = re.sub(r"<[^<>]*>|=?\r?\n[> ]*", "", text)
    text += re.sub(r"(?:%|\\')([0-9a-fA-F]{2})", lambda found: chr(int(found[1], 16)), text)
    coded = [one[at:] for one in re.findall(r"[A-Za-z0-9_-]{46,}", text) for at in range(4)]
    whole = [one[: len(one) - (len(one) % 4 == 1)] for one in coded]
    decoded = [base64.urlsafe_b64decode(one + "=" * (-len(one) % 4)) for one in whole]
    return "\n".join([text, *(one.decode("latin-1") for one in decoded)]).lower()


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_token_is_left_in_a_text_however_it_is_written(portal: Portal, signer: Signer, spelling: str) -> None:
    tokens = [signer.reply_token(3, 70_000, 900), signer.unsubscribe_token(1, 7), signer.bounce_token(123_456_789)]
    for token in tokens:
        text = f"Se her: {SPELLINGS[spelling](token)} i dag"
        assert token in bare(text)

        said = take_keys_out(text, portal)

        assert token not in bare(said)
        assert said.startswith("Se her: ")
        assert said.endswith(" i dag") or spelling.startswith(("a line break", "the host"))


def as_page(text: str) -> bytes:
    return f"<html><body><p>Se her: {text} i dag</p></body></html>".encode()


def as_mail(text: str) -> bytes:
    message = a_message(From="x@example.org", text="Se vedhæftede.")
    message.add_alternative(as_page(text).decode(), subtype="html")
    message.add_attachment(text.encode(), maintype="application", subtype="octet-stream", filename="a.txt")
    return bytes(message)


def as_wide_item(text: str) -> bytes:
    return a_compound(**{"__substg1.0_1000001F": text.encode("utf-16-le"), "x": bytes(5_000)})


FILES: dict[str, Callable[[str], bytes]] = {
    "a text": lambda text: f"Se her: {text}\n".encode(),
    "a page": as_page,
    "a mail": as_mail,
    "a mail in an archive": lambda text: zipped(as_mail(text)),
    "octets": lambda text: b"\0\1" + text.encode() + b"\0",
    "an item of Outlook": as_wide_item,
    "a text in UTF-16": lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
}


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_token_is_left_in_a_file_however_it_is_written(
    portal: Portal, signer: Signer, spelling: str, kind: str
) -> None:
    token = signer.reply_token(1, 42, 7)
    octets = FILES[kind](SPELLINGS[spelling](token))
    assert any(token in bare(said) for said in everything(octets))

    cleaned = take_keys_out_of_file(octets, portal)

    assert not any(token in bare(said) for said in everything(cleaned))


@pytest.mark.parametrize("between", ["", "\n", "\u200b", "="])
def test_no_login_link_is_left(portal: Portal, between: str) -> None:
    secret = "aB3_" * 10 + "x-Y"
    written = f"{secret[:20]}{between}{chr(10) if between == '=' else ''}{secret[20:]}"

    said = take_keys_out(f"Log ind: https://portal.example.dk:443//login/{written} i dag", portal)

    assert secret[:20] not in said
    assert secret[20:] not in said
    assert said.endswith(" i dag")


# -- how a file of a message may begin -----------------------------------------------------

TOPS: dict[str, bytes] = {
    "as Apple Mail stores it": b"%d      \n",
    "with a mark of UTF-8": b"\xef\xbb\xbf",
    "behind an escaped separator": b">From mette@example.dk Mon Nov 23 08:00:00 2026\n",
    "behind a separator with a mark": b"\xef\xbb\xbfFrom mette@example.dk Mon Nov 23 08:00:00 2026\n",
    "below blank lines": b"\r\n\r\n",
    "below a sentence": b"Se her:\n\n",
    "below sentences": "Kære Anders\nJeg fik det her: hvad gør jeg?\n\nMette\n".encode(),
    "below fields that nobody knows": b"Foo: x\nBar-Baz: y\n",
}
FIRST = (
    "Status: RO",
    "X-Odd: 1",
    "ARC-Seal: i=1",
    "Importance: high",
    "Comments: x",
    "Keywords: x",
    "Priority: urgent",
)


def coded(letter: bytes) -> bytes:
    """A message whose body only somebody sees who knows that it is one."""
    return as_stored(b"Subject: x\r\n")(letter)


@pytest.mark.parametrize("top", [*TOPS, *FIRST])
def test_a_message_is_known_whatever_stands_above_it(portal: Portal, letter: bytes, keys: set[str], top: str) -> None:
    message = coded(letter)
    above = TOPS.get(top, f"{top}\r\n".encode())
    octets = (above % len(message) if b"%d" in above else above) + message + b"<?xml version='1.0'?>\n"
    octets = octets if b"%d" in above else octets[: -len(b"<?xml version='1.0'?>\n")]
    inner = split_mailbox(octets)[0][1]
    assert stand_in(inner, keys)

    cleaned = take_keys_out_of_file(octets, portal)

    assert stand_in(split_mailbox(cleaned)[0][1], keys) == set()
    assert cleaned[:6] == octets[:6]


@pytest.mark.parametrize(
    "octets",
    [b"Hej: x\nMed: y\n", b"Fra: Mette\nEmne: x\n", b"From: x\n\nDate: y\n", b"", b"\0" * 40, b"Se: http://x\n"],
)
def test_what_has_no_fields_of_mail_is_no_message(octets: bytes) -> None:
    assert not begins_as_message(octets)


@pytest.mark.parametrize("wrap", WRAPS)
def test_no_key_is_left_in_a_file(portal: Portal, letter: bytes, keys: set[str], wrap: str) -> None:
    other = re.sub(rb"[0-9a-f]{24}@example\.dk", OF_ANOTHER_PORTAL, letter)  # so that it is shown
    octets, shown = WRAPS[wrap](letter), WRAPS[wrap](other)
    assert stand_in(octets, keys)

    assert stand_in(take_keys_out_of_file(octets, portal), keys) == set()
    assert stand_in(take_keys_out_of_file(shown, portal), keys) == set()


@pytest.mark.parametrize("wrap", ["a part", "a part of a part of a part", "an archive in a part"])
def test_a_letter_of_ours_that_is_a_part_stands_for_its_ticket(portal: Portal, letter: bytes, wrap: str) -> None:
    said = "\n".join(everything(take_keys_out_of_file(WRAPS[wrap](letter), portal)))

    assert "DB-42: https://portal.example.dk/t/DB-42" in said
    assert "udlevere en afg" not in said


def test_what_is_left_says_the_same_and_opens_as_before(portal: Portal, letter: bytes) -> None:
    other = re.sub(rb"[0-9a-f]{24}@example\.dk", OF_ANOTHER_PORTAL, letter)
    cleaned = email.message_from_bytes(take_keys_out_of_file(as_part(other), portal), policy=email.policy.default)
    item = take_keys_out_of_file(as_item(other), portal)

    inner = next(part for part in cleaned.walk() if part["Message-ID"] and "anden" in part["Message-ID"])
    assert inner["Reply-To"] == LIST
    assert inner["Subject"] == email.message_from_bytes(letter, policy=email.policy.default)["Subject"]
    assert "Må vi udlevere en afgørelse til naboen?" in str(inner.get_body(("plain",)).get_content())
    assert len(item) == len(as_item(other))
    with OleFileIO(io.BytesIO(item)) as opened:
        assert opened.openstream("__substg1.0_0037001F").read().decode("utf-16-le") == "Må vi det?"


HARMLESS = {
    "a message": as_part(b"From: x@example.org\r\nSubject: x\r\n\r\nx\r\n"),
    "another list's bounce": b"Return-Path: <list-bounces+ole=example.dk@example.org>\r\nSubject: x\r\n\r\nx\r\n",
    "a PDF": a_pdf("Bilag"),
    "a document": a_docx("Må vi det?"),
    "an archive": zipped(b"x"),
    "a broken archive": zipped(b"x")[:60],
    "a compound": a_compound(WordDocument=bytes(6_000)),
    "a broken compound": a_compound(WordDocument=bytes(6_000))[:700],
    "a picture": b"\x89PNG" + bytes(range(256)) * 40,
    "nothing": b"",
    "another's links": b"<a href='https://example.org/unsubscribe/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b'>x</a>",
    "a column of words": b"0\nja\n1\nnej\n2\nok\n" * 40,
    "a row of numbers": b"<b>0</b><b>123456789012</b><b>2345678901234567890</b> 00000000001234567890123456789012345",
    "checksums": b"0cc175b9c0f1b6a831c399e26977266100 d41d8cd98f00b204e9800998ecf8427e00",
}


@pytest.mark.parametrize("kind", HARMLESS)
def test_what_holds_none_stays_as_it_is(portal: Portal, kind: str) -> None:
    assert take_keys_out_of_file(HARMLESS[kind], portal) == HARMLESS[kind]


@pytest.mark.parametrize(
    "piece",
    [b"From: ", b"a+", b"PK\x03\x04", b"a+0123456789", b"=2B", b"a\0+\0", b"/login/", b"0\n", b"0<b>", b"%30", b"+0"],
)
def test_a_hostile_file_takes_linear_time(portal: Portal, piece: bytes) -> None:
    octets = (b"From: x\nSubject: y\n\n" + piece * (400_000 // len(piece)))[:400_000]
    with costing_at_most(1):
        take_keys_out_of_file(octets, portal)


def test_links_and_addresses_that_programs_rewrote_lose_their_token_in_text(portal: Portal, signer: Signer) -> None:
    token = signer.unsubscribe_token(1, 7)
    text = (
        f"https://eur01.safelinks.example.org/?url=https%3A%2F%2Fportal.example.dk%2Funsubscribe%2F{token}&data=05 "
        f"https://urldefense.example.org/v2/url?u=https-3A__portal.example.dk_unsubscribe_{token}&d=x "
        f"mailto:db%2B{token}%40example.dk"
    )

    assert token not in take_keys_out(text, portal)


# -- from a lawyer's mail to everybody's eyes ------------------------------------------


def forward(desk: Desk, wrapped: EmailMessage | MIMEBase | bytes, **fields: str) -> Message:
    """Anders sends the letter that he got as an attachment; what is filed of it."""
    message = a_message(From=ANDERS, Subject="VS: Må vi det?", text="Se vedhæftede.", **fields)
    if isinstance(wrapped, bytes):
        message.add_attachment(wrapped, maintype="application", subtype="octet-stream", filename="brev.eml")
    else:
        message.make_mixed()
        message.attach(wrapped)
    desk.take(message)
    return desk.messages()[-1]


def downloads(desk: Desk, folder: Path, message: Message) -> list[bytes]:
    """All files of a message as a member gets them."""
    search = Search(desk.store, folder / "search", "tests")
    app = create_app(desk.store, desk.portal, desk.signer, b"x" * 32, search, lambda: desk.now)
    lay_out(desk.store, desk.portal, desk.now)
    with desk.store.transaction() as session:
        session.get_one(MailingList, message.mailing_list_key).is_public = True
        parts = session.exec(select(Attachment.part).where(Attachment.message_key == message.id)).all()
    browser = Browser(app.test_client())
    files = [browser.get(f"/m/{message.path}/{part}") for part in parts]
    assert [file.status_code for file in files] == [200] * len(parts)
    return [file.data for file in files]


def attached(letter: bytes) -> MIMEBase:
    return MIMEMessage(email.message_from_bytes(letter))


@pytest.mark.parametrize("how", ["part", "file", "item"])
def test_a_letter_of_ours_that_is_attached_shows_as_its_ticket(
    desk: Desk, letter: bytes, keys: set[str], tmp_path: Path, how: str
) -> None:
    own_id = re.search(rb"<([0-9a-f]{24}@example\.dk)>", letter)
    assert own_id
    ids = {"__substg1.0_1035001F": f"<{own_id[1].decode()}>", "__substg1.0_1039001F": "<db-42.ticket@example.dk>"}
    item = a_compound(**{name: value.encode("utf-16-le") for name, value in ids.items()}, x=bytes(5_000))
    wrapped = {"part": attached(letter), "file": letter, "item": item}[how]

    message = forward(desk, wrapped)

    assert message.text == "Se vedhæftede.\n\nDB-42: https://portal.example.dk/t/DB-42"
    assert downloads(desk, tmp_path, message) == []


@pytest.mark.parametrize("wrap", ["an archive", "a part", "a file", "a document", "a report"])
def test_what_everybody_may_save_and_read_has_no_key(
    desk: Desk, letter: bytes, keys: set[str], tmp_path: Path, wrap: str
) -> None:
    octets = WRAPS[wrap](letter)
    wrapped = attached(octets) if wrap in ("a part", "a report") else octets

    message = forward(desk, wrapped)

    files = downloads(desk, tmp_path, message)
    assert files
    assert [stand_in(one, keys) for one in files] == [set()] * len(files)
    assert stand_in(f"{message.text}{message.signature}{message.quoted}{message.subject}".encode(), keys) == set()


def test_a_letter_with_a_number_beside_it_shows_as_its_ticket_too(desk: Desk, letter: bytes, keys: set[str]) -> None:
    message = a_message(text="Borgeren 010190-1234 spørger, se vedhæftede.")
    message.make_mixed()
    message.attach(attached(letter))
    desk.take(message)
    with desk.store.transaction() as session:
        proposals.decide(session, session.exec(select(Proposal)).one(), Choice.SEND, desk.now)
    desk.process()

    filed = desk.messages()[-1]
    assert "DB-42: https://portal.example.dk/t/DB-42" in filed.text
    assert "udlevere en afgørelse" not in filed.text
    assert stand_in(f"{filed.text}{filed.signature}{filed.quoted}".encode(), keys) == set()


def test_a_letter_of_another_portal_is_a_message_like_any(desk: Desk, letter: bytes) -> None:
    other = re.sub(rb"[0-9a-f]{24}@example\.dk", OF_ANOTHER_PORTAL, letter)

    message = forward(desk, attached(other))

    assert "Må vi udlevere en afgørelse til naboen?" in message.text


def packed_pdf(words: str, filling: bytes = b"") -> bytes:
    """A PDF with a link and a text, as programs print one: both in streams that are packed."""
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    content = DecodedStreamObject()
    content.set_data(b"BT /F1 9 Tf (Svar til " + words.encode() + b") Tj ET\n" + filling)
    page[NameObject("/Contents")] = writer._add_object(content.flate_encode())
    uri = "https://portal.example.dk/unsubscribe/" + words.partition("+")[2].partition("@")[0]
    link = DecodedStreamObject()
    link.set_data(b"<</S /URI /URI (" + uri.encode() + b")>>")
    writer._add_object(link.flate_encode())
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


@pytest.mark.parametrize("filling", [b"", b"(Hej) Tj " * 9_000, bytes(range(256)) * 40], ids=["short", "long", "odd"])
def test_no_key_is_left_in_what_a_pdf_packs_and_it_still_opens(portal: Portal, signer: Signer, filling: bytes) -> None:
    token = signer.reply_token(1, 42, 7)
    octets = packed_pdf(f"databeskyttelse+{token}@example.dk", filling)
    assert token in pdf_text(octets)

    cleaned = take_keys_out_of_file(octets, portal)

    assert len(cleaned) == len(octets)
    assert token not in pdf_text(cleaned)
    assert token.encode() not in cleaned
    assert "Svar til" in pdf_text(cleaned)


def test_pdfs_without_a_key_stay_as_they_are_and_broken_ones_take_no_time(portal: Portal) -> None:
    harmless = packed_pdf("databeskyttelse@example.dk")
    broken = [
        b"%PDF-1.4\n" + b"stream\n" + one * 100_000 for one in (b"x\x9cstream\n", zlib.compress(b"") + b"stream\n")
    ]
    with costing_at_most(5):
        assert take_keys_out_of_file(harmless, portal) == harmless
        for one in broken:
            assert take_keys_out_of_file(one, portal) == one
            assert take_keys_out_of_file(one + b"endstream", portal) == one + b"endstream"


def pdf_text(octets: bytes) -> str:
    """What the streams of a PDF's pages say."""
    pages = PdfReader(io.BytesIO(octets)).pages
    return "".join(page.get_contents().get_data().decode("latin-1") for page in pages)
