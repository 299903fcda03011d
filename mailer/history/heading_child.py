"""The heading child: a process that reads the header sections of an archive for another, within limits.

It imports neither database nor doors.
"""

import json
import sys
from dataclasses import asdict
from datetime import datetime
from typing import Any

from mailer.history.old_heads import read_old_head
from mailer.sandbox.answering import serve


def answer(_asked: bytes, told: dict[str, Any], octets: bytes) -> bytes:
    """What a header section tells, in JSON."""
    head = read_old_head(octets, datetime.fromisoformat(told["now"]))
    return json.dumps(asdict(head), default=datetime.isoformat, ensure_ascii=False).encode("utf-8", "replace")


if __name__ == "__main__":
    serve(answer, int(sys.argv[1]), float(sys.argv[2]))
