"""The pages in Chromium: no accessibility faults, no errors, nothing wider than a phone."""

import os
from typing import Literal
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser

from support.builders import a_filed_message, a_person
from support.site import AXE, WIDTHS, Site, faults_of, watch
from support.site import chromium as chromium
from support.site import site as site
from tickets.database.models import Attachment, MailingList, Organisation
from tickets.database.store import Store, system_clock
from tickets.portal import Portal

pytestmark = pytest.mark.any_database

BOXES_OF_THE_MENU = (
    "JSON.stringify([...document.querySelectorAll('body > header *')].map(e => e.getBoundingClientRect()))"
)


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


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_every_page_is_accessible_and_fits(
    chromium: Browser, site: Site, scheme: Literal["light", "dark"], width: int
) -> None:
    """In two ways; `tests/proofs/test_every_page.py` looks in all ways at whatever links lead to."""
    if not AXE.exists() and not os.environ.get("CI"):
        pytest.skip("axe-core is not installed")
    base_url = site.portal.base_url
    outside, inside = (
        ("/", "/login", "/login/code", "/t/DB-1", "/help", "/contact", "/privacy", "/was"),
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
            "/mine",
            "/ret/gdpr/28",
            "/emne/indsigt",
            "/ask",
            "/t/DB-1/reply",
        ),
    )
    # Without the policy of our pages, else axe itself could not be run.
    context = chromium.new_context(locale="da-DK", bypass_csp=True, color_scheme=scheme)
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    faults: list[str] = []

    def look(paths: tuple[str, ...]) -> None:
        for path in paths:
            page.goto(base_url + path)
            faults.extend(f"{path}: {fault}" for fault in faults_of(page, width))

    look(outside)
    page.goto(site.way_in)
    page.click("main button")
    look(inside)
    page.goto(f"{base_url}/held/1")
    page.click("text=Åbn mailen")
    assert "Subject: " in page.inner_text("pre.raw")
    faults.extend(f"the raw message: {fault}" for fault in faults_of(page, width))
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
    requests, ran = watch(page)
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
