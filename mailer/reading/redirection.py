"""Redirection: what shows that somebody else than its author sent a message on to us, as it was (RFC 5322 3.6.6).

Its author wrote to them, and may never have heard of the list. What a person forwards is theirs, and nothing of this.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import Message

from mailer.reading.fields import BARE_ADDRESS, clean_text, decode_octets, raw_fields
from mailer.reading.mailboxes import mailboxes
from mailer.reading.recipients import LONGEST_TRACE, NOTED, own_fields

BY_HAND = ("Resent-From", "Resent-Sender")
BY_RULE = (  # fields in which the programs of mailboxes note themselves when they send on
    "X-MS-Exchange-Inbox-Rules-Loop",
    "X-MS-Exchange-ForwardingLoop",
    "X-Forwarded-For",
    "X-Forwarded-To",
    "X-Sieve-Redirected-From",
)
OTHERS = ("Resent-To", "Resent-Cc", "Resent-Bcc", "Resent-Date", "Resent-Message-ID")
SEAL = re.compile(r"\bi\s*=\s*(\d{1,3})\b")
REWRITTEN = re.compile(r"\Asrs[01][=+-]|\+srs[0-9]?=|\+caf_=", re.IGNORECASE)  # by SRS, Exchange Online and Gmail
SEALED = "arc-seal"  # where nobody says in whose mailbox it lay
MOST_SEALS = 1  # that a message has from its author's own servers: Exchange Online seals what it sends


def find_redirector(message: Message, author: str) -> str:
    """Who sent a message on in its author's name, as far as it says so; empty if nothing shows that."""
    if any(raw_fields(message, name) for name in (*BY_HAND, *OTHERS)):
        resenders = {box.email for name in BY_HAND for box in mailboxes(message, name)}
        return "" if resenders == {author} else ", ".join(sorted(resenders - {author})) or "somebody"
    for name in BY_RULE:
        for raw in raw_fields(message, name):
            if found := BARE_ADDRESS.search(clean_text(raw)):
                return found.group()
    return ""


def is_rewritten(return_path: str) -> bool:
    """Whether a return path is one that a server wrote anew because it sent another's message on."""
    return REWRITTEN.search(return_path) is not None


@dataclass(frozen=True)
class Stations:
    """Where a message lay on its way: the mailboxes that servers noted in it, and chains of seals (ARC, RFC 8617)."""

    on_top: tuple[str, ...] = ()  # noted by the servers that handed it over last, ours where one is in front
    before: tuple[str, ...] = ()


def find_stations(message: Message) -> Stations:
    """The mailboxes that the last servers noted above the fields of the message, and those noted before."""
    items = [(name.lower(), str(value)) for name, value in message.raw_items()]
    end = len(own_fields(message))
    return Stations(tuple(_stations(items[:end])), tuple(_stations(items[end:])))


def _stations(fields: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The mailboxes in these fields, and a chain of seals that is longer than what an author's own servers make."""
    seals = 0
    for name, value in fields:
        if name in NOTED:
            yield from (one.lower() for one in BARE_ADDRESS.findall(decode_octets(value[:LONGEST_TRACE])))
        elif name == SEALED and (found := SEAL.search(value[:LONGEST_TRACE])):
            seals = max(seals, int(found.group(1)))
    if seals > MOST_SEALS:
        yield SEALED
