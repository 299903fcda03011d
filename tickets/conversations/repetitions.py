"""Repetitions: what an author asked before, in the same words, be it where everybody sees it or where few do."""

import re
from collections.abc import Collection

from sqlmodel import Session, col, select

from tickets.database.models import Message, MessageKind, Person, Ticket, Unmasked, Visibility
from tickets.post import Post, Words
from tickets.text.folding import plain
from tickets.text.frames import undress

WORDS = re.compile(r"[^\W_]+")
LATEST = 50  # messages of an author that are compared
FEWEST_WORDS = 4  # "Se vedhæftede" may be said twice
WITHIN = 12  # words of a text that is known within a longer one, too


def find_same(session: Session, author: Person, post: Post, visibilities: Collection[Visibility]) -> Message | None:
    """The latest message that its author wrote in the same words, on any list, to a ticket that is seen so."""
    query = (
        select(Message, Unmasked)
        .join(Ticket, col(Ticket.id) == col(Message.ticket_key))
        .outerjoin(Unmasked, col(Unmasked.message_key) == col(Message.id))
        .where(Message.author_key == author.id, Message.kind != MessageKind.AUTOMATIC)
        .where(col(Ticket.visibility).in_(visibilities))
        .order_by(col(Message.id).desc())
        .limit(LATEST)
    )
    for message, unmasked in session.exec(query):
        is_copy = message.message_id == post.message_id and message.body_digest in post.digests
        if is_copy or is_same(unmasked or message, post):
            return message
    return None


def is_same(one: Words, other: Words) -> bool:
    """Whether two letters say the same, but for greeting, signature and marks, or one holds all that the other says."""
    shorter, longer = sorted((_words(one), _words(other)), key=len)
    if len(shorter) < FEWEST_WORDS:
        return False
    return shorter == longer or (len(shorter) >= WITHIN and f" {' '.join(shorter)} " in f" {' '.join(longer)} ")


def _words(letter: Words) -> list[str]:
    return WORDS.findall(plain("\n".join(undress(letter.text, letter.sign_off))))
