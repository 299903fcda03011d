"""A running archive with pages of every kind, and Chromium to look at them."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from sqlmodel import Session

from mailer.intake.web_forms import hand_in
from support.builders import a_filed_message, a_lawyer, a_list, a_message, a_person, store_content
from support.checkout import HOUSE
from support.servers import find_program, free_port, wait_for_port
from tickets import journal
from tickets.archive import places
from tickets.database.models import Arrival, Attachment, Disposition, Role, Ticket
from tickets.database.store import Store, system_clock
from tickets.people import appointments, logins
from tickets.portal import Portal
from tickets.reasons import Reason
from tickets.search.searching import Search
from tickets.tokens import Signer
from web_archive.app import create_app
from web_archive.rendering import Reception
from web_archive.sections import Web
from web_archive.serving import WebServer

AXE = HOUSE / "node_modules/axe-core/axe.min.js"
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
WIDTHS = (1280, 390)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = find_program("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@dataclass(frozen=True)
class Site:
    """A running archive, and a way in for one of its members."""

    portal: Portal
    search: Search
    way_in: str
    lawyers_way_in: str


def watch(page: Page) -> tuple[list[str], list[str]]:
    """What a page asks for from now on, and what shows that it ran something: both grow."""
    requests: list[str] = []
    ran: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: ran.append(str(error)))
    page.on("console", lambda message: ran.append(message.text))
    return requests, ran


@pytest.fixture
def site(store: Store, signer: Signer, tmp_path: Path) -> Iterator[Site]:
    """A running archive with a long thread."""
    port, now = free_port(), system_clock()
    portal = Portal(domain="example.dk", base_url=f"http://127.0.0.1:{port}", data_dir=tmp_path)
    with store.transaction() as session:
        mailing_list = a_list(session, "Databeskyttelse", description="Spørgsmål om GDPR, sletning og indsigt.")
        mette, anders = a_person(session), a_lawyer(session, mailing_list)
        parent = a_filed_message(
            session, portal, mailing_list, mette, now - timedelta(days=3),
            subject="Må vi udlevere en afgørelse om aktindsigt til naboen?", quoted="Med venlig hilsen\nMette",
        )  # fmt: skip
        session.add(
            Attachment(message_key=parent.key, part=2, name="Bilag æøå.pdf", type="application/pdf", size=9_000)
        )
        for number in range(6):
            parent = a_filed_message(
                session, portal, mailing_list, (anders, mette)[number % 2], now, ticket=session.get_one(Ticket, 1),
                is_lawyer=number % 2 == 0, in_reply_to=(parent.message_id,),
                text="Se artikel 28 og https://example.dk/" + "langt-ord" * 12,
            )  # fmt: skip
        ticket = session.get_one(Ticket, parent.ticket_key)
        ticket.topics, ticket.short_answer = ["indsigt"], "Ja, efter artikel 28, når naboen er part."
        put_something_aside(session, now)
        appointments.appoint(session, mette, Role.ADMINISTRATOR)
        secret = logins.make_login_link(session, mette, now)
        lawyers = logins.make_login_link(session, anders, now)
    search = Search(store, tmp_path / "search", "tests")
    search.update(now)
    journal.follow(store, places.make_follower(), now)
    stop = threading.Event()
    server = WebServer(
        create_app(store, portal, signer, b"x" * 32, search, system_clock, reception=Reception(hand_in, 30_000_000)),
        Web(listen=f"127.0.0.1:{port}"),
    )
    thread = threading.Thread(target=server.run, args=(stop,))
    thread.start()
    wait_for_port(port)
    yield Site(portal, search, f"{portal.base_url}/login/{secret}", f"{portal.base_url}/login/{lawyers}")
    stop.set()
    thread.join()


def put_something_aside(session: Session, now: datetime) -> None:
    """A stranger's message, and one with a long subject that failed."""
    usual = {
        "content_key": store_content(session, bytes(a_message(Subject="Må jeg være med?")), now), "door": "smtp",
        "return_path": "sam@fremmed.example.org", "recipient": "databeskyttelse@example.dk", "received_at": now,
        "next_attempt_at": now, "settled_at": now - timedelta(days=3), "author": "sam@fremmed.example.org",
    }  # fmt: skip
    long = {"recipient": f"databeskyttelse+{'0' * 34}@example.dk"}  # as signed ones are
    stranger = {"reason": Reason.STRANGER, "subject": "Må jeg være med?", "defects": ["has no believable Date"]}
    session.add(Arrival(**usual | long, **stranger, disposition=Disposition.HELD))
    failed = {"reason": Reason.FAILED, "subject": "langtord" * 30, "traceback": "Traceback: " + "x" * 300}
    session.add(Arrival(**usual, **failed, disposition=Disposition.QUARANTINED))


def violations(page: Page) -> list[str]:
    """What axe finds on a page that WCAG 2.1 AA forbids, or good practice does; the policy has to be bypassed."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate(f"axe.run({{runOnly: {RULES}}})")
    return [f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:120]}" for one in found["violations"]]


def faults_of(page: Page, width: int) -> list[str]:
    """What is wrong with a page in a window that is so wide."""
    is_wide = page.evaluate("document.documentElement.scrollWidth") > width
    return violations(page) + (["wider than the window"] if is_wide else [])
