"""Asked and answered on the pages by keyboard alone, in Chromium: nothing there needs a mouse or a script."""

import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from support.servers import find_program, free_port, wait_for_port
from support.writing_desk import WritingDesk
from tickets.database.models import MessageKind, Person, Status
from tickets.database.store import Store
from tickets.people import logins
from tickets.portal import Portal
from tickets.tokens import Signer
from web_archive.sections import Web
from web_archive.serving import WebServer

pytestmark = [pytest.mark.any_database, pytest.mark.slow]

MOST_TABS = 80


@pytest.fixture
def town(store: Store, signer: Signer, tmp_path: Path, now: datetime) -> Iterator[WritingDesk]:
    """A mail room whose pages are served."""
    port = free_port()
    portal = Portal(domain="example.dk", base_url=f"http://127.0.0.1:{port}", data_dir=tmp_path)
    pages, stop = WritingDesk(store, portal, signer, now), threading.Event()
    server = WebServer(pages.app, Web(listen=f"127.0.0.1:{port}"))
    thread = threading.Thread(target=server.run, args=(stop,))
    thread.start()
    wait_for_port(port)
    yield pages
    stop.set()
    thread.join()


@pytest.fixture
def page() -> Iterator[Page]:
    """A browser in which no script runs."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_program("chromium"), args=["--no-sandbox"])
        yield browser.new_context(locale="da-DK", java_script_enabled=False).new_page()
        browser.close()


def sit_down(town: WritingDesk, page: Page, person: Person, path: str) -> None:
    with town.store.transaction() as session:
        secret = logins.make_login_link(session, person, town.now)
    page.goto(f"{town.portal.base_url}/login/{secret}")
    go_to(page, "main button")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{town.portal.base_url}/")
    page.goto(f"{town.portal.base_url}{path}")


def go_to(page: Page, selector: str) -> None:
    """Press Tab until this has the focus."""
    wanted = page.locator(f"{selector}:focus")
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if wanted.count():
            return
    raise AssertionError(f"nobody gets to {selector} by keyboard")


def test_a_question_is_asked_and_answered_by_keyboard_alone(town: WritingDesk, page: Page) -> None:
    sit_down(town, page, town.mette, "/ask")
    go_to(page, "#subject")
    page.keyboard.type("Må vi dele billeder?")
    go_to(page, "#text")
    page.keyboard.type("Gælder det også børn?")
    go_to(page, "button[value=review]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/drafts/*")
    go_to(page, "main form[action^='/drafts/'] button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sent/*")
    town.arrivals()
    page.reload()
    assert "Dit spørgsmål er DB-1" in page.inner_text("main")

    sit_down(town, page, town.anders, "/desk?queue=all")
    go_to(page, "a[href='/desk/DB-1']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/DB-1")
    go_to(page, "button[value=begin]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/answer*")
    go_to(page, "#short")
    page.keyboard.type("Ja")
    page.keyboard.press("Enter")  # keeps what is typed, and sends nothing
    page.wait_for_function("true")
    assert town.arrivals()[-1].author == town.mette.email
    go_to(page, "#text")
    page.keyboard.type("Ja, når forældrene har sagt ja.")
    go_to(page, "input[name=then]:checked")
    page.keyboard.press("ArrowDown")
    go_to(page, "button[value=send]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sent/*")
    town.arrivals()

    assert town.messages()[-1].kind is MessageKind.ANSWER
    assert (town.ticket().status, town.ticket().short_answer) == (Status.CLOSED, "Ja")
