"""A small archive for the tests of its pages, and browsers for the people who read in it."""

import re
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mailer.intake.web_forms import hand_in
from support.builders import a_filed_message, a_lawyer, a_list, a_message, a_person, store_content
from support.children import keeper_of, lay_out
from tickets.database.models import Attachment, Message, TicketKind, Visibility
from tickets.database.store import Store
from tickets.people import logins
from tickets.portal import Portal
from tickets.search.searching import Search
from tickets.tokens import Signer
from web_archive.app import create_app
from web_archive.rendering import Reception

BASE = "https://portal.example.dk"
MOST = 30_000_000  # octets of a message
SECRET_WORDS = "Hemmeligheden om sagsbehandleren"


class Archive:
    """A list with an open ticket (DB-1), a confidential one (DB-2) and news (DB-3), each in its own words."""

    def __init__(self, store: Store, portal: Portal, signer: Signer, folder: Path, now: datetime) -> None:
        self.store, self.portal, self.signer, self.now = store, portal, signer, now
        self.search = Search(store, folder, "tests")
        with store.transaction() as session:
            self.mailing_list = a_list(session, "Databeskyttelse", "DB", address="databeskyttelse@example.dk")
            asker = a_person(session)
            self.people = {
                "asker": asker,
                "member": a_person(session, "ole@oeby.example.dk", "Ole Følger"),
                "lawyer": a_lawyer(session, self.mailing_list),
            }
            self.open = a_filed_message(
                session, portal, self.mailing_list, asker, now,
                subject="Må vi udlevere?", text="En afgørelse til naboen?",
            )  # fmt: skip
            self.hidden = a_filed_message(
                session, portal, self.mailing_list, asker, now,
                subject=SECRET_WORDS, text=f"{SECRET_WORDS} afgørelse", visibility=Visibility.CONFIDENTIAL,
            )  # fmt: skip
            self.news = a_filed_message(
                session, portal, self.mailing_list, self.people["lawyer"], now,
                subject="Ny vejledning", kind=TicketKind.NEWS,
            )  # fmt: skip
            raw = a_message()
            raw.add_attachment(b"<script>alert(1)</script>", maintype="text", subtype="html", filename="bilag æøå.html")
            content_key = store_content(session, bytes(raw), now)
            for message in (self.open, self.hidden):
                message.content_key = content_key
                session.add(message)
                session.add(
                    Attachment(message_key=message.key, part=2, name="bilag æøå.html", type="text/html", size=25)
                )
        self.index()
        take_out = keeper_of(portal).take_out
        self.app = create_app(
            store,
            portal,
            signer,
            b"x" * 32,
            self.search,
            lambda: self.now,
            take_out=take_out,
            reception=Reception(hand_in, MOST),
        )
        lay_out(store, portal, now)

    def index(self) -> None:
        while self.search.update(self.now):
            pass

    def browser(self, who: str = "public") -> "Browser":
        """The browser of somebody of `people`, logged in by a mailed link, or of the public."""
        browser = Browser(self.app.test_client())
        if who != "public":
            with self.store.transaction() as session:
                secret = logins.make_login_link(session, self.people[who], self.now)
            assert browser.press(f"/login/{secret}").status_code == 302
        return browser

    def address_of(self, message: Message) -> str:
        return f"/m/{message.path}"


class Browser:
    """Asks for pages as people do: at the portal's own address, sending the forms it was shown."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, url: str, **more: object) -> TestResponse:
        return self.client.get(url, base_url=BASE, **more)

    def text(self, url: str) -> str:
        return self.get(url).text

    def post(self, url: str, **fields: str) -> TestResponse:
        """A form from elsewhere: without the token of ours."""
        return self.client.post(url, base_url=BASE, data=fields)

    def press(self, url: str, form_on: str = "", **fields: str) -> TestResponse:
        """Send the form that stands on a page, by default that of the address itself."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.text(form_on or url))
        assert token, f"no form on {form_on or url}"
        return self.post(url, csrf_token=token.group(1), **fields)

    @property
    def cookie(self) -> str:
        found = self.client.get_cookie("__Host-portal", domain=urlsplit(BASE).hostname or "")
        return found.value if found else ""
