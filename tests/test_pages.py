"""The pages, as the public, a member, an asker and a lawyer get them."""

import re
from datetime import datetime
from pathlib import Path

import pytest
from builders import a_filed_message, a_lawyer, a_list, a_message, a_person, store_content
from flask.testing import FlaskClient
from sqlmodel import select

from tickets import links, logins, membership
from tickets.models import Attachment, Event, EventKind, Mode, Person, Subscription, Ticket, TicketKind, Visibility
from tickets.portal import Portal
from tickets.search import Search
from tickets.store import Store
from tickets.tokens import Signer
from web_archive.app import create_app

SECRET_WORDS = "Hemmeligheden om sagsbehandleren"


class Archive:
    """A list with an open, a confidential and a news ticket, and browsers for those who may see them or not."""

    def __init__(self, store: Store, portal: Portal, signer: Signer, folder: Path, now: datetime) -> None:
        self.store, self.portal, self.signer, self.now = store, portal, signer, now
        self.search = Search(store, folder, "tests")
        with store.transaction() as session:
            self.mailing_list = a_list(session, "Databeskyttelse", "DB", address="databeskyttelse@example.dk")
            self.people = {
                "asker": a_person(session),
                "member": a_person(session, "ole@oeby.example.dk", "Ole Følger"),
                "lawyer": a_lawyer(session, self.mailing_list),
            }
            asker = self.people["asker"]
            self.open = a_filed_message(
                session,
                portal,
                self.mailing_list,
                asker,
                now,
                subject="Må vi udlevere?",
                text="En afgørelse til naboen?",
            )
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
            self.hidden.content_key = self.open.content_key = store_content(session, bytes(raw), now)
            for message in (self.open, self.hidden):
                session.add(message)
                session.add(
                    Attachment(message_key=message.id or 0, part=2, name="bilag æøå.html", type="text/html", size=25)
                )
        while self.search.update(now):
            pass
        self.app = create_app(store, portal, signer, b"x" * 32, self.search, lambda: self.now)

    def browser(self, who: str) -> FlaskClient:
        client = self.app.test_client()
        if who != "public":
            with self.store.transaction() as session:
                secret = logins.make_login_link(session, self.people[who], self.now)
            assert press(client, f"/login/{secret}").status_code == 302
        return client


def press(client: FlaskClient, url: str, **fields: str) -> "object":
    """Send the form of a page with its own token, as a browser does."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(url, base_url=BASE).text)
    assert token
    return client.post(url, base_url=BASE, data={"csrf_token": token.group(1)} | fields)


BASE = "https://portal.example.dk"


@pytest.fixture
def archive(store: Store, portal: Portal, signer: Signer, tmp_path: Path, now: datetime) -> Archive:
    return Archive(store, portal, signer, tmp_path / "search", now)


def pages_about(archive: Archive, message: "object") -> list[str]:
    with archive.store.reading() as session:
        ticket = session.get_one(Ticket, message.ticket_key)  # type: ignore[attr-defined]
    path = message.path  # type: ignore[attr-defined]
    return [f"/t/DB-{ticket.number}", f"/m/{path}", f"/m/{path}/2"]


@pytest.mark.parametrize(
    ("who", "sees_open", "sees_hidden"),
    [("public", False, False), ("member", True, False), ("asker", True, True), ("lawyer", True, True)],
)
def test_what_one_may_not_see_is_not_there(archive: Archive, who: str, sees_open: bool, sees_hidden: bool) -> None:
    client = archive.browser(who)

    def statuses(message: object) -> set[int]:
        return {client.get(url, base_url=BASE).status_code for url in pages_about(archive, message)}

    assert statuses(archive.open) == {200 if sees_open else 404}
    assert statuses(archive.hidden) == {200 if sees_hidden else 404}


@pytest.mark.parametrize("who", ["public", "member"])
def test_a_confidential_ticket_leaves_no_trace(archive: Archive, who: str) -> None:
    client = archive.browser(who)
    urls = [
        "/", "/l/db", "/l/db?status=open", "/l/db?page=99", "/news", "/t/DB-1", "/t/DB-2", f"/m/{archive.hidden.path}",
        "/search?q=afgørelse", "/search?q=Hemmeligheden", "/search?q=DB-2", "/me", "/login",
    ]  # fmt: skip

    texts = [client.get(url, base_url=BASE).text for url in urls]

    assert not [url for url, text in zip(urls, texts, strict=True) if "Hemmeligheden om" in text]
    assert "DB-2" not in "".join(texts).replace('value="DB-2"', "")  # but for the words that were asked


def test_counts_leave_out_what_may_not_be_seen(archive: Archive) -> None:
    listed = {who: archive.browser(who).get("/l/db", base_url=BASE).text for who in ("member", "lawyer")}

    counts = {who: re.search(r'status=open"[^>]*>[^<]*<span class="small">(\d+)', text) for who, text in listed.items()}
    assert {who: found.group(1) for who, found in counts.items() if found} == {"member": "1", "lawyer": "2"}


def test_a_public_list_is_open_to_all_but_for_what_is_confidential(archive: Archive) -> None:
    with archive.store.transaction() as session:
        archive.mailing_list.is_public = True
        session.add(archive.mailing_list)

    client = archive.browser("public")

    assert client.get("/t/DB-1", base_url=BASE).status_code == 200
    assert client.get("/t/DB-2", base_url=BASE).status_code == 404
    assert "mailto:databeskyttelse+" not in client.get("/t/DB-1", base_url=BASE).text


def test_a_ticket_offers_the_readers_own_reply_address(archive: Archive) -> None:
    page = archive.browser("member").get("/t/DB-1", base_url=BASE).text

    address = links.reply_address(archive.signer, archive.mailing_list, 1, archive.people["member"].id or 0)
    assert f"mailto:{address}?subject=SV" in page


def test_an_attachment_is_saved_never_opened(archive: Archive) -> None:
    response = archive.browser("member").get(f"/m/{archive.open.path}/2", base_url=BASE)

    assert response.data == b"<script>alert(1)</script>"
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"] == "attachment; filename*=UTF-8''bilag%20%C3%A6%C3%B8%C3%A5.html"
    assert response.headers["Content-Security-Policy"].startswith("sandbox")
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_what_a_stranger_wrote_is_text(archive: Archive) -> None:
    evil = '<script>alert(1)</script> "><img src=x onerror=alert(2)> {{7*7}} https://x.example.org/"onclick="alert(3)'
    with archive.store.transaction() as session:
        a_filed_message(session, archive.portal, archive.mailing_list, archive.people["member"], archive.now,
                        subject=evil, text=evil, quoted=evil)  # fmt: skip
    archive.search.update(archive.now)
    client = archive.browser("member")

    for url in ("/", "/l/db", "/t/DB-4", "/search?q=alert"):
        page = client.get(url, base_url=BASE).text
        assert "{{7*7}}" in page
        assert "<script" not in page
        assert "<img" not in page
        assert not re.search(r"<[^>]*\son\w+=", page)


def test_searching_marks_the_hits(archive: Archive) -> None:
    page = archive.browser("member").get("/search?q=afgørelser", base_url=BASE).text

    assert "<mark>afgørelse</mark>" in page


def test_a_merged_tickets_old_number_leads_on(archive: Archive) -> None:
    member = archive.people["member"]
    with archive.store.transaction() as session:
        early = a_filed_message(session, archive.portal, archive.mailing_list, member, archive.now,
                                message_id="child@x", in_reply_to=("parent@x",))  # fmt: skip
        a_filed_message(session, archive.portal, archive.mailing_list, member, archive.now, message_id="parent@x")
    assert early.id

    response = archive.browser("member").get("/t/DB-4", base_url=BASE)

    assert response.headers["Location"] == "/t/DB-5"


@pytest.mark.parametrize(
    "url", ["/t/DB-x", "/t/DB-99999999999", "/t/XX-1", "/m/none", "/l/none", "/static/../app.py", "/x"]
)
def test_what_is_not_there_is_a_friendly_404(archive: Archive, url: str) -> None:
    response = archive.browser("member").get(url, base_url=BASE)

    assert response.status_code == 404
    assert "<h1>" in response.text


def test_every_page_is_guarded(archive: Archive) -> None:
    for url in ("/", "/login", "/nowhere", "/static/portal.css"):
        headers = archive.browser("public").get(url, base_url=BASE).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"


def test_no_page_needs_scripts_or_inline_style(archive: Archive) -> None:
    client = archive.browser("lawyer")

    for url in ("/", "/l/db", "/t/DB-1", "/search?q=afgørelse", "/me"):
        page = client.get(url, base_url=BASE).text
        assert "<script" not in page
        assert " style=" not in page


# -- access ----------------------------------------------------------------------------


def test_looking_at_a_login_link_spends_nothing_and_pressing_the_button_once_does(archive: Archive) -> None:
    with archive.store.transaction() as session:
        secret = logins.make_login_link(session, archive.people["member"], archive.now)
    client = archive.app.test_client()
    for _ in range(3):
        assert client.get(f"/login/{secret}", base_url=BASE).status_code == 200

    assert press(client, f"/login/{secret}").status_code == 302  # type: ignore[attr-defined]
    assert archive.app.test_client().get(f"/login/{secret}", base_url=BASE).status_code == 410
    cookie = client.get_cookie("__Host-portal", domain="portal.example.dk")
    assert cookie is not None
    assert cookie.secure
    assert cookie.http_only


def test_asking_for_a_link_looks_the_same_for_everybody(archive: Archive) -> None:
    client = archive.app.test_client()

    known = press(client, "/login", email="ole@oeby.example.dk")
    unknown = press(client, "/login", email="frank@example.org")

    assert known.text == unknown.text  # type: ignore[attr-defined]


def test_links_are_mailed_three_times_an_hour_at_most(archive: Archive) -> None:
    client = archive.app.test_client()
    for _ in range(5):
        press(client, "/login", email="ole@oeby.example.dk")

    with archive.store.reading() as session:
        asked = [event for event in session.exec(select(Event)) if event.kind is EventKind.LOGIN_ASKED]
    assert len(asked) == 3


@pytest.mark.parametrize("url", ["/login", "/logout", "/me"])
def test_a_form_without_its_token_is_refused(archive: Archive, url: str) -> None:
    assert archive.browser("member").post(url, base_url=BASE).status_code == 400


def test_logging_out_ends_the_session_everywhere(archive: Archive) -> None:
    client = archive.browser("member")
    cookie = client.get_cookie("__Host-portal", domain="portal.example.dk")
    assert cookie
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/", base_url=BASE).text)
    assert token
    client.post("/logout", base_url=BASE, data={"csrf_token": token.group(1)})

    thief = archive.app.test_client()
    thief.set_cookie("__Host-portal", cookie.value, domain="portal.example.dk", secure=True)
    assert thief.get("/t/DB-1", base_url=BASE).status_code == 404


def subscription(archive: Archive, person: Person) -> Mode:
    with archive.store.reading() as session:
        return membership.mode_of(session, person, archive.mailing_list)


def test_one_click_leaves_a_list_and_looking_does_not(archive: Archive) -> None:
    member = archive.people["member"]
    with archive.store.transaction() as session:
        session.add(
            Subscription(person_key=member.id or 0, mailing_list_key=archive.mailing_list.id or 0, since=archive.now)
        )
    url = links.unsubscribe_url(archive.portal, archive.signer, archive.mailing_list.id or 0, member.id or 0)
    path = url.removeprefix(BASE)
    client = archive.app.test_client()

    assert client.get(path, base_url=BASE).status_code == 200
    assert subscription(archive, member) is Mode.WEEKLY
    assert client.post(path, base_url=BASE, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert subscription(archive, member) is Mode.NONE


def test_a_forged_link_for_leaving_is_a_404(archive: Archive) -> None:
    assert archive.app.test_client().post("/unsubscribe/" + "0" * 34, base_url=BASE).status_code == 404


def test_a_member_chooses_how_to_get_a_list(archive: Archive) -> None:
    client = archive.browser("member")

    press(client, "/me", list="Databeskyttelse", mode="each")

    assert subscription(archive, archive.people["member"]) is Mode.EACH
