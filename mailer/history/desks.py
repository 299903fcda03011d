"""Desks of a list that has been before: what the address that an old message was sent to promised its author.

An archive is of one list, whatever it was called, so the desk alone tells: `+fortrolig`, as here, an older
`-fortrolig`, or its English name.
"""

import re
from email.message import Message

from mailer.reading.fields import decode_octets, raw_fields
from tickets.conversations.filing import STRICTNESS
from tickets.database.models import Visibility

FIELDS = (
    "To", "Cc", "Bcc", "Delivered-To", "X-Original-To", "X-Delivered-To", "Envelope-To", "X-Envelope-To", "X-Rcpt-To",
    "X-Forwarded-To", "Apparently-To", "Resent-To", "Resent-Cc", "List-Post", "X-BeenThere", "Received",
)  # fmt: skip
PROMISES = {
    "fortrolig": Visibility.CONFIDENTIAL,
    "fortroligt": Visibility.CONFIDENTIAL,
    "confidential": Visibility.CONFIDENTIAL,
    "anonym": Visibility.ANONYMOUS,
    "anonymt": Visibility.ANONYMOUS,
    "anonymous": Visibility.ANONYMOUS,
}
DESK = re.compile(rf"(?:^|%2b|[\s<(:,;\"'+._=-])({'|'.join(PROMISES)})(?:@|%40|=)", re.IGNORECASE)


def promised_visibility(message: Message) -> Visibility:
    """Who may see a message by the addresses it was sent to: the strictest that any of them promised."""
    found = (desk for name in FIELDS for raw in raw_fields(message, name) for desk in DESK.findall(decode_octets(raw)))
    return strictest(Visibility.OPEN, *(PROMISES[desk.lower()] for desk in found))


def strictest(*visibilities: Visibility) -> Visibility:
    return max(visibilities, key=STRICTNESS.index)
