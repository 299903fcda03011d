"""Vouching: who vouches for a message's author, and for how much of the message.

A server that may send for a domain vouches for all that it sends. A signature travels: whoever has a signed message
can put other fields round it and send it anywhere. So it vouches for what it covers, and for nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

COUNTED = ("subject", "in-reply-to", "references", "date", "message-id", "to", "cc")  # what filing goes by
SPF, DKIM, SERVER = "spf", "dkim", "server"  # who may vouch: the domain's list of servers, its key, a server of ours
ADDRESS = "address"  # or the address that a message came to, which was made for its author
LOGIN = "login"  # or that its author was logged in on the page where it was written


@dataclass(frozen=True)
class Voucher:
    """Who vouches for an author, and which fields of the message that does not cover."""

    by: str  # one of these
    domain: str  # that lets the server send for it, or signed; the name of a server of ours
    uncovered: tuple[str, ...] = ()  # of `COUNTED`
    mark: str = ""  # made of the signature: names the message where its Message-ID is not covered

    @property
    def is_signature(self) -> bool:
        """Whether anybody who has got the message may have sent it here, since a signature alone vouches."""
        return self.by == DKIM


def read_voucher(stored: Mapping[str, Any] | None) -> Voucher | None:
    """The voucher of what was stored of one; an address is looked at anew."""
    if not stored or stored["by"] == ADDRESS:
        return None
    return Voucher(**{**stored, "uncovered": tuple(stored["uncovered"])})
