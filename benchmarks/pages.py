"""`python -m benchmarks.pages`: processor time of a page as the archive grows, in one table."""

import random
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

from flask.testing import FlaskClient
from rich.console import Console
from rich.table import Table
from sqlalchemy import insert
from sqlmodel import Session

from tickets.database.models import Content, MailingList, Message, MessageKind, Status, Ticket, TicketKind, Visibility
from tickets.database.store import Store, resolve_url, system_clock
from tickets.database.upgrading import migrate
from tickets.people import logins, persons, registry
from tickets.portal import Portal
from tickets.search.searching import Search
from tickets.tokens import Signer
from web_archive.app import create_app

SIZES = (1_000, 10_000, 50_000)  # tickets
ROUNDS = 30
PAGES = {"front": "/", "list": "/l/DB", "page 20": "/l/DB?page=20", "ticket": "/t/DB-500", "own": "/mine"}
STATUSES = (Status.CLOSED,) * 16 + (Status.ANSWERED,) * 3 + (Status.OPEN,)
VISIBILITIES = (Visibility.OPEN,) * 17 + (Visibility.ANONYMOUS,) * 2 + (Visibility.CONFIDENTIAL,)
ASKERS = 500
PORTAL = Portal(domain="example.dk", base_url="https://portal.example.dk")


def main() -> None:
    """Measure pages over archives of growing size, and print one table in milliseconds."""
    table = Table("tickets", *(f"{name}, ms" for name in PAGES))
    for size in SIZES:
        with tempfile.TemporaryDirectory() as home:
            client = browser_in_archive_of(size, Path(home))
            table.add_row(f"{size:,}", *(f"{milliseconds(client, path):.1f}" for path in PAGES.values()))
    Console().print(table)


def milliseconds(client: FlaskClient, path: str) -> float:
    """Processor time of one request, the middle one of many."""
    times = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        answer = client.get(path, base_url=PORTAL.base_url)
        times.append(time.process_time() - begun)
        assert answer.status_code == 200, answer.status
    return sorted(times)[ROUNDS // 2] * 1000


def browser_in_archive_of(size: int, home: Path) -> FlaskClient:
    """The browser of a member who is logged in to an archive of so many tickets."""
    store, now = Store(resolve_url("sqlite:///pages.sqlite3", home)), system_clock()
    migrate(store)
    with store.transaction() as session:
        people, mailing_list = _people(session, now), _list(session, now)
        _fill(session, mailing_list, people, size, now)
        secret = logins.make_login_link(session, persons.get_person(session, "laeser0@example.org"), now)
    app = create_app(store, PORTAL, Signer(b"x" * 32), b"x" * 32, Search(store, home / "search", "bench"), system_clock)
    client = app.test_client()
    page = client.get(f"/login/{secret}", base_url=PORTAL.base_url).text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    client.post(f"/login/{secret}", base_url=PORTAL.base_url, data={"csrf_token": token})
    return client


def _people(session: Session, now: datetime) -> list[int]:
    """Keys of the members of one organisation, of which the first reads."""
    registry.add_organisation(session, "Prøvested", ["example.org"])
    return [registry.add_person(session, f"laeser{n}@example.org", f"Læser {n}", now).key for n in range(ASKERS)]


def _list(session: Session, now: datetime) -> MailingList:
    address = "databeskyttelse@example.dk"
    return registry.add_list(session, MailingList(name="Databeskyttelse", prefix="DB", address=address, created_at=now))


def _fill(session: Session, mailing_list: MailingList, people: list[int], size: int, now: datetime) -> None:
    """So many tickets of a question and an answer each, an hour apart."""
    chance = random.Random(size)
    session.add(Content(sha256="0" * 64, octets=b"", stored_at=now))
    session.flush()
    tickets, messages = [], []
    for number in range(1, size + 1):
        at, asker = now - timedelta(hours=size - number), chance.choice(people)
        status = chance.choice(STATUSES) if number < size - 100 else Status.OPEN
        answered_at = None if status is Status.OPEN else at
        tickets.append(_ticket(mailing_list, number, asker, status, chance.choice(VISIBILITIES), at, answered_at))
        kinds = (MessageKind.QUESTION, MessageKind.ANSWER) if answered_at else (MessageKind.QUESTION,)
        messages += [_message(mailing_list, number, asker, kind, at) for kind in kinds]
    session.connection().execute(insert(Ticket), tickets)
    session.connection().execute(insert(Message), messages)


def _ticket(
    mailing_list: MailingList,
    number: int,
    asker: int,
    status: Status,
    visibility: Visibility,
    at: datetime,
    answered_at: datetime | None,
) -> dict[str, object]:
    return {
        "id": number, "mailing_list_key": mailing_list.key, "number": number, "kind": TicketKind.QUESTION,
        "subject": f"Må vi udlevere sag {number}?", "status": status, "visibility": visibility, "asker_key": asker,
        "asked_at": at, "changed_at": at, "answered_at": answered_at,
    }  # fmt: skip


def _message(mailing_list: MailingList, number: int, author: int, kind: MessageKind, at: datetime) -> dict[str, object]:
    own = f"{number}.{kind}@example.dk"
    return {
        "mailing_list_key": mailing_list.key, "ticket_key": number, "author_key": author, "kind": kind,
        "message_id": own, "own_id": own, "path": own.partition("@")[0], "subject": f"Må vi udlevere sag {number}?",
        "text": "Må vi udlevere oplysninger til naboen?", "quoted": "", "signature": "",
        "sign_off": "", "body_digest": "0" * 64, "defects": [],
        "content_key": "0" * 64, "sent_at": at, "filed_at": at, "is_nameless": False,
    }  # fmt: skip


if __name__ == "__main__":
    main()
