"""Headings: the fields of mails for which none were noted; a child reads them.

The modules that read in children are loaded for those few mails alone: it takes longer than the commands that look.
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
