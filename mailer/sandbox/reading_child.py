"""The reading child: a process that reads messages for another, within limits, and holds nothing else.

It imports neither database nor doors, and answers in JSON or in octets.
"""

import json
import sys
from datetime import datetime
from typing import Any

from mailer.privacy.cleaning import clean_files
from mailer.sandbox.answering import serve
from mailer.sandbox.framing import CLEAN, pack
from mailer.sandbox.incoming import Unread, read_incoming


def answer(asked: bytes, told: dict[str, Any], octets: bytes) -> bytes:
    """What a message says, or clean copies of its files."""
    if asked == CLEAN:
        return pack(clean_files(octets))
    incoming = read_incoming(Unread.of(octets, told))
    return json.dumps(incoming, default=_plain, ensure_ascii=False).encode("utf-8", "replace")


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else vars(value)


if __name__ == "__main__":
    serve(answer, int(sys.argv[1]), float(sys.argv[2]))
