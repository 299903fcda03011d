"""Disclosure: anonymous tickets found by the words that others do not read, for those who may know who asked.

No index holds such words: what is looked through are the unmasked messages of the lists whose lawyer asks, or of the
tickets they asked themselves.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import Session, col, select

from tickets.database.models import Message, Person, Ticket, Unmasked
from tickets.people.organisations import organisation_name
from tickets.people.sight import Sight
from tickets.search.asking import EVERYTHING, LONGEST_QUERY, MOST_TERMS, Filters, read_question
from tickets.text.citations import find_citations, read_citation
from tickets.text.excerpt import Excerpt, make_excerpt
from tickets.text.folding import plain
from tickets.text.garbled import composed
from tickets.text.stems import stem_of

MOST_READ = 2_000  # messages, the newest
LONGEST_TEXT = 10_000  # characters of each
MOST = 20  # messages that are found
SHORTEST_STEM = 3
TERM = re.compile(r'(-?)(?:"([^"]*)"|(\S+))')
WORD = re.compile(r"\w+|§")


@dataclass(frozen=True)
class Disclosed:
    """A message of an anonymous ticket, and the piece of it that was looked for, as it was written."""

    ticket: Ticket
    message: Message
    excerpt: Excerpt


def find_unmasked(session: Session, sight: Sight, words: str, filters: Filters = EVERYTHING) -> tuple[Disclosed, ...]:
    """The messages that hold all these words only for who may know who asked, newest first.

    Who asked, from where, counts as a word of each message of theirs.
    """
    wanted, unwanted = _read_terms(words)
    if not wanted:
        return ()
    query = (
        select(Unmasked, Message, Ticket, Person)
        .join(Message, col(Message.id) == col(Unmasked.message_key))
        .join(Ticket, col(Ticket.id) == col(Message.ticket_key))
        .join(Person, col(Person.id) == col(Ticket.asker_key))
        .where(sight.unmasked(), sight.messages())
    )
    if filters.list_key is not None:
        query = query.where(Ticket.mailing_list_key == filters.list_key)
    if filters.status is not None:
        query = query.where(Ticket.status == filters.status)
    if filters.organisation_key is not None:
        query = query.where(Person.organisation_key == filters.organisation_key)
    question = read_question(words)
    found: list[Disclosed] = []
    for unmasked, message, ticket, asker in session.exec(query.order_by(col(Message.id).desc()).limit(MOST_READ)):
        if len(found) >= MOST:
            break
        who = f"{asker.name} {asker.email} {organisation_name(session, asker)} {unmasked.author}"
        told = _told_in(f"{who}\n{unmasked.subject}\n{unmasked.text[:LONGEST_TEXT]}")
        if not _holds(told, wanted) or any(term in told for term in unwanted):
            continue
        is_found_by_all = filters.organisation_key is None and _holds(
            _told_in(f"{message.subject}\n{message.text[:LONGEST_TEXT]}"), wanted
        )
        if not is_found_by_all:
            found.append(Disclosed(ticket, message, make_excerpt(unmasked.text, question.marked, question.phrases)))
    return tuple(found)


def _read_terms(words: str) -> tuple[list[str], list[str]]:
    """What must occur, and what must not: beginnings of words, or phrases, as `_words_in` writes them."""
    wanted: list[str] = []
    unwanted: list[str] = []
    words, at = composed(words)[:LONGEST_QUERY], 0
    while len(wanted) + len(unwanted) < MOST_TERMS and (found := TERM.search(words, at)):
        minus, phrase, word = found.groups()
        cited = read_citation(words, found.start(3)) if word else None
        at = cited.end if cited else found.end()
        terms = (
            map(_tied, cited.whole)
            if cited
            else [_words_in(phrase) if phrase else _beginning((word or "").strip('+*"'))]
        )
        (unwanted if minus else wanted).extend(term for term in terms if term.strip())
    return wanted, unwanted


def _beginning(word: str) -> str:
    """All forms of a Danish word begin as its stem does; words too common to be looked for have none."""
    if word and not stem_of(word):
        return ""
    stem = plain(stem_of(word))
    if len(word) < SHORTEST_STEM or word.isdigit():
        return _words_in(word)
    is_fit = len(stem) >= SHORTEST_STEM and plain(word).startswith(stem)
    return _words_in(stem if is_fit else word).rstrip()


def _words_in(text: str) -> str:
    """The words of a text, folded, each with a space before and behind it."""
    return f" {' '.join(WORD.findall(plain(text)))} "


def _told_in(text: str) -> str:
    """The words of a text, and the places that it cites."""
    cited = (_tied(term) for citation in find_citations(composed(text)) for term in citation.terms)
    return _words_in(text) + "".join(cited)


def _tied(cited: str) -> str:
    """A cited place as one word, of which no other is the beginning."""
    return f" {cited.replace(' ', '_')} "


def _holds(told: str, terms: Iterable[str]) -> bool:
    return all(term in told for term in terms)
