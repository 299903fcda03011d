"""While the database is away pages are back soon, mail is put off, and the log says so once."""

import re
import threading
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from smtplib import SMTP, SMTPException

import pytest

from support import postgres
from support.builders import a_list, a_person
from support.portals import RunningPortal, compose
from support.servers import free_port
from support.waiting import eventually
from tickets.database import upgrading
from tickets.database.store import Store, resolve_url

READERS = 16
LIST = "databeskyttelse@example.dk"
METTE = "mette@proevested.example.dk"
PAGES = ("/", "/login", "/t/DB-1", "/search?q=x", "/nowhere")


class Crowd:
    """Readers who look at pages all the time, and senders who bring mail: what each of them was told."""

    def __init__(self, portal: RunningPortal) -> None:
        self._portal, self._stop = portal, threading.Event()
        self.codes: Counter[int] = Counter()
        self.replies: Counter[int] = Counter()
        self.pages: dict[int, str] = {}

    @contextmanager
    def at_work(self) -> Iterator[None]:
        threads = [threading.Thread(target=self._read) for _ in range(READERS)]
        threads += [threading.Thread(target=self._write) for _ in range(2)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def _read(self) -> None:
        while not self._stop.is_set():
            for path in PAGES:
                code, self.pages[code] = fetch(f"{self._portal.base_url}{path}")
                self.codes[code] += 1

    def _write(self) -> None:
        while not self._stop.is_set():
            try:
                with SMTP("127.0.0.1", self._portal.smtp_port, timeout=30) as client:
                    client.send_message(compose(METTE, LIST, "Må vi?", "Hej"), METTE, [LIST])
                self.replies[250] += 1
            except SMTPException as refused:
                self.replies[code_of(refused)] += 1
            self._stop.wait(0.2)


def code_of(refused: SMTPException) -> int:
    told = getattr(refused, "recipients", None)
    return int(next(iter(told.values()))[0]) if told else int(getattr(refused, "smtp_code", 0))


def fetch(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def set_up(url: str, folder: Path, now: datetime) -> None:
    store = Store(resolve_url(url, folder))
    upgrading.migrate(store)
    with store.transaction() as session:
        a_list(session)
        a_person(session)
    store.close()


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.any_database
@pytest.mark.parametrize(("language", "told"), [("da", "snart tilbage"), ("en", "back soon")])
def test_a_database_that_goes_and_comes_again_is_told_in_a_line_and_no_page_is_a_500(
    tmp_path: Path, now: datetime, language: str, told: str
) -> None:
    with postgres.run_cluster(postgres.DURABLE) as cluster:
        url = postgres.create_database(cluster.url, "portal")
        set_up(url, tmp_path, now)
        with RunningPortal(tmp_path, url, free_port()) as portal:
            speak(portal, language)
            portal.start()
            crowd = Crowd(portal)
            with crowd.at_work():
                eventually(lambda: crowd.codes[200] > READERS and crowd.replies[250])
                cluster.stop()
                eventually(lambda: crowd.codes[503] > 5 * READERS and crowd.replies[451] > 3, 60)
                cluster.start()
                well, taken = crowd.codes[200], crowd.replies[250]
                eventually(lambda: crowd.codes[200] > well + READERS and crowd.replies[250] > taken, 60)
            portal.stop()
            log = (tmp_path / "serve.log").read_text()

    assert crowd.codes.keys() <= {200, 403, 404, 503}
    assert crowd.replies.keys() <= {250, 451}
    assert told in crowd.pages[503]
    begins, ends = lines_of(log, "database in trouble"), lines_of(log, "database works again")
    assert (len(begins), len(ends)) == (1, 1)
    assert re.search(r"failures=\d+", ends[0])
    assert not lines_of(log, "Traceback")
    assert len(lines_of(log, "Task queue depth")) <= 1
    assert len(log.splitlines()) < 60 + crowd.replies[250] * 3


def speak(portal: RunningPortal, language: str) -> None:
    text = portal.settings.read_text(encoding="utf-8")
    portal.settings.write_text(text.replace("[portal]\n", f'[portal]\nlanguage = "{language}"\n'), encoding="utf-8")


def lines_of(log: str, words: str) -> list[str]:
    return [line for line in log.splitlines() if words in line]
