"""The pages in Chromium: no accessibility faults, no errors, nothing wider than a phone."""

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from sqlmodel import Session

from mailer.intake.web_forms import hand_in
from support.builders import a_filed_message, a_lawyer, a_list, a_message, a_person, store_content
from support.checkout import HOUSE
from support.servers import find_program, free_port, wait_for_port
from tickets.database.models import Arrival, Attachment, Disposition, MailingList, Organisation, Role, Ticket
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

pytestmark = pytest.mark.any_database

AXE = HOUSE / "node_modules/axe-core/axe.min.js"
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
WIDTHS = (1280, 390)
BOXES_OF_THE_MENU = (
    "JSON.stringify([...document.querySelectorAll('body > header *')].map(e => e.getBoundingClientRect()))"
)


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
                text="Se https://example.dk/" + "langt-ord" * 12,
            )  # fmt: skip
        put_something_aside(session, now)
        appointments.appoint(session, mette, Role.ADMINISTRATOR)
        secret = logins.make_login_link(session, mette, now)
        lawyers = logins.make_login_link(session, anders, now)
    search = Search(store, tmp_path / "search", "tests")
    search.update(now)
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


PAYLOADS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(2)>", '"><svg onload=alert(3)>', "' onmouseover='alert(4)",
    "javascript:alert(5)//http://x", "{{7*7}}{% raw %}", "<iframe srcdoc='<script>alert(6)</script>'></iframe>",
    "<link rel=stylesheet href=//evil.example.org/x.css>", "<style>@import '//evil.example.org/y.css'</style>",
    "<img src=https://evil.example.org/pixel.gif>", "</textarea></title><script>alert(7)</script>", "\u202e<!--",
    "&lt;b&gt;", "http://evil.example.org/'onclick='alert(8)'", "https://evil.example.org/<script>alert(9)</script>",
    "<meta http-equiv=refresh content='0;url=//evil.example.org'>", "<base href=//evil.example.org/>",
    "<form action=//evil>",
]  # fmt: skip


def spread_payloads(store: Store, portal: Portal) -> None:
    """A ticket for each payload, with it in every field that a stranger writes."""
    with store.transaction() as session:
        mailing_list = session.get_one(MailingList, 1)
        mailing_list.description = " ".join(PAYLOADS)
        session.add(mailing_list)
        for number, payload in enumerate(PAYLOADS):
            author = a_person(session, f"p{number}@evil{number}.example.org", payload)
            organisation = session.get_one(Organisation, author.organisation_key)
            organisation.name = f"{payload} {number}"
            message = a_filed_message(
                session, portal, mailing_list, author, system_clock(), subject=payload, text=f"payload {payload}",
                quoted=payload,
            )  # fmt: skip
            session.add_all([
                organisation, Attachment(message_key=message.key, part=2, name=payload, type="text/html", size=1),
            ])  # fmt: skip


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate("axe.run()")
    return [f"{one['id']}: {one['help']}" for one in found["violations"] if one["impact"] in ("serious", "critical")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_and_fits(chromium: Browser, site: Site, scheme: Literal["light", "dark"]) -> None:
    if not AXE.exists() and not os.environ.get("CI"):
        pytest.skip("axe-core is not installed")
    base_url = site.portal.base_url
    outside, inside = (
        ("/", "/login", "/t/DB-1"),
        (
            "/",
            "/l/db",
            "/t/DB-1",
            "/search?q=afgørelse",
            "/me",
            "/news",
            "/x",
            "/held",
            "/held?done=retry&number=2",
            "/held/1",
            "/held/2",
            "/ask",
            "/t/DB-1/reply",
        ),
    )
    # Without the policy of our pages, else axe itself could not be run.
    context = chromium.new_context(locale="da-DK", bypass_csp=True, color_scheme=scheme)
    page = context.new_page()
    faults: list[str] = []

    def look(paths: tuple[str, ...]) -> None:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            for path in paths:
                page.goto(base_url + path)
                faults.extend(f"{path} at {width}: {fault}" for fault in violations(page))
                if page.evaluate("document.documentElement.scrollWidth") > width:
                    faults.append(f"{path} at {width}: wider than the window")

    look(outside)
    page.goto(site.way_in)
    page.click("main button")
    look(inside)
    page.goto(f"{base_url}/held/1")
    page.click("text=Åbn mailen")
    assert "Subject: " in page.inner_text("pre.raw")
    faults.extend(f"the raw message: {fault}" for fault in violations(page))
    page.goto(site.lawyers_way_in)
    page.click("main button")
    look(("/desk?queue=all", "/desk/DB-1", "/desk/standards", "/desk/DB-1/publication"))
    context.close()

    assert faults == []


def test_the_menu_stands_in_the_same_place_on_every_page(chromium: Browser, site: Site) -> None:
    context = chromium.new_context(locale="da-DK")
    page = context.new_page()
    page.goto(site.way_in)
    page.click("main button")
    places: dict[int, set[str]] = {}

    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for path in ("/", "/news", "/search?q=x", "/me", "/held"):
            page.goto(site.portal.base_url + path)
            places.setdefault(width, set()).add(page.evaluate(BOXES_OF_THE_MENU))
    context.close()

    assert [len(seen) for seen in places.values()] == [1, 1]


def test_nothing_that_strangers_wrote_runs_or_fetches(chromium: Browser, store: Store, site: Site) -> None:
    spread_payloads(store, site.portal)
    while site.search.update(system_clock()):
        pass
    context = chromium.new_context(locale="da-DK")
    page = context.new_page()
    requests: list[str] = []
    ran: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
    page.on("console", lambda message: ran.append(message.text))
    page.on("pageerror", lambda error: ran.append(str(error)))
    base_url = site.portal.base_url
    page.goto(site.way_in)
    page.click("main button")

    tickets = [f"/t/DB-{number + 2}" for number in range(len(PAYLOADS))]
    for path in ("/", "/l/db", "/search?q=payload", *(f"/search?q={quote(one)}" for one in PAYLOADS), *tickets):
        page.goto(base_url + path)
        if "/t/" in path:
            page.click("summary")
            page.hover(".prose")
    context.close()

    assert ran == []
    assert not [url for url in requests if not url.startswith(base_url + "/")]
