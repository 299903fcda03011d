"""Fifty costly mails of strangers, and as many by one member: a member's question is filed at once."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from smtplib import SMTP

import pytest
from sqlmodel import select

from support.papers import a_pdf
from support.portals import RunningPortal, compose
from support.servers import Sink
from support.waiting import eventually
from tickets.database.models import Arrival, Disposition
from tickets.database.store import Database, Store
from tickets.database.upgrading import open_store

LIST = "databeskyttelse@example.dk"
AT_ONCE = 5.0  # seconds
METTE_AT = "mette@vestby.example.dk"
METTE, OLE = f"Mette Spørger <{METTE_AT}>", "Ole Følger <ole@oeby.example.dk>"


@pytest.fixture
def running(tmp_path: Path, database_url: str) -> Iterator[RunningPortal]:
    with Sink() as sink, RunningPortal(tmp_path, database_url, sink.port) as portal:
        portal.run("list", "add", "Databeskyttelse", "--address", LIST, "--prefix", "DB")
        portal.run("organisation", "add", "Vestby Kommune", "--domain", "vestby.example.dk")
        portal.run("organisation", "add", "Øby Kommune", "--domain", "oeby.example.dk")
        portal.start()
        yield portal


def costly_file(number: int) -> bytes:
    """A PDF that takes as much time as all files of a message may."""
    return a_pdf(") Tj T* (".join(f"{number} {one % 7}" for one in range(250_000)))


@pytest.mark.parametrize("author", ["Frank Fremmed <frank@example.org>", OLE], ids=["strangers", "one member"])
def test_a_question_is_filed_beside_fifty_costly_mails(running: RunningPortal, database_url: str, author: str) -> None:
    with SMTP("127.0.0.1", running.smtp_port, timeout=30) as client:
        for number in range(50):
            message = compose(author, LIST, f"Bilag {number}", "Se bilaget.")
            message.add_attachment(costly_file(number), "application", "pdf", filename="bilag.pdf")
            client.send_message(message)
    running.send(compose(METTE, LIST, "Må vi udlevere en afgørelse?", "Kære jurister\n\nMå vi?\n"))

    with closing(open_store(Database(url=database_url), running.directory / "data")) as store:
        eventually(lambda: any(one.author == METTE_AT for one in arrivals(store, Disposition.FILED)), AT_ONCE)

        assert len(arrivals(store, None)) > 20  # else they cost nothing


def arrivals(store: Store, disposition: Disposition | None) -> list[Arrival]:
    with store.reading() as session:
        found = list(session.exec(select(Arrival).where(Arrival.disposition == disposition)))
        session.expunge_all()
    return found
