"""A link from a letter, followed by who is not logged in: the way in, the same for everything, and on to that page."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlmodel import select

from mailer.letters.distribution import distributor
from support.archive import BASE, Archive, Browser
from tickets import journal
from tickets.database.models import Event, EventKind, Letter, LetterKind, LoginAim
from tickets.database.store import Store
from tickets.people import logins
from tickets.portal import Portal
from tickets.tokens import Signer


@pytest.fixture
def archive(store: Store, portal: Portal, signer: Signer, tmp_path: Path, now: datetime) -> Archive:
    made = Archive(store, portal, signer, tmp_path / "search", now)
    journal.follow(store, distributor(portal, signer), now)
    return made


def make_public(archive: Archive) -> None:
    with archive.store.transaction() as session:
        archive.mailing_list.is_public = True
        session.add(archive.mailing_list)


def plain(page: str) -> str:
    """A page without the token of its form."""
    return re.sub(r'name="csrf_token" value="[^"]+"', "", page)


def ask(archive: Archive, browser: Browser, path: str, email: str = "ole@oeby.example.dk") -> None:
    """Follow a link, and send the form that is shown in its place, as it stands there."""
    shown = browser.text(path)
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', shown))
    fields = {name: value.replace("&amp;", "&") for name, value in fields.items()}
    assert browser.post("/login", email=email, **fields).status_code == 200


def mailed_links(archive: Archive) -> list[str]:
    """The ways in that were mailed, oldest first."""
    journal.follow(archive.store, distributor(archive.portal, archive.signer), archive.now)
    with archive.store.reading() as session:
        letters = session.exec(select(Letter).where(Letter.kind == LetterKind.LOGIN).order_by(Letter.id)).all()  # type: ignore[arg-type]
    texts = [letter.octets.replace(b"=\r\n", b"").decode() for letter in letters]
    return [re.findall(r"https://portal\.example\.dk(/login/[\w-]+)", text)[0] for text in texts]


def where_it_leads(archive: Archive, path: str) -> str:
    """The page on which somebody ends who followed a link, asked for a way in, and opened it on another machine."""
    ask(archive, archive.browser(), path)
    return archive.browser().press(mailed_links(archive)[-1]).headers["Location"]


@pytest.mark.alike
@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/t/DB-24", "Log ind for at læse DB-24"), ("/t/db-1", "Log ind for at læse DB-1"),
        ("/m/" + "a" * 22, "Log ind for at læse mailen"), ("/l/db", "Log ind for at læse listen"),
        ("/l/db/2026-W48", "Log ind for at se siden"),
        ("/held/3", "Log ind for at se siden"), ("/me", "Log ind for at se siden"),
        ("/search?q=logfiler", "Log ind for at søge"), ("/m/x/2", "Log ind for at se siden"),
        ("/t/%3Cscript%3E-5", "Log ind for at se siden"),
    ],
)  # fmt: skip
def test_who_is_not_logged_in_is_asked_to_by_the_name_of_what_they_want(archive: Archive, path: str, says: str) -> None:
    response = archive.browser().get(path)

    assert response.status_code == 403
    assert f"<h1>{says}</h1>" in response.text
    assert "404" not in response.text
    assert 'type="email"' in response.text


@pytest.mark.parametrize("is_public", [False, True])
def test_what_is_there_and_what_is_not_look_the_same(archive: Archive, is_public: bool) -> None:
    if is_public:
        make_public(archive)
    there, not_there = "/t/DB-2", "/t/DB-9"
    paths = [archive.address_of(archive.hidden), "/m/" + "0" * 22]

    tickets = [archive.browser().get(path) for path in (there, not_there)]
    messages = [archive.browser().get(path) for path in paths]

    assert [one.status_code for one in (*tickets, *messages)] == [403] * 4
    assert plain(tickets[0].text).replace("DB-2", "DB-9") == plain(tickets[1].text)
    assert plain(messages[0].text).replace(paths[0][3:], paths[1][3:]) == plain(messages[1].text)
    assert dict(tickets[0].headers) | {"Set-Cookie": ""} == dict(tickets[1].headers) | {"Set-Cookie": ""}


@pytest.mark.parametrize("is_public", [False, True])
def test_what_is_there_and_what_is_not_are_asked_for_alike(archive: Archive, is_public: bool) -> None:
    """So that the time of an answer tells nothing either."""
    if is_public:
        make_public(archive)
    asked: list[str] = []
    event.listen(archive.store.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    def questions(path: str) -> list[str]:
        asked.clear()
        archive.browser().get(path)
        return list(asked)

    assert questions("/t/DB-2") == questions("/t/DB-9")
    assert questions(archive.address_of(archive.hidden)) == questions("/m/" + "0" * 22)
    if not is_public:
        assert not any("FROM tickets" in one or "FROM messages" in one for one in questions("/t/DB-2"))


@pytest.mark.alike
@pytest.mark.parametrize(
    "path",
    [
        "/t/DB-1",
        "/l/db",
        "/l/db/2026-W48",
        "/news",
        "/me",
        "/search?q=logfiler+%C3%A6&order=newest",
        "/held",
        "/t/DB-9",
    ],
)
def test_the_mailed_way_in_leads_to_the_page_that_was_wanted(archive: Archive, path: str) -> None:
    assert where_it_leads(archive, path) == path


def test_the_way_leads_to_the_message_that_the_letter_was_about(archive: Archive) -> None:
    assert where_it_leads(archive, archive.address_of(archive.open)) == archive.address_of(archive.open)
    assert where_it_leads(archive, "/t/DB-1?m=1") == "/t/DB-1?m=1#m1"
    assert 'id="m1"' in archive.browser("member").text("/t/DB-1?m=1")
    assert where_it_leads(archive, "/t/DB-1?m=1%22%3Ex") == "/t/DB-1?m=1%22%3Ex"


def test_each_way_in_leads_where_it_was_asked_for(archive: Archive) -> None:
    for path in ("/t/DB-1", "/login", "/news"):
        ask(archive, archive.browser(), path)
        archive.now += timedelta(seconds=1)
    links = mailed_links(archive)  # the follower makes all of them at once

    assert archive.browser().press(links[-1]).headers["Location"] == "/news"
    with archive.store.reading() as session:
        assert session.exec(select(LoginAim)).all() == []
        assert len(session.exec(select(Event).where(Event.kind == EventKind.LOGIN_ASKED)).all()) == len(links) == 3


def test_a_link_that_is_used_up_offers_a_new_one_to_the_same_page(archive: Archive) -> None:
    ask(archive, archive.browser(), "/t/DB-1")
    (link,) = mailed_links(archive)
    archive.browser().press(link)

    spent = archive.browser().get(link)

    assert spent.status_code == 410
    assert 'href="/login?next=%2Ft%2FDB-1"' in spent.text
    assert "Log ind for at læse DB-1" in archive.browser().text("/login?next=%2Ft%2FDB-1")


@pytest.mark.alike
@pytest.mark.parametrize(
    "aim",
    ["https://evil.example.org", "//evil.example.org", "/\\evil.example.org", "/%5cevil.example.org", "///evil",
     "/%2fevil.example.org", "https:/t/DB-1", "//evil.example.org/t/DB-1", "javascript:alert(1)", "/logout", "/login",
     "/t/DB-1%0d%0aX: y", "/t/DB-1\r\nX: y", "/t/DB-1/../../x", "/unsubscribe/x", "/t/DB-1" + "?q=" + "x" * 400,
     "http://[::1", "/t/\0DB-1", "t/DB-1", "", "/static/portal.css", "@evil.example.org/t/DB-1"],
)  # fmt: skip
def test_a_way_in_leads_to_pages_of_ours_alone(archive: Archive, aim: str) -> None:
    browser = archive.browser()
    browser.press("/login", email="ole@oeby.example.dk", next=aim)
    (link,) = mailed_links(archive)

    response = archive.browser().press(link, next=aim)

    assert response.headers["Location"] == "/"
    assert "evil" not in archive.browser().get("/login", query_string={"next": aim}).text


def test_a_path_in_the_database_is_looked_at_again(archive: Archive) -> None:
    with archive.store.transaction() as session:
        secret = logins.make_login_link(session, archive.people["member"], archive.now, "//evil.example.org")

    assert archive.browser().press(f"/login/{secret}").headers["Location"] == "/"


def test_asking_tells_nobody_whether_the_address_or_the_page_is_there(archive: Archive) -> None:
    answers = set()
    for path in ("/t/DB-2", "/t/DB-9"):
        for email in ("ole@oeby.example.dk", "frank@example.org"):
            page = archive.browser().press("/login", form_on=path, email=email, next=path).text
            answers.add(plain(page).replace("DB-2", "DB-9"))

    assert len(answers) == 1


def test_nothing_changes_by_looking_and_a_lost_session_is_told_after_a_button(archive: Archive) -> None:
    browser = archive.browser()

    for path in ("/t/DB-1", "/login?next=/t/DB-1"):
        assert browser.client.head(path, base_url=BASE).status_code in (200, 403)
    pressed = browser.press("/me", list="Databeskyttelse", mode="each")

    assert pressed.headers["Location"] == "/login?next=%2Fme"
    with archive.store.reading() as session:
        assert session.exec(select(LoginAim)).all() == []


def test_a_reader_of_a_public_list_logs_in_from_where_they_are(archive: Archive) -> None:
    make_public(archive)

    assert 'href="/login?next=%2Ft%2FDB-1"' in archive.browser().text("/t/DB-1")
    assert 'href="/login"' in archive.browser().text("/")
