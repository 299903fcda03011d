"""What comes in: a message before and after a child read it, as a post and, if a machine wrote it, as a report too."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self

from mailer.authorship.server_word import find_server_voucher
from mailer.authorship.vouching import Voucher, read_voucher
from mailer.reading.reports import Report, read_report
from mailer.sandbox.message import Reading, read_message


@dataclass(frozen=True)
class Unread:
    """A message as it arrived; `came_back` to the return path of a delivery, or not.

    What `is_past` reports on nothing that is ours.
    """

    octets: bytes
    received_at: datetime
    came_back: bool = False
    is_past: bool = False
    voucher: Voucher | None = None  # who vouches for its author, as far as we found out ourselves
    authserv_id: str | None = None  # the server whose word counts too

    def about(self) -> dict[str, Any]:
        """What there is to know of it besides its octets, as JSON has it."""
        return {
            "received_at": self.received_at.isoformat(),
            "came_back": self.came_back,
            "is_past": self.is_past,
            "voucher": self.voucher and asdict(self.voucher),
            "authserv_id": self.authserv_id,
        }

    @classmethod
    def of(cls, octets: bytes, about: Mapping[str, Any]) -> Self:
        """The message with these octets, and what `about` said of it."""
        received_at, voucher = datetime.fromisoformat(about["received_at"]), read_voucher(about["voucher"])
        return cls(octets, received_at, about["came_back"], about["is_past"], voucher, about["authserv_id"])


@dataclass(frozen=True)
class Incoming:
    """A message that was read: as a post with its surroundings and, if a machine wrote it, as a report."""

    reading: Reading
    report: Report | None = None
    voucher: Voucher | None = None  # who vouches for its author; what it does not cover was not read


def read_incoming(unread: Unread) -> Incoming:
    """Read a message in all the ways that its arrival calls for."""
    voucher = unread.voucher
    if unread.authserv_id:
        voucher = find_server_voucher(unread.octets, unread.received_at, unread.authserv_id) or voucher
    reading = read_message(unread.octets, unread.received_at, voucher)
    may_report = not unread.is_past and (unread.came_back or reading.post.robot)
    return Incoming(reading, read_report(unread.octets) if may_report else None, voucher=voucher)
