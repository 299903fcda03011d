"""Headings: what a mail says of itself where that was not noted; a child reads it.

What reads in children is loaded for those few mails alone: it takes longer than the commands that look.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from mailer.sandbox.headings import MessageHeading


def read_headings(messages: Iterable[bytes], at: "datetime") -> "Iterator[MessageHeading | None]":
    """The heading of each message, in their order; None for one that nobody can read. They came in at this time."""
    waiting = list(messages)
    if not waiting:
        return
    with closing(import_module("mailer.sandbox.reader").Workshop()) as workshop:
        for octets in waiting:
            yield workshop.read_heading(octets, at)
