"""Outlook: messages as the mail program of a Danish town hall makes them."""

import base64
import email.policy
import re
import secrets
from collections.abc import Iterator
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime as say_datetime
from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup, escape

from demo.papers import read_paper
from demo.town import Resident

ZONE = ZoneInfo("Europe/Copenhagen")
PAGES = Environment(
    loader=PackageLoader("demo"), autoescape=select_autoescape(("html",)), trim_blocks=True, lstrip_blocks=True
)
LINK = re.compile(r"\[([^\]]+)\]\((https://[^)\s]+)\)")
BOLD = re.compile(r"\*\*([^*]+)\*\*")
POLICY = email.policy.SMTP.clone(max_line_length=200)


def write(
    author: Resident, to: str, subject: str, text: str, at: datetime,
    files: tuple[str, ...] = (), *, is_from_phone: bool = False,
) -> EmailMessage:  # fmt: skip
    """A new message."""
    message = _begin(author, to, subject, at)
    _fill(message, author, text, files, is_from_phone=is_from_phone)
    return message


def answer(
    letter: EmailMessage, arrived_at: datetime, author: Resident, text: str, at: datetime,
    files: tuple[str, ...] = (), *, is_from_phone: bool = False,
) -> EmailMessage:  # fmt: skip
    """What Reply makes of a letter (RFC 5322 3.6.4): to its Reply-To, with its ids, and all of it below the answer."""
    subject = str(letter["Subject"])
    to = str(letter["Reply-To"] or letter["From"])
    message = _begin(author, to, subject if subject.startswith("SV:") else f"SV: {subject}", at)
    message["In-Reply-To"] = str(letter["Message-ID"])
    message["References"] = f"{letter['References'] or ''} {letter['Message-ID']}".strip()
    part = letter.get_body(preferencelist=("plain",))
    history = {
        "sender": str(letter["From"]),
        "sent": say_datetime(arrived_at.astimezone(ZONE), "d. MMMM y HH:mm", locale="da"),
        "to": str(letter["To"]),
        "subject": subject,
        "text": part.get_content().strip() if part else "",
    }
    _fill(message, author, text, files, history, is_from_phone=is_from_phone)
    return message


def _begin(author: Resident, to: str, subject: str, at: datetime) -> EmailMessage:
    message = EmailMessage(policy=POLICY)
    message["From"] = Address(author.name, addr_spec=author.email)
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(at.astimezone(ZONE))
    message["Message-ID"] = f"<AM9P{secrets.token_hex(14).upper()}@{author.domain}>"
    message["Thread-Topic"] = subject.removeprefix("SV: ")
    message["Thread-Index"] = base64.b64encode(b"\x01" + secrets.token_bytes(21)).decode()
    message["Accept-Language"] = "da-DK, en-US"
    message["Content-Language"] = "da-DK"
    return message


def _fill(
    message: EmailMessage, author: Resident, text: str, files: tuple[str, ...],
    history: dict[str, str] | None = None, *, is_from_phone: bool,
) -> None:  # fmt: skip
    words = {"text": as_plain(text), "words": list(lay_out(text))}
    values = {"author": author, "history": history, "is_from_phone": is_from_phone} | words
    message.set_content(PAGES.get_template("outlook.txt").render(values), cte="quoted-printable")
    message.add_alternative(PAGES.get_template("outlook.html").render(values), subtype="html", cte="quoted-printable")
    for name in files:
        octets, kind = read_paper(name)
        main, _, sub = kind.partition("/")
        message.add_attachment(octets, maintype=main, subtype=sub, filename=name)


# -- form: `# ` before a heading, `- ` before an item, **bold** and [words](links) ------


def lay_out(text: str) -> Iterator[tuple[str, Markup]]:
    """The lines of a text as HTML, each with what it is: `h`, `li` or `p`; one without a heading is plain lines."""
    has_form = any(line.startswith("# ") for line in text.split("\n"))
    for line in text.split("\n"):
        kind = {"# ": "h", "- ": "li"}.get(line[:2], "p") if has_form else "p"
        words = escape(line[2:] if kind != "p" else line)
        bold = BOLD.sub(r"<b>\1</b>", str(words))
        yield kind, Markup(LINK.sub(r'<a href="\2">\1</a>', bold))


def as_plain(text: str) -> str:
    """The same as Outlook writes it in plain text."""
    if not any(line.startswith("# ") for line in text.split("\n")):
        return text
    plain = LINK.sub(r"\1<\2>", BOLD.sub(r"\1", text))
    return re.sub(r"^- ", "  *   ", re.sub(r"^# ", "", plain, flags=re.MULTILINE), flags=re.MULTILINE)
