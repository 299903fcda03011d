"""`python -m benchmarks.finding`: how many everyday Danish questions find their ticket, first and among the first five.

Forty questions are put to the demonstration's year, alone and among 400 tickets that are glued together of its own
sentences. Beside them stands what was found while one message had to hold all the words.
"""

import csv
import random
import re
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from sqlmodel import Session, col, select

from benchmarks.instruments import percentile
from demo import town
from demo.clock import open_calendar
from demo.town import RESIDENTS
from demo.year import FOLDER, opening, plan_year
from tickets.conversations.filing import Filing, file_post
from tickets.database.models import Content, MailingList, Message, Person, Ticket, TicketKind, Visibility
from tickets.database.store import Store
from tickets.database.upgrading import migrate
from tickets.people import lists, persons, registry
from tickets.people.sight import LAWYER, Sight
from tickets.portal import Portal
from tickets.post import Mailbox, Post
from tickets.search.searching import Search
from tickets.text.stems import stems_of

QUESTIONS = Path(__file__).with_suffix(".csv")
FURTHER, SEED = 400, 2018
FIRST_FEW = 5
ZONE = ZoneInfo("Europe/Copenhagen")
NOW = datetime(2026, 11, 24, 12, tzinfo=ZONE)
LAWYERS = {resident.email for resident in RESIDENTS.values() if resident.email.endswith("@foreningen.example.dk")}
TOLD = {"anonym": Visibility.ANONYMOUS, "fortrolig": Visibility.CONFIDENTIAL}
SENTENCE = re.compile(r"[^.?!\n]{25,}[.?!]")


@dataclass(frozen=True)
class Judged:
    """A question, and the subjects of the tickets of which one answers it."""

    kind: str
    words: str
    subjects: frozenset[str]


@dataclass(frozen=True)
class Placed:
    """At which place a question found its ticket, 0 for nowhere, and what it took."""

    judged: Judged
    place: int
    found: int
    milliseconds: float


def read_questions(path: Path = QUESTIONS) -> list[Judged]:
    """The judged questions; their tickets are told by the number of their file in `demo/year/`."""
    subjects = {one.name[:2]: _subject(one) for one in FOLDER.glob("*.txt")}
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    return [
        Judged(row["kind"], row["question"], frozenset(subjects[one] for one in row["tickets"].split())) for row in rows
    ]


def _subject(path: Path) -> str:
    return path.read_text("utf-8").splitlines()[1].removeprefix("subject: ")


class Archive:
    """The demonstration's year, filed without its letters, and its index."""

    def __init__(self, store: Store, folder: Path, further: int = 0) -> None:
        self.store, self.portal = store, Portal(domain=town.DOMAIN, data_dir=folder)
        calendar = open_calendar(NOW, ZONE)
        with store.transaction() as session:
            town.settle(session, opening(calendar))
            self._file_year(session)
            for post in _glued(session, further):
                self._file(session, "databeskyttelse", post, "mette", NOW)
        self.search = Search(store, folder / "search", "finding")
        self.search.rebuild(NOW)

    def _file_year(self, session: Session) -> None:
        tickets: dict[str, Ticket] = {}
        for number, one in enumerate(plan_year(open_calendar(NOW, ZONE))):
            if one.text and one.author in RESIDENTS and not one.desk.endswith("+tilmeld"):
                post = _post(f"{number}@aaret.example.dk", one.author, one.subject, one.text, one.at)
                filed = self._file(session, one.desk, post, one.author, one.at, tickets.get(one.subject))
                tickets[one.subject] = session.get_one(Ticket, filed.ticket_key)

    def _file(
        self, session: Session, desk: str, post: Post, author: str, at: datetime, ticket: Ticket | None = None
    ) -> Message:
        name, _, told = desk.partition("+")
        mailing_list, person = lists.find_list(session, name), _person(session, author)
        kind = TicketKind.NEWS if told == "nyt" else TicketKind.QUESTION
        session.add(Content(sha256=(key := sha256(post.message_id.encode()).hexdigest()), octets=b"", stored_at=at))
        session.flush()
        filing = Filing(
            person, key, at, kind=kind, visibility=TOLD.get(told, Visibility.OPEN), is_lawyer=person.email in LAWYERS
        )
        return file_post(session, self.portal, mailing_list, post, filing, ticket)

    def ask(self, questions: Iterable[Judged]) -> Iterator[Placed]:
        """Where each question finds its ticket, as the lawyers see it."""
        with self.store.reading() as session:
            sight = Sight(None, {LAWYER: frozenset(row.key for row in session.exec(select(MailingList)))})
            for judged in questions:
                begun = time.perf_counter()
                results = self.search.find(session, sight, judged.words)
                took = (time.perf_counter() - begun) * 1000
                subjects = list(dict.fromkeys(hit.ticket.subject for hit in results.hits))
                places = [place for place, subject in enumerate(subjects, 1) if subject in judged.subjects]
                yield Placed(judged, places[0] if places else 0, len(subjects), took)

    def ask_for_all_in_one(self, questions: Iterable[Judged]) -> Iterator[Placed]:
        """The same, by the rule that one message has to hold all words; the message that has them most often first."""
        with self.store.reading() as session:
            rows = session.exec(select(Ticket, Message).join(Message, col(Message.ticket_key) == col(Ticket.id)))
            held = [
                (ticket.subject, Counter(stems_of(f"{message.subject}\n{message.text}"))) for ticket, message in rows
            ]
        for judged in questions:
            wanted = set(stems_of(judged.words))
            hits = [(sum(stems[one] for one in wanted), subject) for subject, stems in held if wanted <= stems.keys()]
            subjects = list(dict.fromkeys(subject for _, subject in sorted(hits, reverse=True)))
            places = [place for place, subject in enumerate(subjects, 1) if subject in judged.subjects]
            yield Placed(judged, places[0] if places else 0, len(subjects), 0)


def _person(session: Session, author: str) -> Person:
    """The resident, who becomes a person by writing."""
    resident = RESIDENTS[author]
    found = persons.person_with(session, resident.email)
    return found or registry.add_person(session, resident.email, resident.name, opening(open_calendar(NOW, ZONE)))


def _post(message_id: str, author: str, subject: str, text: str, at: datetime) -> Post:
    resident = RESIDENTS[author]
    return Post(
        message_id=message_id, author=Mailbox(resident.name, resident.email), subject=subject, text=text, sent_at=at
    )


def _glued(session: Session, further: int) -> Iterator[Post]:
    """Tickets that are about nothing: sentences of the year in the order of chance."""
    chance = random.Random(SEED)
    texts = [message.text for message in session.exec(select(Message).order_by(col(Message.id)))]
    sentences = [found.group().strip() for text in texts for found in SENTENCE.finditer(text)]
    at = datetime(2026, 1, 5, 8, tzinfo=ZONE)
    for number in range(further):
        subject = " ".join(chance.choice(sentences).split()[:6])
        text = " ".join(chance.sample(sentences, 8))
        yield _post(f"{number}@tilfaeldet.example.dk", "mette", subject, text, at + timedelta(hours=number))


def _row(what: str, placed: list[Placed]) -> list[str]:
    kinds = dict.fromkeys(one.judged.kind for one in placed)
    among = [f"{sum(0 < one.place <= FIRST_FEW for one in placed if one.judged.kind == kind)}" for kind in kinds]
    first, few = (sum(0 < one.place <= most for one in placed) for most in (1, FIRST_FEW))
    nothing = sum(not one.found for one in placed)
    return [
        what,
        f"{first}",
        f"{few}",
        f"{nothing}",
        *among,
        f"{percentile([one.milliseconds for one in placed], 0.95):.0f} ms",
    ]


def main() -> None:
    """Ask all questions, and print how high the right answers stand."""
    questions = read_questions()
    kinds = Counter(one.kind for one in questions)
    table = Table(title=f"{len(questions)} questions")
    for heading in ("", "first", f"among {FIRST_FEW}", "none", *(f"{kind} of {kinds[kind]}" for kind in kinds), "p95"):
        table.add_column(heading)
    missed: list[str] = []
    for further in (0, FURTHER):
        with tempfile.TemporaryDirectory() as home, closing(Store(f"sqlite:///{home}/portal.sqlite")) as store:
            migrate(store)
            archive = Archive(store, Path(home), further)
            table.add_row(*_row(f"all words in one message, + {further}", list(archive.ask_for_all_in_one(questions))))
            placed = list(archive.ask(questions))
            table.add_row(*_row(f"as it is, + {further}", placed))
            missed += [f"+ {further}: {one.judged.words} ({one.place})" for one in placed if one.place != 1]
    Console(width=180).print(table, *missed, sep="\n")


if __name__ == "__main__":
    main()
