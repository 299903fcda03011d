"""A mail room with pages on which its people write: what they send is processed at once."""

import html
import re
from datetime import datetime
from io import BytesIO

import pytest
from sqlmodel import select
from werkzeug.test import TestResponse

from mailer.intake.web_forms import hand_in
from support.archive import BASE, Browser
from support.command_desk import CommandDesk
from tickets.database.models import Arrival, Person, WebDraft
from tickets.database.store import Store
from tickets.people import logins
from tickets.portal import Portal
from tickets.search.searching import Search
from tickets.tokens import Signer
from tickets.writing import drafts
from web_archive.app import create_app
from web_archive.rendering import Reception

MOST = 200_000_000  # octets of a message, unless a test says another
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


class Writer(Browser):
    """A browser that fills in forms as they stand on a page."""

    def fill(self, page: str, to: str = "", on: "Writer | None" = None, **fields: object) -> TestResponse:
        """Send the form of a page, as it is shown here or to another, to where it goes, with what is typed into it."""
        shown = (on or self).get(page)
        form = next(one for one in re.findall(r"<form.*?</form>", shown.text, re.DOTALL) if 'name="form"' in one)
        hidden = {name: html.unescape(value) for name, value in HIDDEN.findall(form)}
        return self.client.post(to or page, base_url=BASE, data=hidden | fields)

    def push(self, page: str, label: str, on: TestResponse | None = None) -> TestResponse:
        """Press the button of this label on a page."""
        shown = on or self.get(page)
        for form in re.findall(r"<form.*?</form>", shown.text, re.DOTALL):
            for button in re.findall(r"<button[^>]*>[^<]*</button>", form):
                if label in button:
                    fields = dict(HIDDEN.findall(form)) | dict(re.findall(r'name="(\w+)" value="([^"]*)"', button))
                    action = re.search(r'action="([^"]+)"', form)
                    return self.client.post(action.group(1) if action else page, base_url=BASE, data=fields)
        raise AssertionError(f"{page} has no button {label}")


class WritingDesk(CommandDesk):
    """The people of a mail room, each with a browser in which they are logged in."""

    def __init__(self, store: Store, portal: Portal, signer: Signer, now: datetime) -> None:
        super().__init__(store, portal, signer, now)
        self.search = Search(store, portal.data_dir / "search", "tests")
        self.open_pages()

    def open_pages(self, max_size: int = MOST) -> None:
        """Pages on which messages of this size may be written; of none, where nothing is handed in."""
        self.app = create_app(
            self.store, self.portal, self.signer, b"x" * 32, self.search, lambda: self.now,
            reception=Reception(hand_in, max_size) if max_size else None,
        )  # fmt: skip

    def writer(self, person: Person | None = None) -> Writer:
        """The browser of somebody, logged in by a mailed link, or of nobody."""
        writer = Writer(self.app.test_client())
        if person is not None:
            with self.store.transaction() as session:
                secret = logins.make_login_link(session, person, self.now)
            assert writer.press(f"/login/{secret}").status_code == 302
        return writer

    def arrivals(self) -> list[Arrival]:
        """Everything that came in, processed."""
        found = self.process()
        self.distribute()
        return found

    def drafts_of(self, person: Person) -> list[WebDraft]:
        with self.store.reading() as session:
            return drafts.open_drafts(session, person)

    def all_drafts(self) -> list[WebDraft]:
        with self.store.reading() as session:
            return list(session.exec(select(WebDraft)))


def a_file(octets: bytes, name: str) -> tuple[BytesIO, str]:
    """A file as a browser sends it."""
    return BytesIO(octets), name


@pytest.fixture
def pages(store: Store, portal: Portal, signer: Signer, now: datetime) -> WritingDesk:
    return WritingDesk(store, portal, signer, now)
