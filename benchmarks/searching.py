"""`python -m benchmarks.searching MESSAGES [URL]`: how long the everyday questions take in a large archive.

Threads of four messages are made of the demonstration's sentences and of invented words, of which few are common and
most rare, as in any language. One member of fifty asks.
"""

import random
import resource
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

from rich.console import Console
from sqlalchemy import insert
from sqlmodel import Session

from benchmarks.finding import SENTENCE, read_questions
from benchmarks.instruments import percentile
from demo.year import FOLDER
from tickets.database.models import (
    Content,
    Event,
    EventKind,
    MailingList,
    Message,
    MessageKind,
    Mode,
    Person,
    Status,
    Ticket,
    TicketKind,
    Visibility,
)
from tickets.database.store import Store, system_clock
from tickets.database.upgrading import migrate
from tickets.people import registry
from tickets.people.sight import sight_of
from tickets.people.subscriptions import subscribe
from tickets.search.searching import Search

TOGETHER = 4  # messages of a ticket
RARE_WORDS = 60_000
AT_A_TIME = 2_000  # tickets
SYLLABLES = ["ba", "be", "di", "fo", "ga", "hu", "ki", "lø", "må", "na", "op", "ra", "sæ", "ti", "um", "ve", "yd", "ør"]
KINDS = (MessageKind.QUESTION, MessageKind.ANSWER, MessageKind.REPLY, MessageKind.FOLLOW_UP)
VISIBILITIES = (Visibility.OPEN,) * 8 + (Visibility.ANONYMOUS, Visibility.CONFIDENTIAL)


class Corpus:
    """What invented messages are made of."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        texts = (path.read_text("utf-8") for path in sorted(FOLDER.glob("*.txt")))
        self._sentences = [found.group() for text in texts for found in SENTENCE.finditer(text)]

    def text(self) -> str:
        rare = (self._rare_word() for _ in range(12))
        return " ".join([*self._chance.sample(self._sentences, 4), *rare])

    def subject(self) -> str:
        return " ".join([*self._chance.choice(self._sentences).split()[:5], self._rare_word()])

    def _rare_word(self) -> str:
        number, word = int(RARE_WORDS ** self._chance.random()) * 7_919, ""
        while number:
            number, syllable = divmod(number, len(SYLLABLES))
            word += SYLLABLES[syllable]
        return word


def fill(store: Store, messages: int) -> int:
    """The key of a member of a list with so many messages."""
    chance, now = random.Random(messages), system_clock()
    corpus = Corpus(chance)
    with store.transaction() as session:
        registry.add_organisation(session, "Prøvested", ["example.org"])
        people = [registry.add_person(session, f"laeser{n}@example.org", f"Læser {n}", now) for n in range(50)]
        address = "databeskyttelse@example.dk"
        row = registry.add_list(
            session, MailingList(name="Databeskyttelse", prefix="DB", address=address, created_at=now)
        )
        subscribe(session, people[0], row, Mode.WEEKLY, now)
        session.add(Content(sha256="0" * 64, octets=b"", stored_at=now))
        keys, list_key = [one.key for one in people], row.key
    count = messages // TOGETHER
    for first in range(1, count + 1, AT_A_TIME):
        with store.transaction() as session:
            for number in range(first, min(first + AT_A_TIME, count + 1)):
                _add(session, corpus, chance, list_key, keys, number, now - timedelta(hours=count - number))
    return keys[0]


def _add(
    session: Session, corpus: Corpus, chance: random.Random, list_key: int, keys: list[int], number: int, at: datetime
) -> None:
    asker, subject = chance.choice(keys), corpus.subject()
    ticket = {
        "id": number, "mailing_list_key": list_key, "number": number, "kind": TicketKind.QUESTION, "subject": subject,
        "status": Status.ANSWERED, "visibility": chance.choice(VISIBILITIES), "asker_key": asker, "asked_at": at,
        "changed_at": at, "answered_at": at,
    }  # fmt: skip
    session.connection().execute(insert(Ticket), [ticket])
    told = [_message(corpus, list_key, number, chance.choice(keys), kind, at, subject) for kind in KINDS]
    session.connection().execute(insert(Message), told)
    session.add(Event(kind=EventKind.ASKED, happened_at=at, mailing_list_key=list_key, ticket_key=number))


def _message(
    corpus: Corpus, list_key: int, number: int, author: int, kind: MessageKind, at: datetime, subject: str
) -> dict[str, object]:
    own = f"{number}.{kind}@example.dk"
    return {
        "mailing_list_key": list_key, "ticket_key": number, "author_key": author, "kind": kind, "message_id": own,
        "own_id": own, "path": own.partition("@")[0], "subject": subject, "text": corpus.text(), "quoted": "",
        "signature": "", "sign_off": "", "body_digest": "0" * 64, "defects": [], "content_key": "0" * 64,
        "sent_at": at, "filed_at": at, "is_nameless": False,
    }  # fmt: skip


def measure(store: Store, folder: Path, messages: int, console: Console) -> None:
    """Fill an archive, index it, and print how long a question takes and how long a new message is not found."""
    reader = fill(store, messages)
    search = Search(store, folder, "bench")
    begun = time.perf_counter()
    search.rebuild(system_clock())
    console.print(f"{messages:,} messages, indexed in {time.perf_counter() - begun:.0f} s")
    times: list[float] = []
    with store.reading() as session:
        sight = sight_of(session, session.get_one(Person, reader))
        for one in read_questions() * 3:
            begun = time.perf_counter()
            search.find(session, sight, one.words)
            times.append(time.perf_counter() - begun)
    figures = ", ".join(f"p{at:.0%} {percentile(times, at) * 1000:.0f} ms".replace("%", "") for at in (0.5, 0.95, 0.99))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    console.print(f"{len(times)} questions: {figures}; {memory:.0f} MB")


def main() -> None:
    """Measure with SQLite in a new folder, or in an empty database of PostgreSQL."""
    messages, *url = sys.argv[1:]
    with tempfile.TemporaryDirectory() as home:
        store = Store(url[0] if url else f"sqlite:///{home}/portal.sqlite3")
        migrate(store)
        measure(store, Path(home) / "search", int(messages), Console())


if __name__ == "__main__":
    main()
