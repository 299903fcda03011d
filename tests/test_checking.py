"""The check finds what is wrong around the portal, and says what to look at."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from builders import a_list, a_person
from nameservers import Answerer, answering
from servers import Dovecot, free_port
from sinks import babbling_relay, scripted_relay

from dialogportal.checking import Finding, check
from dialogportal.serving import House
from dialogportal.settings import Settings
from mailer.fetcher import MailboxSettings
from mailer.relay import Relay
from tickets.portal import Portal
from tickets.store import Store

LIST = "databeskyttelse@example.dk"
Look = Callable[..., dict[str, Finding]]

pytestmark = pytest.mark.any_database


@pytest.fixture
def look(store: Store, portal: Portal) -> Look:
    """Check a portal with a list and a member, and with these settings."""
    with store.transaction() as session:
        a_list(session)
        a_person(session)

    def look(**sections: object) -> dict[str, Finding]:
        settings = Settings.model_validate({"portal": portal} | sections)
        return {finding.what: finding for finding in check(House(settings, store, b"x" * 32))}

    return look


@pytest.fixture
def answerer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Answerer]:
    """The name server that this machine asks."""
    with answering() as answerer:
        monkeypatch.setattr("dns.resolver.default_resolver", answerer.resolver)
        yield answerer


@pytest.fixture(scope="module")
def dovecot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    with Dovecot(tmp_path_factory.mktemp("dovecot")) as running:
        yield running


def test_a_portal_of_its_own_with_a_maildir_is_well(look: Look) -> None:
    findings = look()

    assert all(finding.is_well for finding in findings.values())
    assert findings.keys() == {"database", "disk", "lists", "authors", "relay"}
    assert "maildir" in findings["relay"].told


@pytest.mark.parametrize(
    ("listen", "is_warning"),
    [({}, True), ({"authserv_id": "mx.example.dk"}, False), ({"verify": True}, False), ({"verify": "dmarc"}, False)],
)
def test_it_is_told_where_nobody_checks_who_wrote_a_mail(
    look: Look, answerer: Answerer, listen: dict[str, object], is_warning: bool
) -> None:
    finding = look(listen=listen)["authors"]

    assert (finding.is_well, finding.is_warning) == (True, is_warning)


@pytest.mark.parametrize("verify", [True, "dmarc"])
def test_a_silent_dns_is_told_where_authors_are_checked_here(
    look: Look, answerer: Answerer, verify: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.nameservers.PATIENCE", 0.3)
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
