"""The check finds what is wrong around the portal, and says what to look at."""

import os
import pwd
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, SQLModel, delete

from dialogportal.doctor.checking import Remark, check
from dialogportal.doctor.doors import check_proxy
from dialogportal.house import House
from dialogportal.premises import private_files
from dialogportal.settings import Settings
from mailer.sections import MailboxSettings, Relay
from support.builders import a_lawyer, a_list, a_person, store_content
from support.nameservers import Answerer, answering
from support.servers import Dovecot, free_port
from support.sinks import babbling_relay, scripted_relay
from tickets import journal
from tickets.database.models import Appointment, Arrival, EventKind, MailDomain, Mode, Role, Subscription
from tickets.database.store import Store
from tickets.moderation import troubles
from tickets.people import appointments, subscriptions
from tickets.portal import Portal
from web_archive.sections import Web

LIST = "databeskyttelse@example.dk"
Look = Callable[..., dict[str, Remark]]
ALWAYS = {
    "database", "disk", "files", "clock", "base_url", "website", "domain", "doors", "proxy", "authors", "lists",
    "lawyers", "digest", "administrators", "index", "relay",
}  # fmt: skip

pytestmark = pytest.mark.any_database


@pytest.fixture
def answerer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Answerer]:
    """The name server that this machine asks: it brings mail for example.dk to mx.example.dk."""
    with answering() as answerer:
        monkeypatch.setattr("dns.resolver.default_resolver", answerer.resolver)
        answerer.records["example.dk", "MX"] = ["10 mx.example.dk."]
        answerer.records["mx.example.dk", "A"] = ["127.0.0.1"]
        yield answerer


@pytest.fixture
def house(store: Store, portal: Portal, now: datetime) -> House:
    """A portal with a list, its lawyer, an administrator and a reader, and nobody else on its machine."""
    portal.data_dir.chmod(0o700)
    for path in portal.data_dir.iterdir():
        path.chmod(0o600)
    with store.transaction() as session:
        mailing_list = a_list(session)
        subscriptions.subscribe(session, a_person(session), mailing_list, Mode.WEEKLY, now)
        appointments.appoint(session, a_lawyer(session, mailing_list), Role.ADMINISTRATOR)
    return House(Settings(portal=portal), store, b"x" * 32, lambda: now)


@pytest.fixture
def relay() -> Iterator[Relay]:
    with scripted_relay() as (_, port):
        yield Relay(host="127.0.0.1", port=port)


@pytest.fixture
def look(house: House, answerer: Answerer, relay: Relay) -> Look:
    """Check the portal with these settings, and with what else is right where nothing is said of it."""
    own = {
        "portal": house.settings.portal,
        "relay": relay,
        "listen": {"smtp": f"127.0.0.1:{free_port()}", "verify": True},
        "web": {"listen": f"127.0.0.1:{free_port()}", "trusted_proxy": "127.0.0.1"},
    }

    def look(**sections: object) -> dict[str, Remark]:
        found = check(replace(house, settings=Settings.model_validate(own | sections)))
        assert len({finding.what for finding in found}) == len(found)
        return {finding.what: finding for finding in found}

    return look


@pytest.fixture(scope="module")
def dovecot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    with Dovecot(tmp_path_factory.mktemp("dovecot")) as running:
        yield running


def test_a_portal_that_is_ready_is_well(look: Look, house: House) -> None:
    with private_files():
        house.search.update(house.clock())
        house.search.give_back()

    findings = look()

    assert [finding for finding in findings.values() if not finding.is_well] == []
    assert findings.keys() == ALWAYS
    assert [what for what, finding in findings.items() if finding.is_warning] == ["website"]


# -- the machine ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "clock", [datetime(2020, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC), datetime(2025, 12, 31, tzinfo=UTC)]
)
def test_a_clock_before_the_portal_was_made_is_wrong(look: Look, house: House, clock: datetime) -> None:
    house.clock = lambda: clock

    assert "Set it" in look()["clock"].told
    assert not look()["clock"].is_well


@pytest.mark.parametrize("row", ["arrival", "event"])
def test_a_clock_that_is_behind_what_happened_here_is_wrong(look: Look, house: House, now: datetime, row: str) -> None:
    later = now + timedelta(days=2)
    with house.store.transaction() as session:
        if row == "event":
            journal.append(session, EventKind.LOGIN_ASKED, later, person_key=1)
        else:
            arrive(session, later)

    finding = look()["clock"]

    assert not finding.is_well
    assert "2026-11-25 08:00" in finding.told


def test_a_clock_some_minutes_behind_another_machines_is_well(look: Look, house: House, now: datetime) -> None:
    with house.store.transaction() as session:
        arrive(session, now + timedelta(minutes=10))

    assert look()["clock"].is_well


def arrive(session: Session, at: datetime) -> None:
    key = store_content(session, b"Subject: x\r\n\r\nx\r\n", at)
    session.add(
        Arrival(content_key=key, recipient=LIST, return_path="", door="smtp", received_at=at, next_attempt_at=at)
    )


@pytest.mark.parametrize("name", [".", "secret", "maildir/new", "search"])
def test_files_that_others_can_read_are_told(look: Look, portal: Portal, name: str) -> None:
    path = portal.data_dir / name
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o750)

    finding = look()["files"]

    assert (finding.is_well, finding.is_warning) == (True, True)
    assert f"chmod -R go= {portal.data_dir}" in finding.told


def test_a_password_that_others_can_read_is_told(look: Look, tmp_path: Path, relay: Relay) -> None:
    password = tmp_path.parent / f"{tmp_path.name}-password"
    password.write_text("hemmelig")
    password.chmod(0o644)

    finding = look(relay=relay.model_copy(update={"password_file": password}))["files"]

    assert finding.is_warning
    assert f"chmod go= {password}" in finding.told


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to somebody else")
@pytest.mark.parametrize(("inside", "what"), [("search", "index"), ("search/a.seg", "index"), ("maildir", "files")])
def test_what_belongs_to_another_user_is_told(look: Look, portal: Portal, inside: str, what: str) -> None:
    (portal.data_dir / "search").mkdir()
    path = portal.data_dir / inside
    path.touch() if path.suffix else path.mkdir(exist_ok=True)
    os.chown(path, pwd.getpwnam("nobody").pw_uid, -1)

    finding = look()[what]

    assert not finding.is_well
    assert "chown -R root:" in finding.told


def test_an_index_that_cannot_be_read_is_told(look: Look, house: House, portal: Portal) -> None:
    (portal.data_dir / "search").mkdir()
    (portal.data_dir / "search" / "_FORM4_1.toc").write_bytes(b"no index")

    assert "dialogportal reindex" in look()["index"].told


# -- the doors -----------------------------------------------------------------------------


def test_a_portal_without_a_door_for_mail_is_told(look: Look) -> None:
    finding = look(listen={"smtp": ""})["doors"]

    assert not finding.is_well
    assert "[mailbox]" in finding.told


def test_a_door_that_somebody_else_has_is_told(look: Look) -> None:
    with babbling_relay(b"220 other.example.dk ESMTP\r\n") as port:
        finding = look(listen={"smtp": f"127.0.0.1:{port}"})["doors"]

    assert not finding.is_well
    assert "something else listens" in finding.told


def test_a_door_that_is_open_is_ours(look: Look) -> None:
    with babbling_relay(b"220 example.dk dialogportal\r\n") as port:
        finding = look(listen={"smtp": f"127.0.0.1:{port}"})["doors"]

    assert finding == Remark("doors", f"SMTP at 127.0.0.1:{port}")


@pytest.mark.parametrize(
    ("listen", "trusted_proxy", "told"),
    [
        ("127.0.0.1:8080", None, "deploy/nginx.conf"),
        ("0.0.0.0:8080", None, "deploy/nginx.conf"),
        ("0.0.0.0:8080", "127.0.0.1", "past the proxy"),
        ("[::]:8080", "::1", "past the proxy"),
        ("192.0.2.1:8080", "127.0.0.1", "past the proxy"),
    ],
)
def test_pages_that_strangers_reach_without_a_proxy_are_a_warning(
    listen: str, trusted_proxy: str | None, told: str
) -> None:
    finding = check_proxy(Web(listen=listen, trusted_proxy=trusted_proxy))

    assert (finding.is_well, finding.is_warning) == (True, True)
    assert told in finding.told


@pytest.mark.parametrize("section", ["listen", "web"])
def test_a_door_at_an_address_that_the_machine_has_not_is_told(look: Look, section: str) -> None:
    places = {
        "listen": {"smtp": "127.0.0.1:8025", "lmtp": "nowhere.invalid:24"},
        "web": {"listen": "nowhere.invalid:80"},
    }

    finding = look(**{section: places[section]})["doors"]

    assert not finding.is_well
    assert "nowhere.invalid" in finding.told


def test_letters_without_a_relay_reach_nobody(look: Look) -> None:
    finding = look(relay={})["relay"]

    assert not finding.is_well
    assert "Set [relay] host" in finding.told


# -- people --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "what", "told"),
    [(Appointment, "lawyers", "list change databeskyttelse --lawyer EMAIL"),
     (Appointment, "administrators", "--role administrator"),
     (Subscription, "digest", "due mon 08:00"), (MailDomain, "lists", "organisation add")],
)  # fmt: skip
def test_whom_the_portal_lacks_is_told(look: Look, house: House, table: type[SQLModel], what: str, told: str) -> None:
    with house.store.transaction() as session:
        session.execute(delete(table))

    finding = look()[what]

    assert told in finding.told
    assert (finding.is_well, finding.is_warning) == ((True, True) if what == "digest" else (False, False))


def test_each_list_without_a_lawyer_is_named(look: Look, house: House) -> None:
    with house.store.transaction() as session:
        a_list(session, "Arkiv", "AR")
        a_list(session, "Byggesager", "BY")

    told = look()["lawyers"].told

    assert "Arkiv" in told
    assert "Byggesager" in told
    assert "databeskyttelse" not in told


# -- authors, relay and mailbox ------------------------------------------------------------


@pytest.mark.parametrize(
    ("listen", "is_warning"),
    [({}, True), ({"authserv_id": "mx.example.dk"}, True), ({"verify": True}, False), ({"verify": "dmarc"}, False)],
)
def test_it_is_told_where_nobody_checks_who_wrote_a_mail(
    look: Look, listen: dict[str, object], is_warning: bool
) -> None:
    finding = look(listen=listen)["authors"]

    assert (finding.is_well, finding.is_warning) == (True, is_warning)


@pytest.mark.parametrize("verify", [True, "dmarc"])
def test_a_silent_dns_is_told_where_authors_are_checked_here(
    look: Look, answerer: Answerer, verify: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.authorship.nameservers.PATIENCE", 0.3)
    answerer.is_silent = True

    finding = look(listen={"verify": verify})["authors"]

    assert not finding.is_well
    assert finding.told.startswith("DNS does not answer")


def test_a_relay_that_takes_mail_lets_us_in(look: Look) -> None:
    with scripted_relay() as (relay, port):
        finding = look(relay=Relay(host="127.0.0.1", port=port))["relay"]

    assert finding.is_well
    assert not relay.received


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"starttls": "required"}, "starttls"),
        ({"username": "portal", "password_file": "nowhere"}, "no password file nowhere"),
        ({"port": 1}, r"\[relay\] host and port"),
    ],
)
def test_what_a_relay_refuses_is_told(look: Look, more: dict[str, object], told: str) -> None:
    with scripted_relay() as (_, port):
        finding = look(relay=Relay.model_validate({"host": "127.0.0.1", "port": port} | more))["relay"]

    assert not finding.is_well
    assert told.replace("\\", "") in finding.told


def test_a_relay_that_wants_nobody_is_told_with_its_words(look: Look) -> None:
    with babbling_relay(b"554 5.7.1 Not you\r\n") as port:
        finding = look(relay=Relay(host="127.0.0.1", port=port))["relay"]

    assert not finding.is_well
    assert "Not you" in finding.told


def test_a_mailbox_that_can_be_read_is_left_as_it_is(look: Look, dovecot: Dovecot) -> None:
    dovecot.deliver(b"Subject: x\r\n\r\nx\r\n")

    finding = look(mailbox=MailboxSettings.model_validate(dovecot.settings(LIST)))["mailbox"]

    assert finding.is_well
    assert dovecot.seen() == 0


@pytest.mark.parametrize(
    ("heads", "is_warning", "told"),
    [
        ([], True, "no message for us lies there yet"),
        ([f"Delivered-To: alt@example.dk\r\nTo: {LIST}"] * 2, True, "2 of the 2 newest messages"),
        ([f"Delivered-To: {LIST}\r\nTo: {LIST}", f"To: {LIST}"], True, "1 of the 2 newest messages"),
        ([f"X-Original-To: {LIST}\r\nDelivered-To: alt@example.dk"], False, "noted in the 1 newest"),
        ([f"Delivered-To: {LIST}\r\nTo: x@example.org"] * 30, False, "noted in the 20 newest"),
    ],
)
def test_a_mailbox_whose_mail_shows_no_recipient_is_told_of(
    look: Look, dovecot: Dovecot, heads: list[str], is_warning: bool, told: str
) -> None:
    dovecot.username = f"alt{len(heads)}{told[0]}"
    for head in heads:
        dovecot.deliver(f"{head}\r\n\r\nx\r\n".encode())

    finding = look(mailbox=MailboxSettings.model_validate(dovecot.settings(LIST)))["recipients"]

    assert (finding.is_well, finding.is_warning) == (True, is_warning)
    assert told in finding.told
    assert dovecot.seen() == 0


@pytest.mark.parametrize("more", [{"folder": "Findes ikke"}, {"security": "starttls"}, {"port": free_port()}])
def test_what_is_wrong_with_a_mailbox_is_told(look: Look, dovecot: Dovecot, more: dict[str, object]) -> None:
    finding = look(mailbox=MailboxSettings.model_validate(dovecot.settings(LIST) | more))["mailbox"]

    assert not finding.is_well
    assert "Look at [mailbox]" in finding.told


def test_a_wrong_password_is_found(look: Look, dovecot: Dovecot, tmp_path: Path) -> None:
    wrong = tmp_path / "password"
    wrong.write_text("forkert")

    finding = look(mailbox=MailboxSettings.model_validate(dovecot.settings(LIST) | {"password_file": wrong}))["mailbox"]

    assert not finding.is_well
    assert "password_file" in finding.told


@pytest.mark.parametrize("name", [troubles.RELAY, troubles.MAILBOX])
def test_what_the_running_portal_has_trouble_with_is_told_since_when(
    look: Look, store: Store, now: datetime, name: str
) -> None:
    with store.transaction() as session:
        troubles.begin(session, name, "421 Closing", now - timedelta(days=2))

    findings = look()

    finding = findings[f"{name} trouble"]
    assert not finding.is_well
    assert f"since {now - timedelta(days=2):%Y-%m-%d %H:%M} UTC: 421 Closing" in finding.told
    assert findings["relay"].is_well  # as it is now
