"""Headings: what a mail says of itself where that was not noted; a child reads it.

What reads in children is loaded for those few mails alone: it takes longer than the commands that look.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime
from importlib import import_module
from typing import Any


def read_headings(messages: Iterable[bytes], at: datetime) -> Iterator[Any]:
    """The `MessageHeading` of each message, in their order; None for one that nobody can read.

    They came in at this time.
    """
    waiting = list(messages)
    if not waiting:
        return
    with closing(import_module("mailer.sandbox.reader").Workshop()) as workshop:
        for octets in waiting:
            yield workshop.read_heading(octets, at)
