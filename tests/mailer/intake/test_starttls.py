"""The doors over TLS."""

import smtplib
import ssl
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from mailer.intake.arrivals import Intake
from mailer.intake.turnstile import MOST_SESSIONS
from support.doors import LIST, MESSAGE, arrivals, listening
from support.doors import intake as intake
from support.servers import Conversation, make_certificate
from support.waiting import eventually
from tickets.database.store import Store
from tickets.portal import Portal


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    return make_certificate(tmp_path)


@pytest.fixture
def guarded(portal: Portal, intake: Intake, now: datetime, certificate: tuple[Path, Path]) -> Iterator[int]:
    """The port of a listener that offers STARTTLS."""
    with listening(portal, intake, now, certificate=certificate[0], key=certificate[1]) as listener:
        assert listener.smtp_port
        yield listener.smtp_port


def test_mail_is_taken_over_tls_where_there_is_a_certificate(
    guarded: int, store: Store, certificate: tuple[Path, Path]
) -> None:
    with smtplib.SMTP("localhost", guarded, timeout=10) as client:
        client.starttls(context=ssl.create_default_context(cafile=str(certificate[0])))
        client.ehlo()
        assert not client.has_extn("auth")
        client.sendmail("mette@example.org", [LIST], MESSAGE)

    assert len(arrivals(store)) == 1


def test_a_command_sent_before_tls_is_not_obeyed_after_it(guarded: int, certificate: tuple[Path, Path]) -> None:
    with Conversation(guarded, "EHLO x") as session:
        session.send(b"STARTTLS\r\nMAIL FROM:<mallory@example.org>\r\n")
        assert session.read().startswith("220")
        with session.wrap(ssl.create_default_context(cafile=str(certificate[0]))) as inside:
            assert inside.say(f"RCPT TO:<{LIST}>").startswith("503")


def test_broken_handshakes_leave_no_trace_in_the_count_of_sessions(guarded: int) -> None:
    for _ in range(5):
        with Conversation(guarded, "EHLO x", "STARTTLS") as session:
            session.send(b"det her er ikke TLS\r\n" * 10)
            session.read()

    crowd = [Conversation(guarded) for _ in range(MOST_SESSIONS)]
    with Conversation(guarded) as another:
        assert another.banner.startswith("421")
    for session in crowd:
        session.__exit__(None, None, None)


@pytest.mark.parametrize("times", [1, 20])
def test_a_handshake_that_fails_is_a_line_each_without_a_traceback(
    guarded: int, times: int, caplog: pytest.LogCaptureFixture
) -> None:
    with capture_logs() as lines:
        for _ in range(times):
            with smtplib.SMTP("127.0.0.1", guarded, timeout=10) as client, pytest.raises(ssl.SSLError):
                client.starttls(context=ssl.create_default_context())
        eventually(lambda: len(lines) >= times)

    assert {line["event"] for line in lines} == {"a client's connection failed"}, lines[0]
    assert len(lines) == times
    assert not [record for record in caplog.records if record.levelname in ("WARNING", "ERROR")]
