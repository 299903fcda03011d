"""Who is let in where places are few, and who makes room: the slow and the idle."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from mailer.intake import listener as listener_module
from mailer.intake import turnstile
from mailer.intake.arrivals import Intake
from mailer.intake.listener import Listener
from mailer.intake.turnstile import MOST_SESSIONS
from support.doors import LIST, MESSAGE, arrivals, at_rcpt, contents, listening
from support.doors import intake as intake
from support.doors import listener as listener
from support.doors import smtp as smtp
from support.servers import Conversation, hand_over
from support.waiting import eventually
from tickets.database.store import Store
from tickets.people import quotas
from tickets.people.quotas import Quotas
from tickets.portal import Portal


def test_sessions_beyond_the_limit_are_told_to_come_back(smtp: int) -> None:
    crowd = [Conversation(smtp) for _ in range(MOST_SESSIONS)]

    with Conversation(smtp) as another:
        assert another.banner.startswith("421")

    for session in crowd:
        session.__exit__(None, None, None)
    eventually(lambda: is_served(smtp))


@pytest.fixture
def nobody_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of 127.0.0.0/8 is foreign, but for a connection to the address that it comes from."""
    monkeypatch.setattr(quotas, "LOOPBACK", ("::1",))


@pytest.fixture
def two_at_once(portal: Portal, intake: Intake, now: datetime) -> Iterator[Listener]:
    with listening(portal, intake, now, quotas=Quotas(sessions_per_client=2)) as listener:
        yield listener


def banner(port: int | None, client: str) -> str:
    with Conversation(port or 0, client=client) as session:
        return session.banner


@pytest.mark.usefixtures("nobody_at_home")
def test_a_network_has_so_many_sessions_and_others_theirs_besides(two_at_once: Listener) -> None:
    port = two_at_once.smtp_port or 0
    with Conversation(port, client="127.0.1.1"), Conversation(port, client="127.0.1.2"):
        refused = [banner(port, f"127.0.1.{number}") for number in (1, 2, 3, 200)]
        served = banner(port, "127.0.2.1")

    assert {one[:9] for one in refused} == {"421 4.7.0"}
    assert served.startswith("220")
    eventually(lambda: banner(port, "127.0.1.3").startswith("220"))


@pytest.mark.usefixtures("nobody_at_home")
@pytest.mark.parametrize("client", ["127.0.0.1", "127.0.1.1"])
@pytest.mark.parametrize("door", ["smtp_port", "lmtp_port"])
def test_this_very_host_and_lmtp_have_as_many_as_they_like(two_at_once: Listener, door: str, client: str) -> None:
    port = getattr(two_at_once, door)
    with Conversation(port, client=client), Conversation(port, client=client):
        told = banner(port, client)

    is_limited = (door, client) == ("smtp_port", "127.0.1.1")
    assert told.startswith("421" if is_limited else "220")


def test_loopback_is_this_very_host(two_at_once: Listener) -> None:
    port = two_at_once.smtp_port or 0
    with Conversation(port, client="127.0.1.1"), Conversation(port, client="127.0.1.1"):
        assert banner(port, "127.0.1.1").startswith("220")


@pytest.mark.usefixtures("nobody_at_home")
def test_a_limit_of_nought_is_none(portal: Portal, intake: Intake, now: datetime) -> None:
    with listening(portal, intake, now, quotas=Quotas(sessions_per_client=0)) as listener:
        crowd = [Conversation(listener.smtp_port or 0, client="127.0.1.1") for _ in range(MOST_SESSIONS)]

        assert {session.banner[:3] for session in crowd} == {"220"}
        for session in crowd:
            session.__exit__(None, None, None)


def is_served(port: int) -> bool:
    with Conversation(port) as session:
        return session.banner.startswith("220")


@pytest.mark.parametrize("said", [(), ("EHLO client.example.org",), ("HELO a", "MAIL FROM:<mette@example.org>")])
def test_who_idles_makes_room_for_others(
    listener: Listener, said: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turnstile, "MOST_SESSIONS", 10)
    monkeypatch.setattr(turnstile, "LEAST_IDLE", 0.0)
    crowd = [Conversation(listener.smtp_port or 0, *said) for _ in range(10)]

    with Conversation(listener.smtp_port or 0) as another:
        assert another.banner.startswith("220")

    assert [session.read()[:9] for session in crowd[:1]] == ["421 4.4.2"]
    assert {session.say("NOOP")[:3] for session in crowd[1:]} == {"250"}


def test_who_sends_a_message_at_a_decent_rate_makes_room_for_nobody(
    smtp: int, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turnstile, "MOST_SESSIONS", 2)
    with at_rcpt(smtp, "DATA") as sender, at_rcpt(smtp, "DATA") as trickler:
        sender.send(MESSAGE * 100)
        trickler.send(b"From: ")
        monkeypatch.setattr(turnstile, "LEAST_IDLE", 0.0)
        eventually(lambda: is_served(smtp))

        assert sender.say("\r\n.").startswith("250")
        assert trickler.read().startswith("421 4.4.2")
    assert len(arrivals(store)) == 1


def test_lmtp_answers_whoever_crowds_smtp(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turnstile, "MOST_SESSIONS", 5)
    crowd = [Conversation(listener.smtp_port or 0) for _ in range(8)]

    assert [session.banner[:3] for session in crowd] == ["220"] * 5 + ["421"] * 3
    assert hand_over(listener.lmtp_port or 0, MESSAGE, LIST)[-1].startswith("250")


@pytest.mark.parametrize("said", [(), ("EHLO client.example.org",), ("EHLO a", "MAIL FROM:<mette@example.org>")])
def test_a_command_has_to_come_whole_in_its_time(
    smtp: int, said: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener_module, "LONGEST_COMMAND", 0.5)
    with Conversation(smtp, *said) as session:
        session.send(b"NOO")

        assert session.read().startswith("421 4.4.2")
        assert session.read() == ""


def test_a_message_that_stops_coming_is_not_waited_for(smtp: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener_module, "LONGEST_COMMAND", 0.5)
    monkeypatch.setattr(listener_module, "LONGEST_SILENCE", 0.5)
    with at_rcpt(smtp, "DATA") as session:
        session.send(MESSAGE)

        assert session.read().startswith("421 4.4.2")


def test_an_honest_slow_sender_is_heard_to_the_end(smtp: int, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener_module, "LONGEST_COMMAND", 0.5)
    monkeypatch.setattr(listener_module, "LONGEST_SILENCE", 0.6)
    with at_rcpt(smtp, "DATA") as session:
        for octet in MESSAGE[:25]:
            session.send(bytes([octet]))
            assert session.is_silent_for(0.1)
        session.send(MESSAGE[25:])

        assert session.say(".").startswith("250")
    assert contents(store) == [MESSAGE]
