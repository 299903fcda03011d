"""Ages: the date of a mailbox's newest message, by which those seen before are known after it was numbered anew.

The server's date of a message may be that of its move; then the topmost Received, written when it came, is older.
"""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from imapclient import IMAPClient

from mailer.mime.header_section import fields_in
from tickets.database.models import MailboxMark

LOOK_BACK = timedelta(days=1)  # before the newest that was seen, others may have come late


def newest(client: IMAPClient) -> datetime | None:
    """The date of the newest message of a folder, by the server's clock."""
    last = sorted(client.search("ALL"))[-1:]
    return max((one[b"INTERNALDATE"] for one in client.fetch(last, ["INTERNALDATE"]).values()), default=None)


def known_until(mark: MailboxMark) -> datetime | None:
    """The date up to which all messages were seen under the old numbers: taken, or left on purpose."""
    dates = [mark.began_at, mark.newest_at - LOOK_BACK if mark.newest_at else None]
    return max(filter(None, dates), default=None)


def is_newer(about: dict[bytes, Any], until: datetime) -> bool:
    """Whether a message came after a date, by the server's date and by its own."""
    dates = [about.get(b"INTERNALDATE"), _date_within(about)]
    return all(date > until for date in dates if date is not None)


def _date_within(about: dict[bytes, Any]) -> datetime | None:
    """When it came, by its topmost Received; where there is none, when it was sent."""
    octets = next((value for name, value in about.items() if name.startswith(b"BODY[HEADER.FIELDS")), b"")
    fields = dict(reversed(list(fields_in(octets))))  # the topmost of each name
    for value in (fields[name] for name in ("received", "date") if name in fields):
        try:
            date = parsedate_to_datetime(value.rpartition(";")[2].strip())
        except (TypeError, ValueError, IndexError):
            continue
        return date if date.tzinfo else date.replace(tzinfo=UTC)
    return None
