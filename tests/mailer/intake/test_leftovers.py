"""One message that cannot be had, or should not be, stops no mailbox; what stays there is known, and why."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from mailer.intake import leftovers
from mailer.intake.ages import is_newer
from mailer.intake.entrances import Listen
from mailer.intake.large_mail import is_believed_unread, is_news
from mailer.sandbox.headings import read_envelope
from mailer.sections import MailboxSettings
from support.builders import a_list, a_person
from support.clocks import Clock
from support.fetching import DESK, LIST, a_letter, arrivals, following, following_moody, is_marked, subjects
from support.fetching import dovecot as dovecot
from support.fetching import server as server
from support.mailboxes import MoodyMailbox
from support.servers import Dovecot, make_certificate
from support.waiting import eventually
from tickets.database.models import Event, EventKind, Leftover, LeftoverReason, MailboxMark, Trouble
from tickets.database.store import Store
from tickets.envelope import MailboxProfile
from tickets.moderation import troubles

pytestmark = pytest.mark.any_database
LOOK_EVERY = 0.3


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


def left(store: Store, why: LeftoverReason) -> list[int]:
    with store.reading() as session:
        return sorted(session.exec(select(Leftover.uid).where(col(Leftover.why) == why)))


def told(store: Store) -> list[Trouble]:
    with store.reading() as session:
        found = troubles.current(session)
        session.expunge_all()
    return found


# -- what the server does not hand out -----------------------------------------------------


def test_a_message_that_is_not_handed_out_stops_no_other(
    dovecot: Dovecot, store: Store, now: datetime, clock: Clock
) -> None:
    for number in (1, 2, 3):
        dovecot.deliver(a_letter(number))
    dovecot.file_of("Hej nr. 2").chmod(0)

    with following(dovecot, store, now, LOOK_EVERY, clock=clock):
        eventually(lambda: subjects(store) == {"Spørgsmål 1", "Spørgsmål 3"})
        dovecot.deliver(a_letter(4))
        eventually(lambda: "Spørgsmål 4" in subjects(store))
        eventually(lambda: told(store))

    (trouble,) = told(store)
    assert (trouble.name, trouble.since) == ("mailbox", now)
    assert "UID 2" in trouble.said
    assert left(store, LeftoverReason.UNREADABLE) == [2]


def test_what_can_be_had_again_is_taken_once_and_the_trouble_is_over(
    dovecot: Dovecot, store: Store, now: datetime, clock: Clock
) -> None:
    for number in (1, 2):
        dovecot.deliver(a_letter(number))
    file = dovecot.file_of("Hej nr. 1")
    file.chmod(0)

    with following(dovecot, store, now, LOOK_EVERY, clock=clock):
        eventually(lambda: told(store))
        dovecot.file_of_name(file).chmod(0o600)
        clock.now += timedelta(minutes=2)
        eventually(lambda: not told(store))

    assert sorted(subjects(store)) == ["Spørgsmål 1", "Spørgsmål 2"]
    assert len(arrivals(store)) == 2
    assert left(store, LeftoverReason.UNREADABLE) == []


def test_several_that_are_not_handed_out_are_all_passed_over(
    dovecot: Dovecot, store: Store, now: datetime, clock: Clock
) -> None:
    for number in range(1, 6):
        dovecot.deliver(a_letter(number))
    for number in (1, 3, 5):
        dovecot.file_of(f"Hej nr. {number}").chmod(0)

    with following(dovecot, store, now, LOOK_EVERY, clock=clock):
        eventually(lambda: subjects(store) == {"Spørgsmål 2", "Spørgsmål 4"})
        eventually(lambda: told(store))

    assert "3 not handed out" in told(store)[0].said


def test_what_somebody_took_away_is_missed_no_more(dovecot: Dovecot, store: Store, now: datetime, clock: Clock) -> None:
    dovecot.deliver(a_letter(1))
    dovecot.file_of("Hej nr. 1").chmod(0)

    with following(dovecot, store, now, LOOK_EVERY, clock=clock):
        eventually(lambda: told(store))
        with dovecot.client() as client:
            client.select_folder("INBOX")
            client.delete_messages([1])
            client.expunge()
        eventually(lambda: not told(store))


def test_a_message_is_tried_less_and_less_often_and_a_wrong_clock_delays_it_by_no_more(
    store: Store, now: datetime
) -> None:
    with store.transaction() as session:
        pauses = []
        for _ in range(9):
            leftovers.leave(session, "m", 1, LeftoverReason.UNREADABLE, now)
            session.flush()
            pauses.append(session.get_one(Leftover, ("m", 1)).next_attempt_at - now)
        (one,) = leftovers.left_in(session, "m", LeftoverReason.UNREADABLE)

    assert pauses[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert pauses[-1] == timedelta(hours=1)
    assert not leftovers.is_due(one, 1_000, now + timedelta(minutes=59))
    assert leftovers.is_due(one, 1_000, now + timedelta(hours=1))
    assert leftovers.is_due(one, 1_000, now - timedelta(hours=48))


# -- a mailbox in trouble ------------------------------------------------------------------


def test_a_wrong_password_is_told_until_it_is_right(
    dovecot: Dovecot, store: Store, now: datetime, tmp_path: Path
) -> None:
    password = tmp_path / "password"
    password.write_text("forkert")

    with following(dovecot, store, now, LOOK_EVERY, password_file=password):
        eventually(lambda: told(store), 15)
        assert "does not let" in told(store)[0].said
        password.write_text(dovecot.password)
        eventually(lambda: not told(store), 30)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"folder": "Findes ikke"}, "folder Findes ikke"),
        ({"port": 1}, "127.0.0.1:1 does not answer"),
        ({"security": "tls"}, "may want STARTTLS"),
        ({"security": "starttls"}, "does not answer"),
        ({"password_file": "/findes/ikke"}, "/findes/ikke"),
        ({"ca_file": "/findes/ikke", "security": "tls"}, "ca_file /findes/ikke"),
    ],
)
def test_whatever_keeps_us_out_is_told_by_name(
    dovecot: Dovecot, store: Store, now: datetime, wrong: dict[str, Any], words: str
) -> None:
    with following(dovecot, store, now, **wrong):
        eventually(lambda: told(store), 15)

    assert words in told(store)[0].said


# -- too large -----------------------------------------------------------------------------


def test_a_message_that_is_too_large_is_not_fetched_and_not_asked_for_again(
    dovecot: Dovecot, store: Store, now: datetime
) -> None:
    dovecot.deliver(a_letter(1))
    dovecot.deliver(a_letter(2) + b"x" * 5_000)
    dovecot.deliver(a_letter(3))

    with following(dovecot, store, now, LOOK_EVERY, most_octets=5_000):
        eventually(lambda: subjects(store) == {"Spørgsmål 1", "Spørgsmål 3"})
        eventually(lambda: dovecot.seen() == 2)
    with following(dovecot, store, now, LOOK_EVERY, most_octets=5_000):
        dovecot.deliver(a_letter(4))
        eventually(lambda: "Spørgsmål 4" in subjects(store))

    assert left(store, LeftoverReason.TOO_LARGE) == [2]
    assert told(store) == []


METTE = "Mette <mette@proevested.example.dk>"


def noted(verdict: str, domain: str = "proevested.example.dk") -> dict[str, str]:
    """What the server in front writes of an author of this domain."""
    return {"Authentication_Results": f"mx.example.dk; dmarc={verdict} header.from={domain}"}


@pytest.mark.parametrize(
    ("fields", "tells"),
    [
        pytest.param({"From": METTE}, 1, id="a member"),
        pytest.param({"From": "mette+kl@proevested.example.dk"}, 1, id="by a plus address"),
        pytest.param({"From": METTE, "To": DESK}, 1, id="to a desk"),
        pytest.param({"From": METTE, "To": "ledelse@example.dk"}, 0, id="no member of that list"),
        pytest.param({"From": "Frank <frank@example.org>", **noted("pass", "example.org")}, 0, id="a stranger"),
        pytest.param({"From": f"{METTE}, ole@oeby.example.dk"}, 0, id="two authors"),
        pytest.param({"From": METTE, "Auto_Submitted": "auto-replied"}, 0, id="a robot"),
        pytest.param({"From": METTE, "Return_Path": "<>"}, 0, id="with the null return path"),
        pytest.param({"From": METTE, "List_Id": "<liste.example.org>"}, 0, id="through another list"),
        pytest.param({"From": METTE, **noted("fail")}, 0, id="whom nobody vouches for"),
    ],
)
def test_a_member_is_told_once_that_a_mail_is_too_large(
    dovecot: Dovecot, store: Store, now: datetime, fields: dict[str, str], tells: int
) -> None:
    with store.transaction() as session:
        a_list(session)
        a_list(session, "Ledelse", "LE", address="ledelse@example.dk", is_restricted=True)
        mette = a_person(session)
    dovecot.deliver(a_letter(1, **noted("pass") | fields) + b"x" * 5_000)

    for _ in range(2):
        with following(dovecot, store, now, LOOK_EVERY, most_octets=5_000, is_vouched=lambda notes: notes.has_pass):
            eventually(lambda: left(store, LeftoverReason.TOO_LARGE) == [1])

    with store.reading() as session:
        events = session.exec(select(Event).where(Event.kind == EventKind.TOO_LARGE)).all()
    assert [event.person_key for event in events] == [mette.id] * tells


def test_what_has_lain_there_for_long_is_told_to_nobody(now: datetime) -> None:
    assert is_news(now - timedelta(hours=3), now)
    assert not is_news(now - timedelta(days=2), now)


@pytest.mark.parametrize(
    ("listen", "results", "is_believed"),
    [
        ({}, "", True),
        ({"authserv_id": "mx.example.dk"}, "mx.example.dk; dmarc=pass header.from=proevested.example.dk", True),
        ({"authserv_id": "mx.example.dk"}, "mx.example.dk; dmarc=fail header.from=proevested.example.dk", False),
        ({"authserv_id": "mx.example.dk"}, "mx.example.org; dmarc=pass header.from=proevested.example.dk", False),
        ({"verify": "dmarc"}, "mx.example.dk; dmarc=pass header.from=proevested.example.dk", False),
    ],
)
def test_whose_header_section_nobody_vouches_for_is_not_believed(
    listen: dict[str, Any], results: str, is_believed: bool
) -> None:
    """A signature covers the body, which stays where it is."""
    head = f"Authentication-Results: {results}\r\nFrom: {METTE}\r\n\r\n".encode()
    settings = Listen(**listen)

    notes = read_envelope(head, MailboxProfile("portal", "Delivered-To", LIST), settings.authserv_id)

    assert is_believed_unread(settings, notes) is is_believed


def test_it_is_fetched_once_larger_ones_are_taken(dovecot: Dovecot, store: Store, now: datetime) -> None:
    dovecot.deliver(a_letter(1) + b"x" * 5_000)
    with following(dovecot, store, now, most_octets=5_000):
        eventually(lambda: left(store, LeftoverReason.TOO_LARGE))

    with following(dovecot, store, now, most_octets=6_000):
        eventually(lambda: arrivals(store))

    assert left(store, LeftoverReason.TOO_LARGE) == []


def test_a_server_that_says_too_little_of_the_size_brings_in_nothing_too_large(
    store: Store, now: datetime, tmp_path: Path
) -> None:
    with MoodyMailbox() as mailbox:
        mailbox.said_size = 10
        mailbox.deliver(a_letter(1) + b"x" * 5_000)
        mailbox.deliver(a_letter(2))
        with following_moody(mailbox, store, now, tmp_path, look_every=1, most_octets=5_000):
            eventually(lambda: subjects(store) == {"Spørgsmål 2"})

    assert left(store, LeftoverReason.TOO_LARGE) == [1]


# -- numbered anew -------------------------------------------------------------------------


def renumber(dovecot: Dovecot, store: Store) -> None:
    """Have the portal believe that the folder had other numbers when it was last there."""
    with store.transaction() as session:
        mark = session.exec(select(MailboxMark)).one()
        mark.uid_validity, mark.last_uid = 1, 5_000


def test_what_was_left_on_purpose_stays_left_when_a_mailbox_is_numbered_anew(
    dovecot: Dovecot, store: Store, now: datetime
) -> None:
    with dovecot.client() as client:
        for number in range(20):
            client.append("INBOX", a_letter(number), (b"\\Seen",), datetime(2025, 3, 1, tzinfo=UTC))
    with following(dovecot, store, now):
        eventually(lambda: is_marked(store))
        dovecot.deliver(a_letter(50))
        eventually(lambda: arrivals(store))
    with dovecot.client() as client:  # the move lost the flags
        client.select_folder("INBOX")
        client.remove_flags(client.search("ALL"), [b"\\Seen"])
    dovecot.deliver(a_letter(51))
    renumber(dovecot, store)

    for _ in range(2):  # the second time what is unread is looked for
        with following(dovecot, store, now, LOOK_EVERY):
            eventually(lambda: "Spørgsmål 51" in subjects(store))
            eventually(lambda: len(left(store, LeftoverReason.KNOWN)) == 20)

    assert subjects(store) == {"Spørgsmål 50", "Spørgsmål 51"}
    assert len(arrivals(store)) == 2


def test_what_came_while_a_mailbox_was_moved_is_taken_read_or_not(
    dovecot: Dovecot, store: Store, now: datetime
) -> None:
    dovecot.deliver(a_letter(1))
    first = datetime.now(UTC).replace(microsecond=0)
    with following(dovecot, store, now):
        eventually(lambda: dovecot.seen() == 1)
    eventually(lambda: datetime.now(UTC).replace(microsecond=0) > first)  # dates are of whole seconds
    dovecot.deliver(a_letter(2), (b"\\Seen",))
    dovecot.deliver(a_letter(3))
    renumber(dovecot, store)

    with following(dovecot, store, now):
        eventually(lambda: len(arrivals(store)) == 3)


def test_a_move_that_gives_all_messages_a_new_date_is_seen_through(
    dovecot: Dovecot, store: Store, now: datetime
) -> None:
    dovecot.deliver(a_letter(1))
    with following(dovecot, store, now):
        eventually(lambda: dovecot.seen() == 1)
    for number, when in ((2, "Sat, 1 Mar 2025 10:00:00 +0100"), (3, "Mon, 2 Jun 2025 10:00:00 +0200")):
        dovecot.deliver(a_letter(number, Received=f"from a by b; {when}"))
    dovecot.deliver(a_letter(4, Date="Sat, 1 Mar 2025 10:00:00 +0100"))
    later = format_datetime(datetime.now(UTC) + timedelta(minutes=1))  # dates are of whole seconds
    dovecot.deliver(a_letter(5, Date=later))
    renumber(dovecot, store)

    with following(dovecot, store, now):
        eventually(lambda: "Spørgsmål 5" in subjects(store))
        eventually(lambda: len(left(store, LeftoverReason.KNOWN)) == 4)

    assert subjects(store) == {"Spørgsmål 1", "Spørgsmål 5"}


@pytest.mark.parametrize("received", ["", "nonsense", "from a by b; Tue, 99 Foo 2025", "; " * 500])
def test_a_message_without_a_date_of_its_own_is_as_old_as_the_server_says(received: str, now: datetime) -> None:
    head = f"Received: {received}\r\n\r\n".encode()
    about = {b"INTERNALDATE": now, b"BODY[HEADER.FIELDS (RECEIVED DATE)]": head}

    assert is_newer(about, now - timedelta(seconds=1))
    assert not is_newer(about, now)


# -- TLS -----------------------------------------------------------------------------------


@pytest.fixture
def with_tls(tmp_path: Path) -> Iterator[tuple[Dovecot, Path]]:
    certificate, key = make_certificate(tmp_path)
    with Dovecot(tmp_path / "dovecot", certificate=(certificate, key)) as dovecot:
        yield dovecot, certificate


def test_a_certificate_that_is_not_taken_at_starttls_is_told_by_its_fault(
    with_tls: tuple[Dovecot, Path], store: Store, now: datetime
) -> None:
    dovecot, _ = with_tls

    with following(dovecot, store, now, host="localhost", security="starttls"):
        eventually(lambda: told(store), 15)

    assert "its certificate is not taken: self-signed certificate" in told(store)[0].said


def test_an_authority_of_ones_own_is_believed_for_its_name_alone(
    with_tls: tuple[Dovecot, Path], store: Store, now: datetime
) -> None:
    dovecot, certificate = with_tls
    dovecot.deliver(a_letter(1))
    believed: dict[str, Any] = {"security": "starttls", "ca_file": str(certificate)}

    with following(dovecot, store, now, host="127.0.0.1", **believed):
        eventually(lambda: told(store), 15)
    assert "IP address mismatch" in told(store)[0].said

    with following(dovecot, store, now, host="localhost", **believed):
        eventually(lambda: arrivals(store))
        eventually(lambda: not told(store))


@pytest.mark.parametrize(
    ("host", "security", "is_shown"),
    [
        ("imap.example.dk", "none", True), ("192.0.2.1", "none", True), ("imap.example.dk", "starttls", False),
        ("localhost", "none", False), ("127.0.0.1", "none", False), ("::1", "none", False),
    ],
)  # fmt: skip
def test_a_password_in_clear_is_noticed_where_others_can_listen(host: str, security: str, is_shown: bool) -> None:
    settings = {"host": host, "username": "portal", "password_file": "x", "security": security}

    assert MailboxSettings.model_validate(settings).shows_password is is_shown
