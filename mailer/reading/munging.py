"""Munging: who wrote what a mailing list sent on in its own name, as lists do since DMARC (RFC 7960 4.1.3).

Believed of the past alone, where it gives nobody a right: whoever writes today is who the From field names.
"""

import re
from collections.abc import Iterator
from email.message import Message

from mailer.reading.fields import decode_octets, raw_fields
from mailer.reading.mailboxes import mailboxes
from tickets.post import Mailbox

WROTE = ("X-Original-From", "X-MailFrom", "Reply-To")  # best evidence first
ADDRESSED = ("List-Post", "X-BeenThere", "X-Mailing-List", "Mailing-List", "Delivered-To")
RETURNED = ("Sender", "Errors-To", "Return-Path")  # to the list's robot, which the list's name begins or ends
IDENTIFIED = re.compile(r"<([^<>@\s.]{1,64})\.([^<>@\s]{1,253})>")  # a List-Id (RFC 2919): the address, in a way
ADDRESS = re.compile(r"[\w!#$%&'*+/=?^`{|}~.-]{1,64}@\w[\w.-]{0,253}")
ROBOT = re.compile(r"\Aowner-|-(?:bounces?|owner|admin|request|errors?)(?:[+=][^@]{0,200})?(?=@)")
BEHIND = re.compile(r"\s+(?:via|gennem|på vegne af|on behalf of)\s.*\Z", re.IGNORECASE | re.DOTALL)


def find_author_behind(message: Message, author: Mailbox) -> Mailbox | None:
    """Who wrote a message whose From names the list that sent it on; None if it names no list, or nobody else is named.

    `author` is whom From names.
    """
    lists = set(_lists(message))
    if author.email not in lists and not _speaks_for_another(message, author):
        return None
    for name in WROTE:
        for box in mailboxes(message, name):
            if box.email not in lists | {author.email} and not ROBOT.search(box.email):
                return Mailbox(BEHIND.sub("", box.name or author.name).strip("'\" "), box.email)
    return None


def _lists(message: Message) -> Iterator[str]:
    """The addresses of the lists that sent a message on, as their fields tell."""
    for name in ADDRESSED:
        yield from (found.lower() for found in _values(message, name))
    for name in RETURNED:
        yield from (ROBOT.sub("", found.lower()) for found in _values(message, name) if ROBOT.search(found.lower()))
    for raw in raw_fields(message, "List-Id"):
        yield from ("@".join(found).lower() for found in IDENTIFIED.findall(decode_octets(raw[:1000])))


def _values(message: Message, name: str) -> Iterator[str]:
    for raw in raw_fields(message, name):
        yield from ADDRESS.findall(decode_octets(raw[:1000]))


def _speaks_for_another(message: Message, author: Mailbox) -> bool:
    """Whether From shows that a list writes for somebody, by its name or by the field that keeps the old From."""
    return bool(raw_fields(message, WROTE[0])) or BEHIND.search(author.name) is not None
