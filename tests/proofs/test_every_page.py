"""Every page that links lead to, as each role, wide and narrow, by day and by night; and three hundred payloads."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import product
from typing import Literal
from urllib.parse import quote, urldefrag, urlsplit

import pytest
from playwright.sync_api import Browser, Page
from sqlmodel import col, select

from support.builders import a_filed_message, a_person
from support.checkout import HOUSE
from support.site import AXE, WIDTHS, Site, faults_of, violations, watch
from support.site import chromium as chromium
from support.site import site as site
from tickets.database.models import Attachment, MailingList, Organisation, Publication, Ticket, Visibility
from tickets.database.store import Store, system_clock

pytestmark = [pytest.mark.any_database, pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed")]

MOST_ALIKE = 6  # pages of one shape
SHAPES = {  # what a crawl has to come by, or it has proved nothing
    "stranger": {"/", "/login", "/help", "/contact", "/privacy", "/was"},
    "administrator": {
        "/", "/held", "/held/0", "/me", "/news", "/search", "/ask", "/l/db", "/t/DB-0", "/m/0", "/ret/gdpr/0",
    },
    "lawyer": {"/", "/desk", "/desk/DB-0", "/t/DB-0", "/t/DB-0/reply", "/emne/0", "/ret/gdpr"},
}  # fmt: skip
IS_FILE = re.compile(r"\.\w{2,4}$")  # to be saved
CALLED = (
    "(one => one.tagName + ' ' + (one.getAttribute('aria-label') || one.innerText || one.id))(document.activeElement)"
)
BEGINNINGS = ("/", "/login", "/login/code", "/search?q=afgørelse", "/search?q=xyzzyq", "/x")


def shape_of(path: str) -> str:
    """A path without what tells pages of one kind apart."""
    plain = re.sub(r"^/(m|emne|svar|drafts|sent)/[^/]+", r"/\1/0", urlsplit(path).path)
    return re.sub(r"\d+", "0", plain)


def crawl(page: Page, base_url: str) -> Iterator[str]:
    """Open whatever links lead to, so many pages of each shape; the path of each, once it is open."""
    waiting, seen, alike = list(BEGINNINGS), set(BEGINNINGS), Counter[str]()
    while waiting:
        path = waiting.pop(0)
        shape = shape_of(path)
        alike[shape] += 1
        if alike[shape] > MOST_ALIKE:
            continue
        answer = page.goto(base_url + path)
        assert answer
        assert answer.status < 500, path
        yield path
        found = page.eval_on_selector_all("a[href]:not([download])", "all => all.map(one => one.href)")
        own = (urldefrag(one)[0].removeprefix(base_url) for one in found if one.startswith(base_url + "/"))
        new = [one for one in dict.fromkeys(own) if one not in seen and not IS_FILE.search(urlsplit(one).path)]
        seen.update(new)
        waiting += new


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("role", list(SHAPES))
def test_every_page_that_links_lead_to_is_accessible_and_fits(
    chromium: Browser, site: Site, role: str, scheme: Literal["light", "dark"]
) -> None:
    context = chromium.new_context(locale="da-DK", bypass_csp=True, color_scheme=scheme)
    page = context.new_page()
    if role != "stranger":
        page.goto(site.way_in if role == "administrator" else site.lawyers_way_in)
        page.click("main button")
    faults, shapes = [], set()

    for path in crawl(page, site.portal.base_url):
        shapes.add(shape_of(path))
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            faults += [f"{path} at {width}: {fault}" for fault in faults_of(page, width)]
    page.set_content("<html><body><img src=x><p style='color:#ccc;background:#fff'>svagt</p></body></html>")
    told = violations(page)
    context.close()

    assert faults == []
    assert SHAPES[role] - shapes == set()
    assert {one.partition(":")[0] for one in told} >= {"image-alt", "color-contrast", "html-has-lang"}


def test_who_has_no_mouse_logs_in_searches_and_reads(chromium: Browser, site: Site) -> None:
    context = chromium.new_context(locale="da-DK")
    page = context.new_page()
    page.goto(site.way_in)

    def go_to(what: str) -> None:
        """Press Tab until something that is called so has the focus."""
        for _ in range(60):
            page.keyboard.press("Tab")
            name = page.evaluate(CALLED)
            if what in name:
                return
        pytest.fail(f"Tab does not come to {what}")

    go_to("BUTTON Log ind")
    page.keyboard.press("Enter")
    page.wait_for_selector("#q")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    go_to("INPUT q")
    page.keyboard.type("aktindsigt")
    page.keyboard.press("Enter")
    page.wait_for_selector("ol.hits")
    go_to("A Må vi udlevere")
    page.keyboard.press("Enter")
    page.wait_for_selector("article.message")
    go_to("A Til hele svaret")
    page.keyboard.press("Enter")

    assert "#m" in page.url
    context.close()


def test_a_ticket_is_printed_with_its_number_and_pages_are_counted(chromium: Browser, site: Site) -> None:
    context = chromium.new_context(locale="da-DK")
    page = context.new_page()
    page.goto(site.way_in)
    page.click("main button")
    page.goto(f"{site.portal.base_url}/t/DB-1")
    page.emulate_media(media="print")

    assert "DB-1" in page.inner_text(".printed")
    assert "udskrevet" in page.inner_text(".printed")
    assert not page.is_visible("body > header")
    assert page.pdf().startswith(b"%PDF")
    context.close()


# -- three hundred payloads ------------------------------------------------------------

DOES = (
    "alert(1)", "fetch('//evil.example.org')", "new Image().src='//evil.example.org/p'",
    "location='//evil.example.org'", "document.title='owned'",
)  # fmt: skip
MARKUP = (HOUSE / "tests/messages/markup.txt").read_text(encoding="utf-8").splitlines()  # {0}: what it does
PAYLOADS = [shape.replace("{0}", does) for shape, does in product(MARKUP, DOES)]
EACH = 15  # messages of a ticket


def spread(store: Store, site: Site) -> int:
    """Every payload in every field that mail, a lawyer or a form can fill; how many tickets that are."""
    with store.transaction() as session:
        mailing_list = session.get_one(MailingList, 1)
        mailing_list.description = PAYLOADS[0]
        ticket = None
        for number, payload in enumerate(PAYLOADS):
            author = a_person(session, f"p{number}@evil{number}.example.org", payload)
            organisation = session.get_one(Organisation, author.organisation_key)
            organisation.name = f"{payload} {number}"
            message = a_filed_message(
                session, site.portal, mailing_list, author, system_clock(), subject=payload, quoted=payload,
                text=f"nyttelast {payload}", signature=payload, ticket=ticket if number % EACH else None,
            )  # fmt: skip
            ticket = session.get_one(Ticket, message.ticket_key)
            ticket.topics, ticket.short_answer = [*ticket.topics, payload[:40]], payload
            session.add_all([
                organisation, Attachment(message_key=message.key, part=2, name=payload, type="text/html", size=1),
            ])  # fmt: skip
            if number % EACH == 0:
                session.add(Publication(
                    ticket_key=ticket.key, mailing_list_key=1, path=f"nyttelast-abc{number:03}", subject=payload,
                    question=payload, answer=payload, short_answer=payload, topics=[payload],
                    published_at=system_clock(), visibility=Visibility.OPEN, drafted_at=system_clock(),
                ))  # fmt: skip
        return session.exec(select(Ticket.number).order_by(col(Ticket.number).desc())).first() or 0


def test_no_payload_runs_or_fetches_wherever_it_stands(chromium: Browser, store: Store, site: Site) -> None:
    assert len(PAYLOADS) >= 300
    newest = spread(store, site)
    while site.search.update(system_clock()):
        pass
    context = chromium.new_context(locale="da-DK")
    page = context.new_page()
    requests, ran = watch(page)
    base_url = site.portal.base_url
    page.goto(site.lawyers_way_in)
    page.click("main button")

    published = [f"/svar/nyttelast-abc{number:03}" for number in range(0, len(PAYLOADS), EACH)]
    tickets = [f"/t/DB-{number}" for number in range(1, newest + 1)]
    paths = ["/", "/l/db", "/l/db?page=2", "/desk?queue=all", *tickets, "/desk/DB-2", "/desk/DB-3", *published]
    asked = [f"/search?q={quote(one)}" for one in PAYLOADS]
    asked += [f"/ask?list=DB&subject={quote(one)}" for one in PAYLOADS[::10]]
    asked += [f"/login?next={quote(one)}" for one in PAYLOADS[::10]]
    for path in (*paths, *asked):
        page.goto(base_url + path)
        if "owned" in page.title():
            ran.append(path)
        for summary in page.query_selector_all("summary")[:3]:
            summary.click()
    context.close()

    assert [one for one in ran if "404" not in one and "403" not in one] == []
    assert not [url for url in requests if not url.startswith(base_url + "/")]
