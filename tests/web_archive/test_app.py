"""Every page is guarded, every form has its token, and whatever goes wrong is told in plain words."""

import http.client
import re
import threading
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy.exc
from pydantic import ValidationError

from support.archive import BASE, Archive
from support.builders import a_list
from support.servers import free_port, wait_for_port
from tickets.database.store import Store
from tickets.portal import Portal
from tickets.search.searching import Search
from tickets.tokens import Signer
from web_archive.app import create_app
from web_archive.sections import Web
from web_archive.serving import WebServer


@pytest.fixture
def archive(store: Store, portal: Portal, signer: Signer, tmp_path: Path, now: datetime) -> Archive:
    return Archive(store, portal, signer, tmp_path / "search", now)


@pytest.mark.alike
@pytest.mark.parametrize("url", ["/", "/login", "/nowhere", "/static/portal.css", "/t/DB-1", "/login/x"])
def test_every_answer_is_guarded(archive: Archive, url: str) -> None:
    headers = archive.browser("member").get(url).headers

    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize("url", ["/", "/login", "/nowhere", "/static/portal.css", "/unsubscribe/x"])
def test_browsers_are_told_to_come_by_https_alone_where_the_portal_is_reached_so(archive: Archive, url: str) -> None:
    assert archive.browser().get(url).headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize("base_url", ["http://portal.example.dk", "http://localhost:8080"])
def test_where_there_is_no_https_nobody_is_sent_there(archive: Archive, base_url: str) -> None:
    portal = archive.portal.model_copy(update={"base_url": base_url})
    app = create_app(archive.store, portal, archive.signer, b"x" * 32, archive.search, lambda: archive.now)

    assert "Strict-Transport-Security" not in app.test_client().get("/").headers


ROBOTS = "X-Robots-Tag"


def test_no_page_of_a_closed_portal_is_for_search_engines(archive: Archive) -> None:
    shown = ["/", "/l/db", "/t/DB-1", "/news", "/search?q=x", archive.address_of(archive.open), "/login", "/nowhere"]
    shown += ["/unsubscribe/x", "/login/x", "/resume/x", "/proposals/x", "/held", "/me"]

    for who in ("public", "member", "lawyer"):
        browser = archive.browser(who)
        assert {url: browser.get(url).headers.get(ROBOTS) for url in shown} == dict.fromkeys(shown, "noindex, nofollow")


def test_of_a_public_list_search_engines_have_what_everybody_may_read(archive: Archive) -> None:
    with archive.store.transaction() as session:
        session.merge(archive.mailing_list).is_public = True
    shown = [
        "/",
        "/l/db",
        "/t/DB-1",
        "/news",
        archive.address_of(archive.open),
        f"{archive.address_of(archive.open)}/2",
    ]
    others = ["/search?q=x", "/login", "/login/x", "/unsubscribe/x", "/t/DB-2", archive.address_of(archive.hidden)]

    everybody, lawyer = archive.browser(), archive.browser("lawyer")

    assert {url: everybody.get(url).headers.get(ROBOTS) for url in shown} == dict.fromkeys(shown)
    assert {everybody.get(url).status_code for url in shown} == {200}
    assert [url for url in others if ROBOTS not in everybody.get(url).headers] == []
    assert [url for url in (*shown, *others) if ROBOTS not in lawyer.get(url).headers] == []


def test_a_public_list_does_not_lead_search_engines_into_a_closed_one(archive: Archive) -> None:
    with archive.store.transaction() as session:
        a_list(session, "Offentlig", "OF", is_public=True)

    everybody = archive.browser()

    assert ROBOTS not in everybody.get("/l/of").headers
    assert everybody.get("/l/db").headers[ROBOTS] == everybody.get("/t/DB-1").headers[ROBOTS] == "noindex, nofollow"


def test_pages_are_not_kept_by_anybody_and_the_style_sheet_is(archive: Archive) -> None:
    browser = archive.browser("member")

    assert browser.get("/t/DB-1").headers["Cache-Control"] == "private, no-store"
    assert browser.get("/nowhere").headers["Cache-Control"] == "private, no-store"
    assert "max-age=3600" in browser.get("/static/portal.css").headers["Cache-Control"]


def test_every_form_is_refused_without_its_token(archive: Archive) -> None:
    browser = archive.browser("member")
    values = {"secret": "x", "token": "x", "number": 1, "prefix": "DB"}
    acts = re.compile(r"any\((\w+)")  # of which each route has its own
    unsafe = {
        rule.endpoint: rule.build(values | {"act": "".join(acts.findall(rule.rule)[:1])}, append_unknown=False)[1]  # type: ignore[index]
        for rule in archive.app.url_map.iter_rules()
        if (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}
    }

    open_to_mail_programs = unsafe.pop("access.unsubscribe")

    assert len(unsafe) >= 4
    assert {url: browser.post(url).status_code for url in unsafe.values()} == dict.fromkeys(unsafe.values(), 400)
    assert {browser.post(url, csrf_token="x").status_code for url in unsafe.values()} == {400}
    assert browser.post(open_to_mail_programs).status_code == 404


def test_another_visitors_token_is_worth_nothing(archive: Archive) -> None:
    other, browser = archive.browser("lawyer"), archive.browser("member")
    token = other.text("/me").partition('name="csrf_token" value="')[2].partition('"')[0]

    assert token
    assert browser.post("/me", csrf_token=token, list="Databeskyttelse", mode="each").status_code == 400


@pytest.mark.alike
@pytest.mark.parametrize(
    "url",
    ["/t/DB-x", "/t/DB-99999999999", "/t/XX-1", "/t/DB-1%00", "/m/none", "/m/%00", "/l/none", "/l/%00", "/search?q=%00",
     "/static/../app.py", "/static/..%2fapp.py", "/static/none", "/x", "/t/db-1/"],
)  # fmt: skip
def test_what_is_not_there_is_a_404_that_helps(archive: Archive, url: str) -> None:
    response = archive.browser("member").get(url)

    assert response.status_code == 404
    assert 'action="/search"' in response.text
    assert "Ole Følger" in response.text


def test_a_404_offers_who_is_not_logged_in_to_do_so(archive: Archive) -> None:
    page = archive.browser().get("/t/DB")

    assert page.status_code == 404
    assert '<a class="button" href="/login">' in page.text


def test_a_form_of_any_size_but_small_is_refused(archive: Archive) -> None:
    response = archive.browser().post("/login", email="x" * 70_000)

    assert response.status_code == 413
    assert "<h1>" in response.text


def test_a_wrong_method_is_told_in_plain_words(archive: Archive) -> None:
    response = archive.browser().get("/logout")

    assert response.status_code == 405
    assert "<h1>" in response.text


def test_our_own_fault_is_a_page_without_a_word_of_what_it_was(
    archive: Archive, caplog: pytest.LogCaptureFixture
) -> None:
    archive.app.add_url_rule("/fault", view_func=lambda: 1 // 0)

    response = archive.browser("member").get("/fault")

    assert response.status_code == 500
    assert "Fejlen er vores" in response.text
    assert "division" not in response.text
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("field", ["Host", "X-Forwarded-Host", "X-Forwarded-Server", "Forwarded", "X-Original-URL"])
def test_no_field_of_the_request_gets_into_links(archive: Archive, field: str) -> None:
    with archive.store.transaction() as session:
        archive.mailing_list.is_public = True
        session.add(archive.mailing_list)

    for url in ("/", "/l/db", "/t/DB-1", "/t/db-1", "/login", "/me", "/nowhere"):
        response = archive.app.test_client().get(url, base_url=BASE, headers={field: "evil.example.org"})
        assert "evil" not in response.text + str(response.headers)


@pytest.mark.parametrize("listen", ["8080", "localhost:", ":8080", "localhost:http"])
def test_an_address_that_is_none_is_told_at_start(listen: str) -> None:
    with pytest.raises(ValidationError, match="host:port"):
        Web(listen=listen)


def test_the_server_stops_though_a_connection_is_open(archive: Archive) -> None:
    port, stop = free_port(), threading.Event()
    server = WebServer(archive.app, Web(listen=f"127.0.0.1:{port}"))
    thread = threading.Thread(target=server.run, args=(stop,))
    thread.start()
    wait_for_port(port)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/")
    assert connection.getresponse().read()

    stop.set()
    thread.join(timeout=5)

    assert not thread.is_alive()
    connection.close()


def test_a_proxy_is_believed_only_where_it_is_trusted(
    store: Store, signer: Signer, tmp_path: Path, now: datetime
) -> None:
    """Waitress hands `X-Forwarded-Proto` on from the trusted proxy alone."""
    for trusted, scheme in ((None, b"http"), ("127.0.0.1", b"https")):
        port, stop = free_port(), threading.Event()
        portal = Portal(domain="example.dk", base_url=BASE, data_dir=tmp_path)
        app = create_app(store, portal, signer, b"x" * 32, Search(store, tmp_path / "s", "t"), lambda: now)
        seen: list[bytes] = []
        wsgi = app.wsgi_app

        def note(environ: dict[str, str], start: object, wsgi: object = wsgi, seen: list[bytes] = seen) -> object:
            seen.append(environ["wsgi.url_scheme"].encode())
            return wsgi(environ, start)  # type: ignore[operator]

        app.wsgi_app = note  # type: ignore[assignment, method-assign]
        server = WebServer(app, Web(listen=f"127.0.0.1:{port}", trusted_proxy=trusted))
        thread = threading.Thread(target=server.run, args=(stop,))
        thread.start()
        wait_for_port(port)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/", headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"})
        assert connection.getresponse().status == 200
        connection.close()
        stop.set()
        thread.join()
        assert seen == [scheme]


@pytest.mark.parametrize("url", ["/", "/login", "/nowhere", "/t/DB-1", "/search?q=x"])
def test_a_page_for_which_no_connection_is_left_is_back_soon(
    archive: Archive, store: Store, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """No fault of the page: all connections to the database are in use."""

    def refuse() -> None:
        raise sqlalchemy.exc.TimeoutError("QueuePool limit of size 12 overflow 20 reached")

    browser = archive.browser("member")
    monkeypatch.setattr(store.engine.pool, "connect", refuse)

    answer = browser.get(url)

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "10"
    assert "snart tilbage" in answer.text
