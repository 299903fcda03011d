"""A portal to measure: `serve` as a process of its own, with lists and people made for each question."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from sqlalchemy import func
from sqlmodel import col, select

from benchmarks.instruments import free_port, running, wait_for
from tickets.database.models import Arrival, MailingList, Mode, Organisation, Person, Role
from tickets.database.store import Database, Store, system_clock
from tickets.database.upgrading import open_store
from tickets.people import appointments, lists, organisations, persons, subscriptions

AUTHOR = "mette@proevested.example.dk"
USUAL = Database()
PROJECT = Path(__file__).parent.parent


class Town:
    """A data directory with its settings and people; `serving` runs any parts of it."""

    def __init__(self, relay_port: int, database: Database = USUAL) -> None:
        self.home = Path(mkdtemp(prefix="dialogportal-bench-"))
        self.smtp_port = free_port()
        self.settings = self.home / "dialogportal.toml"
        self.lmtp_port = free_port()
        self.web = f"127.0.0.1:{free_port()}"
        self.settings.write_text(
            f'[portal]\ndomain = "example.dk"\nbase_url = "http://{self.web}"\ndata_dir = "{self.home}"\n'
            f'[listen]\nsmtp = "127.0.0.1:{self.smtp_port}"\nlmtp = "127.0.0.1:{self.lmtp_port}"\n'
            "[limits]\nquestions_per_author = 0\nlogins_per_address = 0\nsessions_per_client = 0\n"
            "connections_per_client = 0\n"
            "[letters]\nundo_seconds = 0\n"
            f'[web]\nlisten = "{self.web}"\n[relay]\nhost = "127.0.0.1"\nport = {relay_port}\nstarttls = "never"\n'
            f'[database]\nurl = "{database.url}"\n'
        )
        self.store: Store = open_store(database, self.home)
        with self.store.transaction() as session:
            organisation = Organisation(name="Prøvested Kommune")
            session.add(organisation)
            session.flush()
            organisations.give_domains(session, organisation, ["proevested.example.dk"])
            self._organisation = organisation.id
            session.add(self._person(AUTHOR))

    def add_list(self, name: str, prefix: str, readers: int, mode: Mode = Mode.EACH) -> str:
        """A list with so many subscribers of its own; its address.

        The author is an editor and a lawyer of it: load programs say the same again and again, which from a member
        would pass for a robot's.
        """
        now = system_clock()
        with self.store.transaction() as session:
            address = f"{name}@example.dk"
            mailing_list = MailingList(name=name, prefix=prefix, address=address, created_at=now)
            people = [self._person(f"{name}{number}@proevested.example.dk") for number in range(readers)]
            session.add_all([mailing_list, *people])
            session.flush()
            for person in people:
                subscriptions.subscribe(session, person, mailing_list, mode, now)
            for role in (Role.EDITOR, Role.LAWYER):
                appointments.appoint(session, persons.get_person(session, AUTHOR), role, mailing_list)
        return address

    def publish(self, name: str) -> None:
        """Let everybody read the list's archive."""
        with self.store.transaction() as session:
            lists.find_list(session, name).is_public = True

    def _person(self, address: str) -> Person:
        return Person(email=address, name="Prøve", organisation_key=self._organisation, joined_at=system_clock())

    def waiting(self) -> int:
        """How many arrivals nobody has settled."""
        with self.store.reading() as session:
            query = select(func.count()).select_from(Arrival).where(col(Arrival.disposition).is_(None))
            return session.exec(query).one()

    @contextmanager
    def serving(self, *parts: str) -> Iterator[int]:
        """The process that serves these parts, or all of them."""
        only = ["--only", ",".join(parts)] if parts else []
        command = [sys.executable, "-m", "dialogportal", "serve", *only, "--config", str(self.settings)]
        with running(command, PROJECT, self.home / "errors.log", stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            if not process.stdout.readline():
                raise RuntimeError("serve did not start")
            yield process.pid

    def command(self, *words: str) -> str:
        """What a command of the portal prints."""
        return subprocess.run(
            [sys.executable, "-m", "dialogportal", *words, "--config", str(self.settings)],
            check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=300, cwd=PROJECT,
        ).stdout  # fmt: skip

    def settle(self) -> None:
        """Return when every arrival is settled."""
        wait_for(lambda: self.waiting() == 0)

    def close(self) -> None:
        """Close the town's database and delete its folder."""
        self.store.close()
        shutil.rmtree(self.home, ignore_errors=True)


def seconds_since(begun: float) -> float:
    """Seconds since a reading of `time.perf_counter`."""
    return time.perf_counter() - begun
