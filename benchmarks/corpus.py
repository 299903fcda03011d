"""Posts to search among: invented ones of common Danish words, and a real archive where MAIL_CORPUS has one."""

import gzip
import os
import random
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path

from sqlmodel import Session

from benchmarks.town import AUTHOR, Town
from dialogportal.settings import read_settings
from tickets.conversations.filing import Filing, file_post
from tickets.database.leases import new_holder
from tickets.database.models import Content
from tickets.database.store import system_clock
from tickets.people import lists, persons
from tickets.post import Mailbox, Post
from tickets.search.searching import Search

ARCHIVE = "archive/linux-mips-first-4000.mbox.gz"
SEPARATOR = re.compile(rb"^From (?=\S+ +\w{3} \w{3} [ \d]\d )", re.MULTILINE)
WORD = re.compile(r"[a-zæøå]{4,20}")
WORDS = [
    "afgørelse",
    "aktindsigt",
    "behandling",
    "borger",
    "brud",
    "data",
    "dokument",
    "fuldmagt",
    "hjemmel",
    "journal",
    "jurist",
    "kommune",
    "kryptering",
    "logfil",
    "lov",
    "mail",
    "medarbejder",
    "nabo",
    "oplysning",
    "partshøring",
    "persondata",
    "register",
    "samtykke",
    "sag",
    "server",
    "skole",
    "sletning",
    "sundhed",
    "system",
    "tilsyn",
    "udlevering",
    "underretning",
    "vejledning",
    "video",
    "økonomi",
]


def fill(town: Town, name: str, posts: int, chance: random.Random) -> Search:
    """The index of a list after so many invented posts were filed in it, each a ticket."""
    portal = read_settings(town.settings).portal
    for start in range(0, posts, 500):
        with town.store.transaction() as session:
            mailing_list = lists.find_list(session, name)
            author = persons.get_person(session, AUTHOR)
            for number in range(start, min(start + 500, posts)):
                filing = Filing(author, _store(session, b"%d" % number), system_clock())
                file_post(session, portal, mailing_list, _post(number, chance), filing)
    search = Search(town.store, town.home / "search", new_holder())
    search.rebuild(system_clock())
    return search


def _store(session: Session, octets: bytes) -> str:
    digest = sha256(octets).hexdigest()
    session.add(Content(sha256=digest, octets=octets, stored_at=system_clock()))
    session.flush()
    return digest


def _post(number: int, chance: random.Random) -> Post:
    return Post(
        message_id=f"{number}@proevested.example.dk",
        author=Mailbox("Mette Prøve", AUTHOR),
        subject=" ".join(chance.choices(WORDS, k=4)),
        text=" ".join(chance.choices(WORDS, weights=[1 / rank for rank in range(1, len(WORDS) + 1)], k=60)),
    )


def archive(messages: int, chance: random.Random) -> tuple[str, list[bytes]]:
    """What the archive is, and its first messages with their separator lines: a real one or, without it, invented."""
    folder = os.environ.get("MAIL_CORPUS")
    if folder and (path := Path(folder) / ARCHIVE).exists():
        octets = gzip.decompress(path.read_bytes())
        starts = [found.start() for found in SEPARATOR.finditer(octets)]
        parts = [octets[start:end] for start, end in zip(starts, [*starts[1:], len(octets)], strict=True)]
        return f"the first {messages:,} of a real archive", parts[:messages]
    return f"{messages:,} invented messages", [_letter(number, chance) for number in range(messages)]


def _letter(number: int, chance: random.Random) -> bytes:
    """A question, or one of three replies to it."""
    post = _post(number, chance)
    letter = EmailMessage()
    letter["From"] = f"Mette Prøve <{AUTHOR}>"
    letter["To"] = "arkiv@example.dk"
    letter["Subject"] = post.subject
    letter["Date"] = format_datetime(sent_at := datetime(2019, 1, 1, tzinfo=UTC) + timedelta(hours=number))
    letter["Message-ID"] = f"<{post.message_id}>"
    if number % 4:
        letter["In-Reply-To"] = f"<{number - number % 4}@proevested.example.dk>"
    letter.set_content(post.text, cte="8bit")  # so that its words can be read off its octets
    return f"From {AUTHOR} {sent_at:%a %b %d %H:%M:%S %Y}\n".encode() + letter.as_bytes() + b"\n"


def queries(messages: list[bytes], count: int, chance: random.Random) -> Iterator[str]:
    """One or two words at a time, of those that between a twentieth and a half of the messages hold."""
    holders: Counter[str] = Counter()
    for message in messages:
        body = message.partition(b"\n\n")[2].decode("utf-8", "replace").lower()
        holders.update(set(WORD.findall(body)))
    common = sorted(word for word, held in holders.items() if len(messages) / 20 <= held <= len(messages) / 2)
    for _ in range(count):
        yield " ".join(chance.sample(common, chance.randint(1, 2)))


def invented_queries(count: int, chance: random.Random) -> Iterator[str]:
    """One or two of the words that invented posts are made of."""
    for _ in range(count):
        yield " ".join(chance.sample(WORDS, chance.randint(1, 2)))
