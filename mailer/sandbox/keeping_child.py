"""The keeping child: a process that takes files out of messages for another, within limits, while others go first.

It imports neither database nor doors.
"""

import os
import sys
from typing import Any

from mailer.privacy.keeping import keep_files
from mailer.sandbox.answering import serve
from mailer.sandbox.framing import pack_kept
from tickets.portal import Portal

POLITENESS = 10  # of 19 (nice(2)): what was filed before is in no hurry


def answer(asked: bytes, told: dict[str, Any], octets: bytes) -> bytes:
    """How files of a message are kept."""
    portal = Portal(domain=told["domain"], base_url=told["base_url"])
    return pack_kept(keep_files(octets, told["numbers"], portal))


if __name__ == "__main__":
    os.nice(POLITENESS)
    serve(answer, int(sys.argv[1]), float(sys.argv[2]))
