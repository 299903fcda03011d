"""Composing: what somebody wrote in a form as a message of RFC 5322. Nothing is read or taken apart here."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime

from tickets.database.models import DraftFile, Person

TYPE = re.compile(r"(application|image|audio|video|text)/[a-z0-9][a-z0-9.+-]{0,100}")
UNKNOWN = ("application", "octet-stream")
GROWS = 1.4  # times the octets of a file: its base64, with line ends
OF_THE_REST = 250_000  # octets that the fields and the text take at most


@dataclass(frozen=True)
class WrittenForm:
    """What somebody wrote on a page, and for which address of ours."""

    token: str  # of the form: the same one makes the same Message-ID
    author: Person
    recipient: str
    subject: str
    text: str
    at: datetime
    cited: tuple[str, ...] = ()  # ids of the messages that it answers, the nearest last, without `<>`
    files: Sequence[DraftFile] = ()


def compose(written: WrittenForm, domain: str) -> bytes:
    """The message with line ends as on the net; its Message-ID is none that a letter of the portal's can have."""
    message = EmailMessage(policy=SMTP if written.author.email.isascii() else SMTPUTF8)
    message["From"] = Address(written.author.name, addr_spec=written.author.email)
    message["To"] = written.recipient
    message["Subject"] = written.subject
    message["Date"] = format_datetime(written.at)
    message["Message-ID"] = f"<{message_id_of(written.token, domain)}>"
    if written.cited:
        message["In-Reply-To"] = f"<{written.cited[-1]}>"
        message["References"] = " ".join(f"<{one}>" for one in written.cited)
    message.set_content(f"{written.text}\n")
    for file in written.files:
        main, sub = split_type(file.type)
        message.add_attachment(file.octets, maintype=main, subtype=sub, filename=file.name)
    return message.as_bytes()


def message_id_of(token: str, domain: str) -> str:
    """What the message of a form is called, without `<>`."""
    return f"{token}.web@{domain}"


def split_type(kind: str) -> tuple[str, str]:
    """The media type of a file as a browser tells it; what can be a whole message is octets here."""
    if TYPE.fullmatch(kind) is None:
        return UNKNOWN
    main, _, sub = kind.partition("/")
    return main, sub


def most_octets_of_files(max_size: int) -> int:
    """How large the files of one message may be together, that it stays within this size."""
    return max(0, int((max_size - OF_THE_REST) / GROWS))
