"""Reports: what a returned message says of its delivery (RFC 3464), read without a database."""

import email
import re
from dataclasses import dataclass
from email.message import Message as MimeMessage

from flufl.bounce import all_failures

STATUS = re.compile(r"^\s*([245])\.(\d{1,3})\.(\d{1,3})")  # RFC 3463 2


@dataclass(frozen=True)
class Report:
    """What a returned message says of its delivery."""

    is_permanent: bool
    status: str = ""


def read_report(octets: bytes) -> Report | None:
    """The report in a message that came to a return path; None if it is none, or tells of no failure."""
    message = email.message_from_bytes(octets)
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            return _read_status(part)
    temporary, permanent = all_failures(message)
    if permanent or temporary:
        return Report(is_permanent=bool(permanent))
    return None


def _read_status(part: MimeMessage) -> Report | None:
    """The first failed recipient's block of a machine-readable report (RFC 3464 2.3)."""
    blocks = part.get_payload()
    for block in blocks if isinstance(blocks, list) else []:
        if not isinstance(block, MimeMessage):
            continue
        action = str(block.get("Action", "")).strip().lower()
        found = STATUS.match(str(block.get("Status", "")))
        if action in ("failed", "delayed"):
            status = ".".join(found.groups()) if found else ""
            return Report(is_permanent=action == "failed" and not status.startswith("4"), status=status)
    return None
