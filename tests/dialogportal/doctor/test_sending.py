"""`check --send` carries a letter the whole way, and tells what became of it in the words of whoever said so."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from smtplib import SMTP

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from dialogportal.doctor.remark import Remark
from dialogportal.doctor.sending import send_letter
from dialogportal.house import House
from dialogportal.menu import app
from dialogportal.serving import running
from dialogportal.settings import Settings
from mailer.sections import Relay
from support.builders import a_list, a_person
from support.portals import RunningPortal, plain_text
from support.servers import free_port
from support.sinks import LOST, Script, babbling_relay, scripted_relay
from support.waiting import eventually
from tickets.database.models import Arrival, Bounce, Disposition
from tickets.database.store import Store
from tickets.portal import Portal

OPERATOR = "drift@example.org"
LIST = "databeskyttelse@example.dk"


@pytest.fixture
def door() -> int:
    return free_port()


@pytest.fixture
def house(store: Store, portal: Portal, door: int) -> House:
    with store.transaction() as session:
        a_list(session)
    settings = Settings.model_validate({"portal": portal, "listen": {"smtp": f"127.0.0.1:{door}"}})
    return House(settings, store, b"x" * 32)


@pytest.fixture
def open_house(house: House) -> Iterator[House]:
    """The same while the portal runs."""
    with running(house, ("smtp", "process")):
        yield house


def send(house: House, port: int, email: str = OPERATOR) -> Remark:
    relay = Relay(host="127.0.0.1", port=port, starttls="never")
    return send_letter(replace(house, settings=house.settings.model_copy(update={"relay": relay})), email)


def test_a_letter_that_the_relay_takes_is_told_in_its_words(house: House) -> None:
    with scripted_relay() as (relay, port):
        finding = send(house, port)

    (sent,) = relay.received
    assert finding.is_well
    assert f"took one to {OPERATOR}: 250 2.0.0 Taken" in finding.told
    assert "not running" in finding.told
    assert sent.rcpt_tos == [OPERATOR]
    assert (sent.mail_from or "").startswith("bounce+")
    assert (sent.mail_from or "").endswith("@example.dk")


def test_the_letter_is_one_that_its_reader_understands(house: House) -> None:
    with scripted_relay() as (relay, port):
        send(house, port)

    assert isinstance(relay.received[0].content, bytes)
    letter = message_from_bytes(relay.received[0].content, policy=policy.default)
    assert isinstance(letter, EmailMessage)
    assert letter["Subject"] == "Mail fra example.dk når frem til dig"
    assert letter["From"].addresses[0].addr_spec == "postmaster@example.dk"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert "du skal ikke gøre noget" in plain_text(letter)


def test_who_is_known_reads_it_in_their_own_language(house: House) -> None:
    with house.store.transaction() as session:
        a_person(session, OPERATOR, language="en")
    with scripted_relay() as (relay, port):
        send(house, port)

    assert b"you need do nothing" in (relay.received[0].content or b"")


def refuse(stage: str, reply: str) -> Script:
    return lambda at, _recipient, _tried: reply if at == stage else None


@pytest.mark.alike
@pytest.mark.parametrize(
    ("script", "told"),
    [(refuse("MAIL", "553 5.7.1 Not your domain"), "refused it: 553 5.7.1 Not your domain"),
     (refuse("RCPT", "550 5.1.1 Nobody here"), "refused it: 550 5.1.1 Nobody here"),
     (refuse("DATA", "554 5.7.1 Spam"), "refused it: 554 5.7.1 Spam"),
     (refuse("RCPT", "451 4.7.1 Greylisted"), "try again in some minutes: 451 4.7.1 Greylisted"),
     (refuse("RCPT", "421 4.3.2 Closing"), "is in trouble: 421 4.3.2 Closing"),
     (refuse("MAIL", LOST), "451 4.4.2")],
)  # fmt: skip
def test_a_letter_that_the_relay_does_not_take_is_told_in_its_words(house: House, script: Script, told: str) -> None:
    with scripted_relay(script) as (_, port):
        finding = send(house, port)

    assert not finding.is_well
    assert told in finding.told


def test_a_relay_that_is_none_is_told(house: House) -> None:
    with babbling_relay(b"554 Not you\r\n") as port:
        assert not send(house, port).is_well
    assert not send(house, free_port()).is_well
    assert "[relay] host" in send_letter(house, OPERATOR).told


def test_a_letter_to_a_list_of_ours_is_followed_round_until_it_comes_in_again(open_house: House, door: int) -> None:
    finding = send(open_house, door, LIST)  # the relay is our own door

    assert finding.is_well
    assert "came in again at our own door" in finding.told
    assert eventually(lambda: disposition_at(open_house, LIST)) is Disposition.DISCARDED


def test_a_letter_that_never_comes_round_is_told(open_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dialogportal.doctor.sending.ROUND_PATIENCE", 0.3)
    with scripted_relay() as (_, port):
        finding = send(open_house, port, LIST)

    assert not finding.is_well
    assert "did not come in again" in finding.told


def test_nothing_that_comes_back_is_said_after_a_while(open_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dialogportal.doctor.sending.RETURN_PATIENCE", 0.3)
    with scripted_relay() as (_, port):
        finding = send(open_house, port)

    assert finding.is_well
    assert "nothing came back" in finding.told


REPORT = """\
From: MAILER-DAEMON@mx.example.org
Subject: Undelivered Mail
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; drift@example.org
Action: failed
Status: 5.1.1

--b--
"""


def test_a_letter_that_comes_back_is_told_and_counts_against_nobody(open_house: House, door: int) -> None:
    def bounce(stage: str, _recipient: str, _tried: int) -> None:
        if stage == "AFTER":
            with SMTP("127.0.0.1", door, timeout=30) as client:
                client.sendmail("", str(relay.received[-1].mail_from), REPORT)

    with scripted_relay(bounce) as (relay, port):
        finding = send(open_house, port)

    assert not finding.is_well
    assert "it came back: hard 5.1.1" in finding.told
    assert eventually(lambda: disposition_at(open_house, str(relay.received[0].mail_from)))
    with open_house.store.reading() as session:
        assert session.exec(select(Bounce)).all() == []


def disposition_at(house: House, recipient: str) -> Disposition | None:
    with house.store.reading() as session:
        return session.exec(select(Arrival.disposition).where(Arrival.recipient == recipient)).one()


# -- the command ---------------------------------------------------------------------------


def test_the_command_sends_it_and_tells_it_among_the_findings(
    tmp_path_factory: pytest.TempPathFactory, now: datetime
) -> None:
    with scripted_relay() as (relay, port):
        shell = RunningPortal(tmp_path_factory.mktemp("shell"), "sqlite:///dialogportal.sqlite3", port)
        done = CliRunner().invoke(
            app, ["check", "--send", "Drift@Example.ORG", "--json", "--config", str(shell.settings)]
        )

    letter = json.loads(done.stdout)[-1]
    assert (letter["what"], letter["is_well"]) == ("letter", True)
    assert OPERATOR in letter["told"]
    assert [one.rcpt_tos for one in relay.received] == [[OPERATOR]]


@pytest.mark.parametrize("email", ["drift", "drift@", "@example.org", "drift example.org"])
def test_what_is_no_address_is_told_at_once(tmp_path_factory: pytest.TempPathFactory, email: str) -> None:
    shell = RunningPortal(tmp_path_factory.mktemp("shell"), "sqlite:///dialogportal.sqlite3", free_port())

    done = CliRunner().invoke(app, ["check", "--send", email, "--config", str(shell.settings)])

    assert done.exit_code == 1
    assert "looks like" in str(done.exception)
