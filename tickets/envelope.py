"""Envelopes: what there is to know of a handover that does not stand in the message (RFC 5321 2.3.1)."""

from dataclasses import dataclass
from enum import StrEnum

WEB = "web"  # the door of what was written on a page: who did is vouched for by their login


class KnownBy(StrEnum):
    """What tells for whom a message came."""

    ENVELOPE = "envelope"  # or what the mailbox's own server noted of it
    FIELDS = "fields"  # To or Cc, which anybody may write as they like
    NOTHING = "nothing"  # it names no address of ours: it lies where such mail is laid


@dataclass(frozen=True)
class MailboxProfile:
    """What has to be known of a mailbox to read what its servers wrote."""

    name: str  # its own address, or what its owner logs in as
    recipient_field: str
    otherwise: str  # where a message lies that names no address of ours

    def is_own(self, address: str) -> bool:
        """Whether an address in lower case is the mailbox's own, by the whole or by its local part."""
        return self.name.lower() in (address, address.partition("@")[0])


@dataclass(frozen=True)
class EnvelopeNotes:
    """What the header section of a message in a mailbox tells of its envelope; addresses in lower case."""

    return_path: str = ""  # empty: the null one, or none is told
    noted: tuple[str, ...] = ()  # recipients that the mailbox's own servers noted, those first that say most
    named: tuple[str, ...] = ()  # in To and Cc
    authors: tuple[str, ...] = ()
    is_automatic: bool = False  # a robot wrote it, or a mailing list sent it on
    has_pass: bool = False  # the trusted server says that its one author wrote it
