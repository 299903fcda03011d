"""Envelopes: for whom a message in a mailbox came, by what was read in its header section.

A mailbox has no envelope. What is foreign in it was read in a child; here it is chosen among by what lives here.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tickets.envelope import EnvelopeNotes, KnownBy

ReadEnvelope = Callable[[bytes], EnvelopeNotes | None]  # of the octets of a message; None if nobody can read them
UNREAD = EnvelopeNotes()


@dataclass(frozen=True)
class Recipients:
    """The addresses of ours that a message came for, and what tells so."""

    addresses: tuple[str, ...]
    known_by: KnownBy


def find_recipients(notes: EnvelopeNotes, otherwise: str, is_known: Callable[[str], bool]) -> Recipients:
    """Whom it came for: the recipient that our own servers noted; else To and Cc; else `otherwise`, nobody of ours.

    A note without the detail (RFC 5233: what stands behind `+`) still tells the list: then To and Cc may name it.
    """
    noted, named = ([one for one in addresses if is_known(one)] for addresses in (notes.noted, notes.named))
    if noted:
        detail = next((one for one in noted if _is_detail_of(noted[0], one)), noted[0])
        details = [one for one in named if _is_detail_of(detail, one)]
        return Recipients(tuple(details), KnownBy.FIELDS) if details else Recipients((detail,), KnownBy.ENVELOPE)
    if named:
        return Recipients(tuple(named), KnownBy.FIELDS)
    return Recipients((otherwise,), KnownBy.NOTHING)


def _is_detail_of(list_address: str, address: str) -> bool:
    local, _, domain = list_address.rpartition("@")
    return address.startswith((f"{local}+", f"{local}-")) and address.endswith(f"@{domain}")
