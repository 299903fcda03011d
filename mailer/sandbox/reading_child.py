"""The reading child: a process that reads messages for another, within limits, and holds nothing else.

It imports neither database nor doors, and answers in JSON or in octets.
"""

import json
import sys
from datetime import datetime
from typing import Any

from mailer.authorship.server_word import read_server_word
from mailer.privacy.cleaning import clean_files
from mailer.privacy.redaction import redact
from mailer.sandbox.answering import serve
from mailer.sandbox.framing import CLEAN, ENVELOPE, HEAD, REDACT, SENDER, SERVER, pack, pack_redacted
from mailer.sandbox.headings import read_envelope, read_heading, read_sender
from mailer.sandbox.incoming import Unread, read_incoming
from mailer.sandbox.message import read_post
from tickets.envelope import MailboxProfile


def answer(asked: bytes, told: dict[str, Any], octets: bytes) -> bytes:
    """What a message says, or the top of it; clean copies of its files, or its form without numbers."""
    if asked == CLEAN:
        return pack(clean_files(octets))
    if asked == SENDER:
        return _write(read_sender(octets, told["authserv_id"]))
    if asked == ENVELOPE:
        return _write(read_envelope(octets, MailboxProfile(**told["mailbox"]), told["authserv_id"]))
    if asked == SERVER:
        return _write(read_server_word(octets, told["authserv_id"]))
    received_at = datetime.fromisoformat(told["received_at"])
    if asked == HEAD:
        return _write(read_heading(octets, received_at))
    if asked == REDACT:
        redacted = redact(octets, told["left_out"], told["note"])
        return pack_redacted(redacted, _write(read_post(redacted, received_at)))
    return _write(read_incoming(Unread.of(octets, told)))


def _write(value: object) -> bytes:
    return json.dumps(value, default=_plain, ensure_ascii=False).encode("utf-8", "replace")


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else vars(value)


if __name__ == "__main__":
    serve(answer, int(sys.argv[1]), float(sys.argv[2]))
