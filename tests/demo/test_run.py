"""The demonstration, as somebody sees it who types `make run`."""

import json
import re
import signal
import socket
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.request import HTTPCookieProcessor, build_opener
from zoneinfo import ZoneInfo

import pytest

from demo.clock import open_calendar
from demo.papers import make_pdf
from demo.run import DemoWishes, make_settings
from demo.year import plan_year
from dialogportal.commands.running.demo import demo_wishes
from support.installed import Installed, installing
from support.servers import free_port
from support.waiting import eventually

COPENHAGEN = ZoneInfo("Europe/Copenhagen")


class Demo:
    """`dialogportal demo` as it is installed, run by nobody special, and a browser that looks at it."""

    def __init__(self, installed: Installed) -> None:
        self.installed = installed
        self.url = f"http://127.0.0.1:{free_port()}"
        kept = str(installed.home / "kept")
        self.process = installed.start("demo", "--port", self.url.rpartition(":")[2], "--keep", kept)
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))
        self.told = self._read_guide()

    def _read_guide(self) -> str:
        assert self.process.stdout is not None
        lines: list[str] = []
        for line in self.process.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                return "".join(lines)
        raise AssertionError("".join(lines))

    def get(self, path: str) -> str:
        with self._opener.open(urllib.parse.urljoin(self.url, path), timeout=20) as response:
            return str(response.read().decode())

    def letters_about(self, subject: str) -> str:
        """Mette's page of the mailbox once it has such a letter."""
        page = self.get("/demo/mailbox?to=mette@proevested.example.dk")
        return page if subject in page else ""

    def download(self, path: str) -> bytes:
        with self._opener.open(urllib.parse.urljoin(self.url, path), timeout=20) as response:
            return bytes(response.read())

    def policy(self, path: str) -> str:
        with self._opener.open(urllib.parse.urljoin(self.url, path), timeout=20) as response:
            return str(response.headers["Content-Security-Policy"])

    def ask(self, *words: str) -> object:
        """The facts that a command prints as JSON about the demonstration's portal."""
        how = self.installed.how
        how["env"] = how["env"] | {"DIALOGPORTAL_PORTAL__DATA_DIR": str(self.installed.home / "kept")}
        done = subprocess.run(
            [self.installed.command, *words, "--json"], capture_output=True, text=True, timeout=60, check=True, **how
        )
        return json.loads(done.stdout)


@pytest.fixture
def demo() -> Iterator[Demo]:
    with installing() as installed:
        running = Demo(installed)
        yield running
        running.process.kill()
        running.process.wait()


@pytest.mark.slow
def test_a_visitor_finds_a_portal_with_a_year_behind_it_that_lives_on(demo: Demo) -> None:
    """One test, since a year takes a while: each step is told by its function."""
    everything_was_filed_and_sent(demo)
    who_reads_weekly_got_two_digests(demo)
    a_receipt_named_what_was_answered_before(demo)
    one_click_shows_what_was_asked_and_answered(demo)
    lawyers_worked_by_mail(demo)
    what_is_confidential_is_hidden_from_other_members(demo)
    who_asked_anonymously_is_told_to_nobody(demo)
    letters_can_run_nothing(demo)
    a_question_that_is_mailed_gets_its_receipt(demo)
    it_stops_when_told_and_opens_again_where_it_was(demo)


def everything_was_filed_and_sent(demo: Demo) -> None:
    status = demo.ask("status")

    assert isinstance(status, dict)
    assert sum(status["tickets"].values()) == 30
    assert (status["tickets"]["open"], status["tickets"]["pending"]) == (3, 1)
    assert status["arrivals"]["held"] == 1
    assert status["arrivals"]["waiting"] == status["arrivals"]["quarantined"] == 0
    assert status["deliveries"]["failed"] == status["deliveries"]["waiting"] == 0


def who_reads_weekly_got_two_digests(demo: Demo) -> None:
    page = demo.get("/demo/mailbox?to=mette@proevested.example.dk")

    assert len(re.findall(r", uge \d+<", page)) == 2


def a_receipt_named_what_was_answered_before(demo: Demo) -> None:
    page = demo.get("/demo/mailbox?to=gitte@mappelund.example.dk")
    (letter,) = re.findall(r'href="([^"]+)"><bdi>Vi har fået dit spørgsmål: Postkassen', page)

    assert "Hvor længe må en fratrådt medarbejders mailkonto leve?" in demo.get(f"{letter}/html")


def one_click_shows_what_was_asked_and_answered(demo: Demo) -> None:
    links = re.findall(r"http://\S+/demo/be/\w+", demo.told)
    assert len(links) == 4

    front = demo.get(links[0])
    results = demo.get("/search?q=" + urllib.parse.quote("afgørelser"))
    thread = demo.get("/t/DB-3")

    assert "Mette Eksempel" in front
    assert "<mark>" in results
    path = re.search(r'href="(/m/[^"]+/\d+)"[^>]*><bdi>udkast-databehandleraftale.pdf', thread)
    assert path
    assert demo.download(path.group(1)).startswith(b"%PDF-1.4")


def lawyers_worked_by_mail(demo: Demo) -> None:
    merged, corrected = demo.get("/t/DB-27"), demo.get("/t/DB-19")
    found = demo.get("/search?q=" + urllib.parse.quote("Facebook-side"))

    assert "Hvor længe må en fratrådt medarbejders mailkonto leve?" in merged
    assert "Svaret gælder ikke længere" in corrected
    assert re.search(r'href="/svar/er-vi-faelles-dataansvarlige[^"]*"', found)
    assert "FLET" not in merged
    assert "spørgsmål venter på svar" in demo.get("/demo/mailbox?to=sofie@foreningen.example.dk")


def what_is_confidential_is_hidden_from_other_members(demo: Demo) -> None:
    assert "ekskones" in demo.get("/")  # Mette asked

    demo.get("/demo/be/lise")

    pages = demo.get("/"), demo.get("/l/db"), demo.get("/search?q=" + urllib.parse.quote("ekskones"))
    assert not any("ekskones sag" in page for page in pages)


def who_asked_anonymously_is_told_to_nobody(demo: Demo) -> None:
    found = re.search(r'href="(/t/DB-\d+)[^"]*"', demo.get("/search?q=" + urllib.parse.quote("spare stilling")))
    assert found

    page = demo.get(found.group(1))

    assert "it-chef også være" in page
    assert "Camilla" not in page
    assert "Papirsø" not in page


def letters_can_run_nothing(demo: Demo) -> None:
    key = re.search(r'href="(/demo/mailbox/[^"?]+)"', demo.get("/demo/mailbox"))
    assert key

    policy = demo.policy(key.group(1) + "/html")

    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy


def a_question_that_is_mailed_gets_its_receipt(demo: Demo) -> None:
    command = next(line for line in demo.told.splitlines() if line.startswith("python3 -c"))

    subprocess.run(command.replace("python3", sys.executable, 1), shell=True, check=True, timeout=30)

    page = eventually(lambda: demo.letters_about("Må vi optage møder"))
    key = re.search(r'href="(/demo/mailbox/[^"?]+)"><bdi>[^<]*Må vi optage', page)
    assert key
    assert "sandbox=" in demo.get(key.group(1))
    assert "Må vi optage et møde" in demo.get(key.group(1) + "/html")


def it_stops_when_told_and_opens_again_where_it_was(demo: Demo) -> None:
    demo.process.send_signal(signal.SIGTERM)
    assert demo.process.wait(timeout=10) == 0

    again = Demo(demo.installed)

    assert "Må vi optage møder" in again.letters_about("Må vi optage møder")
    again.process.send_signal(signal.SIGTERM)
    assert again.process.wait(timeout=10) == 0


def test_a_port_that_is_taken_is_told_at_once() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        done = subprocess.run(
            [sys.executable, "-m", "dialogportal", "demo", "--port", str(port)],
            capture_output=True, text=True, timeout=30, check=False,
        )  # fmt: skip

    assert done.returncode == 1
    assert f"Port {port} is taken" in done.stderr


def test_a_settings_file_gives_the_demonstration_its_language_and_ports_and_nothing_else(tmp_path: Path) -> None:
    settings, mail = tmp_path / "portal.toml", free_port()
    settings.write_text(
        f"[portal]\nlanguage = 'en'\ndomain = 'example.org'\ndata_dir = '{tmp_path}/theirs'\n"
        f"[web]\nlisten = '127.0.0.1:{free_port()}'\n[listen]\nsmtp = '127.0.0.1:{mail}'\n[relay]\nhost = 'x'\n"
    )

    sections = make_settings(tmp_path / "ours", demo_wishes(settings), 8080)

    assert sections["portal"]["language"] == "en"
    assert sections["portal"]["domain"] == "dialogportal.example.dk"
    assert sections["portal"]["data_dir"] == tmp_path / "ours"
    assert sections["listen"]["smtp"] == f"127.0.0.1:{mail}"
    assert sections["relay"]["host"] is None
    assert demo_wishes(None) == DemoWishes()


@pytest.mark.parametrize("day", range(8))
def test_the_year_ends_before_any_day_of_the_week(day: int) -> None:
    now = datetime(2026, 11, 23, 6, 30, tzinfo=UTC) + timedelta(days=day)

    planned = plan_year(open_calendar(now, COPENHAGEN))

    assert planned[-1].at <= now
    assert now - planned[0].at < timedelta(days=385)
    firsts = [one for one in planned if not one.is_reply and "+nyt" not in one.desk and "+tilmeld" not in one.desk]
    assert len({one.subject for one in firsts}) == 32  # one of them a stranger's


def test_a_pdf_points_to_where_its_objects_are() -> None:
    octets = make_pdf("Side ét (af én)\næøå")

    start = int(octets.rsplit(b"startxref\n", 1)[1].split()[0])
    places = [int(line.split()[0]) for line in octets[start:].splitlines()[3:8]]

    assert octets[start:].startswith(b"xref")
    assert [octets[place : place + 7] for place in places] == [b"%d 0 obj" % number for number in range(1, 6)]
    assert "(Side ét \\(af én\\)) Tj".encode("cp1252") in octets
