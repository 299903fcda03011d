"""Logging in, leaving lists, and what nobody gets to see: every role at every route to every thing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
from sqlmodel import select

from support.archive import Archive
from support.builders import a_filed_message, a_lawyer, a_list, a_message, a_person, an_organisation, store_content
from tickets import journal, links
from tickets.archive import places
from tickets.database.models import (
    Attachment,
    Digest,
    Event,
    EventKind,
    MailingList,
    Message,
    MessageKind,
    Mode,
    Person,
    Publication,
    Role,
    Subscription,
    Ticket,
    TicketKind,
    Visibility,
)
from tickets.database.store import Store
from tickets.people import appointments, logins, organisations, persons, reachability, subscriptions
from tickets.people.quotas import UNLIMITED, USUAL
from tickets.portal import Portal
from tickets.reasons import BounceKind
from tickets.tokens import Signer


@pytest.fixture
def archive(store: Store, portal: Portal, signer: Signer, tmp_path: Path, now: datetime) -> Archive:
    return Archive(store, portal, signer, tmp_path / "search", now)


# -- every role at every route to every thing ------------------------------------------

INSIDE = {"member", "colleague", "asker", "shy", "lawyer", "editor", "administrator", "other lawyer", "insider"}
MAY_SEE = {  # what is in the archive, and who may see it; nobody else finds a trace of it
    "open": INSIDE,
    "news": INSIDE,
    "anonymous": INSIDE,
    "confidential": {"asker", "lawyer"},
    "note": {"lawyer"},
    "restricted": {"insider", "administrator"},
    "shy": {"shy", "lawyer"},  # who asked anonymously, and where from
}
LAWYER_OF = {"DB": "lawyer", "LE": "insider"}  # whose desk a ticket is on
WEEK = "2026-W48"
ROLES = ("public", "outsider", *sorted(INSIDE))
CANARY = "Kanariefugl"
ARTICLES = {"open": 11, "note": 12, "news": 13, "confidential": 14, "restricted": 15, "anonymous": 16}  # one each


@dataclass(frozen=True)
class Thing:
    """A message in the archive, its ticket's name, and a word that stands nowhere else."""

    message: Message
    ticket: str

    def word(self, name: str) -> str:
        return f"{CANARY}{name}"


@pytest.fixture
def things(archive: Archive) -> dict[str, Thing]:
    """One thing of each kind, with its word in subject, text, folded text and the name of its file."""
    found: dict[str, Thing] = {}
    with archive.store.transaction() as session:
        mailing_list = archive.mailing_list
        closed = a_list(session, "Ledelse", "LE", is_restricted=True)
        people = archive.people
        home = organisations.organisation_of(session, people["asker"].email)
        people["colleague"] = a_person(session, "kai@proevested.example.dk", "Kai Kollega", home)
        people["shy"] = a_person(session, "shy@skjulested.example.dk", f"{CANARY}shy", an_organisation(
            session, f"{CANARY}shy Kommune", "skjulested.example.dk"))  # fmt: skip
        people["outsider"] = a_person(session, "frank@fremmed.example.org", "Frank Fremmed")
        stranger = organisations.organisation_of(session, "frank@fremmed.example.org")
        assert stranger
        stranger.is_approved = False
        session.add(stranger)
        for role in (Role.EDITOR, Role.ADMINISTRATOR):
            people[role] = a_person(session, f"{role}@forening.example.dk", f"En {role}")
            appointments.appoint(session, people[role], role, mailing_list)
        people["insider"] = a_lawyer(session, closed, "inger@gaest.example.org", "Inger Indenfor")
        people["insider"].organisation_key, people["insider"].is_guest = None, True
        people["other lawyer"] = a_lawyer(session, closed, "anna@forening.example.dk", "Anna Andenjurist")
        appointments.dismiss(session, people["other lawyer"], Role.LAWYER, closed)
        other = a_list(session, "Andre", "AN")
        appointments.appoint(session, people["other lawyer"], Role.LAWYER, other)
        session.add_all(people.values())

        def file(name: str, author: Person, place: object = mailing_list, **more: object) -> None:
            word = f"{CANARY}{name}"
            message = a_filed_message(
                session, archive.portal, place, author, archive.now,  # type: ignore[arg-type]
                subject=f"{word} spørger", text=f"{word} skriver om artikel {ARTICLES[name]}",
                quoted=f"{word} folder", **more,
            )  # fmt: skip
            raw = a_message(Subject=word)
            raw.add_attachment(b"fil", maintype="text", subtype="plain", filename=f"{word}.txt")
            message.content_key = store_content(session, bytes(raw), archive.now)
            session.add_all([message, Attachment(message_key=message.key, part=2, name=f"{word}.txt",
                                                 type="text/plain", size=3)])  # fmt: skip
            ticket = session.get_one(Ticket, message.ticket_key)
            ticket.topics = [*ticket.topics, *([f"{word} emne", f"emne {ARTICLES[name]}"] if name != "note" else [])]
            found[name] = Thing(message, links.ticket_name(place, ticket))  # type: ignore[arg-type]

        file("open", people["asker"])
        ticket = session.get_one(Ticket, found["open"].message.ticket_key)
        file("note", people["lawyer"], ticket=ticket, is_lawyer=True)
        note = found["note"].message
        note.kind, note.visibility = MessageKind.NOTE, Visibility.INTERNAL
        file("news", people["lawyer"], kind=TicketKind.NEWS)
        file("confidential", people["asker"], visibility=Visibility.CONFIDENTIAL)
        file("restricted", people["insider"], closed)
        file("anonymous", people["shy"], visibility=Visibility.ANONYMOUS)
        keys = [thing.message.ticket_key for thing in found.values()]
        for place, introduction in ((mailing_list, ""), (closed, f"{CANARY}restricted")):
            contents = {"sections": {"new": keys}, "new": [], "newest": 9}
            issue = {"period": WEEK, "due_at": archive.now, "sent_at": archive.now, "until_event": 9, "items": 6}
            session.add(Digest(mailing_list_key=place.key, contents=contents, introduction=introduction, **issue))
        told = f"{CANARY}restricted"
        session.add(Publication(
            ticket_key=found["restricted"].message.ticket_key, mailing_list_key=closed.key, path="publiceret-abc234",
            subject=told, question=told, answer=f"{told} artikel {ARTICLES['open']}", short_answer=told,
            visibility=Visibility.OPEN, drafted_at=archive.now, published_at=archive.now,
        ))  # fmt: skip
    while journal.follow(archive.store, places.make_follower(), archive.now):
        pass
    archive.index()
    return found


def routes_to(archive: Archive, name: str, thing: Thing) -> Iterator[str]:
    """Every route of the application that names a ticket, a message or a part, filled in with this thing."""
    prefix, _, number = thing.ticket.partition("-")
    values = {"prefix": prefix, "number": number, "path": thing.message.path, "part": 2, "name": "portal.css"}
    for rule in archive.app.url_map.iter_rules():
        is_about_it = "path" in rule.arguments or ({"prefix", "number"} <= rule.arguments and name != "note")
        is_elsewhere = "token" in rule.arguments or rule.endpoint.startswith("publications.")  # has tests of its own
        if "GET" in (rule.methods or ()) and is_about_it and not is_elsewhere:
            yield rule.build(values, append_unknown=False)[1]  # type: ignore[index]


def every_page(archive: Archive, things: dict[str, Thing]) -> Iterator[str]:
    """Every page of the application with all values that lead anywhere, whatever pages there will be.

    A route with an argument that is not known here fails the test that asks for it, until its values are added.
    """
    laws = {"word": ("gdpr",), "number": tuple(str(one) for one in ARTICLES.values())}
    paths = tuple(thing.message.path for thing in things.values())
    values: dict[str, tuple[str | int, ...]] = {
        "prefix": ("DB", "LE", "AN"), "number": (*range(1, 9), 99), "path": (*paths, "publiceret-abc234"),
        "part": (2,), "period": (WEEK,), "topic": tuple(f"emne {number}" for number in ARTICLES.values()),
        "token": ("0",), "secret": ("0",), "name": ("portal.css",),
    }  # fmt: skip
    tickets = {thing.ticket for thing in things.values()} | {"DB-99", "AN-1"}  # two that are nowhere
    pages = archive.app.url_map.bind("")
    for rule in archive.app.url_map.iter_rules():
        if "GET" in (rule.methods or ()):
            known = values | (laws if rule.endpoint.startswith("law.") else {})
            names = sorted(rule.arguments)
            for chosen in product(*(known[name] for name in names)):
                place = dict(zip(names, chosen, strict=True))
                if not {"prefix", "number"} <= place.keys() or f"{place['prefix']}-{place['number']}" in tickets:
                    yield pages.build(rule.endpoint, place)


def all_pages(archive: Archive, things: dict[str, Thing]) -> Iterator[str]:
    """Every page there is to ask for, and searches that would find each thing."""
    yield from every_page(archive, things)
    yield "/news?page=9"
    for prefix in ("db", "le", "an"):
        yield from (f"/l/{prefix}?status={status}" for status in ("open", "pending", "answered", "closed"))
    for name, thing in things.items():
        yield f"/search?q={thing.word(name)}"
        yield f"/search?q={thing.ticket}"
    for words in ("spørger", "skriver", "folder", "txt", "Skjulested"):
        yield from (f"/search?q={words}{more}" for more in ("", "&order=newest", "&list=LE", "&status=open", "&page=2"))
    asked_from = {person.organisation_key for person in archive.people.values() if person.organisation_key}
    yield from (f"/search?q=skriver&organisation={key}" for key in asked_from)


@pytest.mark.alike
@pytest.mark.parametrize("role", ROLES)
def test_every_role_gets_what_it_may_see_and_no_page_of_the_rest(
    archive: Archive, things: dict[str, Thing], role: str
) -> None:
    browser = archive.browser(role)

    got = {
        (name, url): browser.get(url).status_code
        for name, thing in things.items()
        for url in routes_to(archive, name, thing)
    }

    def may_see(name: str, url: str) -> bool:
        is_unmasked = name == "anonymous" and url.endswith("/2")  # a file as its asker sent it
        is_at_desk = not url.startswith("/desk/") or role == LAWYER_OF[url.split("/")[2][:2]]
        return is_at_desk and role in MAY_SEE["shy" if is_unmasked else name]

    refused = 403 if role == "public" else 404
    wrong = {key: status for key, status in got.items() if status != (200 if may_see(*key) else refused)}
    assert wrong == {}


@pytest.mark.slow
@pytest.mark.any_database
@pytest.mark.parametrize("role", ROLES)
def test_no_page_has_a_trace_of_what_its_reader_may_not_see(
    archive: Archive, things: dict[str, Thing], role: str
) -> None:
    browser = archive.browser(role)
    secret = [name for name in MAY_SEE if role not in MAY_SEE[name]]

    leaks = set()
    for url in all_pages(archive, things):
        response = browser.get(url)
        assert response.status_code < 500, url
        shown = re.sub(
            r'value="[^"]*"|(?:q|subject)(?:=|%3D)[^"&]*', "", response.text + str(response.headers)
        )  # but for what was asked
        is_registry = url.startswith("/admin")  # who is here, for administrators; not who asked what
        leaks |= {(url, name) for name in secret if f"{CANARY}{name}" in shown and not (is_registry and name == "shy")}

    assert leaks == set()


# -- logging in ------------------------------------------------------------------------


def test_looking_at_a_login_link_spends_nothing_and_pressing_the_button_once_does(archive: Archive) -> None:
    with archive.store.transaction() as session:
        secret = logins.make_login_link(session, archive.people["member"], archive.now)
    browser = archive.browser()
    for _ in range(3):
        assert browser.get(f"/login/{secret}").status_code == 200
        assert browser.client.head(f"/login/{secret}", base_url="https://portal.example.dk").status_code == 200

    assert browser.press(f"/login/{secret}").headers["Location"] == "/"
    assert "Ole Følger" in browser.text("/")
    assert archive.browser().get(f"/login/{secret}").status_code == 410


def test_a_login_link_works_in_another_browser_than_the_one_that_asked(archive: Archive) -> None:
    archive.browser().press("/login", email="ole@oeby.example.dk")
    with archive.store.transaction() as session:
        secret = logins.make_login_link(session, archive.people["member"], archive.now)

    assert archive.browser().press(f"/login/{secret}").status_code == 302


def test_the_cookie_is_for_the_portal_alone_and_new_at_login(archive: Archive) -> None:
    browser = archive.browser()
    browser.text("/login")
    before = browser.cookie
    with archive.store.transaction() as session:
        secret = logins.make_login_link(session, archive.people["member"], archive.now)

    fields = browser.press(f"/login/{secret}").headers.getlist("Set-Cookie")

    (field,) = fields
    assert field.startswith("__Host-portal=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in field.split(";")}
    assert "Domain=" not in field
    assert browser.cookie not in ("", before)
    thief = archive.browser()
    thief.client.set_cookie("__Host-portal", before, domain="portal.example.dk", secure=True)
    assert thief.get("/t/DB-1").status_code == 403


def test_asking_for_a_link_looks_the_same_for_everybody(archive: Archive) -> None:
    browser = archive.browser()

    answers = {
        re.sub(r'value="[^"]+"', "", browser.press("/login", email=email).text)
        for email in ("ole@oeby.example.dk", "OLE@oeby.example.dk ", "frank@example.org", "", "x\0@y", "æ" * 400)
    }

    assert len(answers) == 1


@pytest.mark.parametrize(("email", "asked"), [("ole+kl@oeby.example.dk", 1), ("ole+kl@example.org", 0)])
def test_who_types_another_address_of_their_mailbox_has_a_link_mailed_to_the_one_that_is_known(
    archive: Archive, email: str, asked: int
) -> None:
    archive.browser().press("/login", email=email)

    assert links_asked(archive) == asked


def test_no_link_is_mailed_to_whom_nobody_let_in(archive: Archive) -> None:
    with archive.store.transaction() as session:
        persons.get_person(session, "ole@oeby.example.dk").organisation_key = None

    archive.browser().press("/login", email="ole@oeby.example.dk")

    with archive.store.reading() as session:
        assert session.exec(select(Event).where(Event.kind == EventKind.LOGIN_ASKED)).first() is None


def links_asked(archive: Archive) -> int:
    with archive.store.reading() as session:
        return len(list(session.exec(select(Event).where(Event.kind == EventKind.LOGIN_ASKED))))


def post_login(archive: Archive, client: str, email: str = "ole@oeby.example.dk") -> None:
    """Ask for a link from this address, as a proxy in front passes it on."""
    browser = archive.browser()
    browser.client.environ_base["REMOTE_ADDR"] = client
    browser.press("/login", email=email)


def test_links_are_mailed_so_many_times_an_hour_to_an_address(archive: Archive) -> None:
    for _ in range(9):
        post_login(archive, "192.0.2.1")

    assert links_asked(archive) == USUAL.logins_per_address
    archive.now += timedelta(hours=1, seconds=1)
    post_login(archive, "192.0.2.1")
    assert links_asked(archive) == USUAL.logins_per_address + 1


@pytest.mark.parametrize("stranger", ["198.51.100.7", "2001:db8:7::1", "::ffff:198.51.100.7"])
def test_a_strangers_posts_keep_nobody_from_logging_in(archive: Archive, stranger: str) -> None:
    with archive.store.transaction() as session:
        earlier = logins.make_login_link(session, archive.people["member"], archive.now)
    for _ in range(9):
        post_login(archive, stranger)
    before = links_asked(archive)

    post_login(archive, "192.0.2.1")

    assert links_asked(archive) == before + 1
    assert archive.browser().press(f"/login/{earlier}").status_code == 302


@pytest.mark.parametrize("clients", [("192.0.2.1", "192.0.2.200"), ("2001:db8:1::1", "2001:db8:1:ffff::9")])
def test_addresses_of_one_network_share_their_quota(archive: Archive, clients: tuple[str, str]) -> None:
    for client in clients * 5:
        post_login(archive, client)

    assert links_asked(archive) == USUAL.logins_per_address


def test_a_portal_may_have_no_limit_on_links(archive: Archive) -> None:
    archive.app.extensions["means"] = replace(archive.app.extensions["means"], quotas=UNLIMITED)
    for _ in range(12):
        post_login(archive, "192.0.2.1")

    assert links_asked(archive) == 12


@pytest.mark.alike
@pytest.mark.parametrize(
    "where",
    ["https://evil.example.org", "//evil.example.org", "/\\evil.example.org", "\\\\evil.example.org",
     "/%09/evil.example.org", "///evil.example.org", "https:evil.example.org", "javascript:alert('evil')",
     "%0d%0aLocation:%20https://evil.example.org"],
)  # fmt: skip
def test_logging_in_leads_nowhere_but_here(archive: Archive, where: str) -> None:
    with archive.store.transaction() as session:
        secret = logins.make_login_link(session, archive.people["member"], archive.now)
    browser = archive.browser()

    for name in ("next", "url", "return_to", "redirect"):
        assert "evil" not in browser.get(f"/login/{secret}?{name}={where}").headers.get("Location", "")
    response = browser.press(f"/login/{secret}?next={where}", next=where)

    assert response.headers["Location"] == "/"
    for path in (f"/{where}", f"//{where}", f"/login/{where}", f"/t/{where}", f"/l/{where}"):
        assert "evil" not in browser.get(path).headers.get("Location", "")


def test_logging_out_ends_the_session_everywhere(archive: Archive) -> None:
    browser = archive.browser("member")
    cookie = browser.cookie

    assert browser.press("/logout", form_on="/").status_code == 302

    thief = archive.browser()
    thief.client.set_cookie("__Host-portal", cookie, domain="portal.example.dk", secure=True)
    assert thief.get("/t/DB-1").status_code == 403


def test_a_session_ends_after_a_month(archive: Archive) -> None:
    browser = archive.browser("member")
    assert browser.get("/t/DB-1").status_code == 200

    archive.now += timedelta(days=30)

    assert browser.get("/t/DB-1").status_code == 403


# -- lists -----------------------------------------------------------------------------


def subscription(archive: Archive, person: Person) -> Mode:
    with archive.store.reading() as session:
        return subscriptions.mode_of(session, person, archive.mailing_list)


def unsubscribe_path(archive: Archive, person: Person) -> str:
    url = links.unsubscribe_url(archive.portal, archive.signer, archive.mailing_list.key, person.key)
    return url.removeprefix(archive.portal.base_url)


def test_one_click_leaves_a_list_and_looking_does_not(archive: Archive) -> None:
    member = archive.people["member"]
    with archive.store.transaction() as session:
        session.add(Subscription(person_key=member.key, mailing_list_key=archive.mailing_list.key, since=archive.now))
    path, browser = unsubscribe_path(archive, member), archive.browser()

    assert browser.get(path).status_code == 200
    assert subscription(archive, member) is Mode.WEEKLY
    assert browser.post(path, **{"List-Unsubscribe": "One-Click"}).status_code == 200
    assert subscription(archive, member) is Mode.NONE


@pytest.mark.parametrize("mode", list(Mode))
def test_the_page_for_leaving_shows_how_the_list_comes_now(archive: Archive, mode: Mode) -> None:
    member = archive.people["member"]
    with archive.store.transaction() as session:
        subscriptions.subscribe(session, member, archive.mailing_list, mode, archive.now)
    path, browser = unsubscribe_path(archive, member), archive.browser()

    def chosen(page: str) -> list[str]:
        return re.findall(r'value="(\w+)" checked', page)

    assert chosen(browser.text(path)) == [mode]
    assert chosen(browser.post(path, mode="each").text) == ["each"]
    assert chosen(browser.text(path)) == ["each"]


def test_who_follows_nothing_is_shown_no_letters_as_their_choice(archive: Archive) -> None:
    page = archive.browser().text(unsubscribe_path(archive, archive.people["asker"]))

    assert 'value="none" checked' in page
    assert 'role="status"' not in page


def test_the_link_of_a_letter_also_changes_how_a_list_comes(archive: Archive) -> None:
    member = archive.people["member"]

    page = archive.browser().post(unsubscribe_path(archive, member), mode="each")

    assert "Dit valg er gemt" in page.text
    assert subscription(archive, member) is Mode.EACH


@pytest.mark.parametrize(
    ("mode", "told"),
    [(Mode.EACH, "Du får hver mail med det samme."), (Mode.WEEKLY, "Du får én mail om ugen."),
     (Mode.NONE, "Du får ingen mails.")],
)  # fmt: skip
def test_pages_say_what_somebody_gets_now_and_who(archive: Archive, mode: Mode, told: str) -> None:
    member = archive.people["member"]
    browser = archive.browser("member")
    browser.press("/me", list="Databeskyttelse", mode=mode.value)

    behind_the_link, own = archive.browser().text(unsubscribe_path(archive, member)), browser.text("/me")

    assert told in behind_the_link
    assert told in own
    assert member.email in behind_the_link
    assert "Dit valg er gemt" not in own
    assert "Dit valg er gemt" in browser.text("/me?saved=DB")


def test_the_link_of_a_letter_chooses_the_language_of_letters(archive: Archive) -> None:
    path, browser = unsubscribe_path(archive, archive.people["member"]), archive.browser()

    assert "You get one letter a week." in browser.post(path, mode="weekly", language="en").text
    assert "You get one letter a week." in browser.text(path)
    assert browser.post(path, mode="weekly", language="fr").status_code == 400
    assert "Du får én mail om ugen." in browser.post(path, mode="weekly", language="").text


def test_who_is_no_member_any_more_may_leave_but_not_come_back(archive: Archive) -> None:
    member = archive.people["member"]
    with archive.store.transaction() as session:
        organisation = organisations.organisation_of(session, member.email)
        assert organisation
        organisation.is_approved = False
        session.add(organisation)
    path, browser = unsubscribe_path(archive, member), archive.browser()

    assert browser.post(path, mode="each").status_code == 404
    assert browser.post(path).status_code == 200
    assert subscription(archive, member) is Mode.NONE


@pytest.mark.parametrize("token", ["0" * 34, "x", "0" * 5_000, "..", "%00"])
def test_a_forged_link_for_leaving_is_a_404(archive: Archive, token: str) -> None:
    assert archive.browser().post(f"/unsubscribe/{token}").status_code == 404


def test_one_click_lets_paused_letters_go_on_and_looking_does_not(archive: Archive) -> None:
    member = archive.people["member"]
    with archive.store.transaction() as session:
        subscriptions.subscribe(session, member, archive.mailing_list, Mode.WEEKLY, archive.now)
        for at in (archive.now - timedelta(days=1), archive.now):
            person = session.get_one(Person, member.id)
            reachability.note_bounce(session, person, archive.mailing_list.id, BounceKind.COMPLAINT, at)
    path = links.resume_url(archive.portal, archive.signer, member.key).removeprefix(archive.portal.base_url)
    browser = archive.browser()

    seen = browser.text(path)
    with archive.store.reading() as session:
        before = reachability.is_paused(session, member)
    browser.press(path)

    with archive.store.reading() as session:
        assert (before, reachability.is_paused(session, member)) == (True, False)
    assert "Send mails igen" in seen
    assert "Mails sendes som sædvanligt" in browser.text(path)


@pytest.mark.parametrize("token", ["0" * 34, "x"])
def test_a_forged_link_for_resuming_is_a_404(archive: Archive, token: str) -> None:
    assert archive.browser().get(f"/resume/{token}").status_code == 404


def test_a_member_chooses_how_to_get_a_list(archive: Archive) -> None:
    browser = archive.browser("member")

    browser.press("/me", list="Databeskyttelse", mode="each")

    assert subscription(archive, archive.people["member"]) is Mode.EACH


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"list": "Databeskyttelse", "mode": "x"}, 400), ({"list": "x", "mode": "each"}, 404), ({}, 404)],
)
def test_a_choice_that_is_none_is_refused(archive: Archive, fields: dict[str, str], status: int) -> None:
    assert archive.browser("member").press("/me", **fields).status_code == status


@pytest.mark.parametrize(
    ("own", "of_the_list", "of_the_portal", "browser", "pages"),
    [("", "da", "en", "en", "da en en"), ("en", "da", "da", "da", "en en en"), ("da", "en", "en", "en", "da da da")],
)
def test_pages_behind_a_letters_links_speak_its_language_in_every_browser(
    archive: Archive, own: str, of_the_list: str, of_the_portal: str, browser: str, pages: str
) -> None:
    member = archive.people["member"]
    with archive.store.transaction() as session:
        session.get_one(Person, member.id).language = own or None
        session.get_one(MailingList, archive.mailing_list.id).language = of_the_list
        secret = logins.make_login_link(session, member, archive.now)
    portal = archive.portal.model_copy(update={"language": of_the_portal})
    archive.app.extensions["means"] = replace(archive.app.extensions["means"], portal=portal)
    paths = (
        unsubscribe_path(archive, member),
        links.resume_url(archive.portal, archive.signer, member.key).removeprefix(archive.portal.base_url),
        f"/login/{secret}",
    )

    seen = [archive.browser().get(path, headers={"Accept-Language": browser}).text for path in paths]

    assert [re.findall('<html lang="(..)">', page)[0] for page in seen] == pages.split()
