import threading
from datetime import datetime
from itertools import count
from pathlib import Path

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError
from sqlmodel import select

from mailer.intake.mailbox import make_folder
from support.fetching import DESK, LIST, a_letter, arrivals, following, following_moody, is_marked, on_first, subjects
from support.fetching import dovecot as dovecot
from support.fetching import server as server
from support.mailboxes import BYE, FIN, REFUSE, SILENT, SPLIT, MoodyMailbox
from support.servers import Dovecot, make_certificate
from support.timing import costing_at_most
from support.waiting import eventually, let_pass
from tickets.database.models import Content, MailboxMark
from tickets.database.store import Store

pytestmark = pytest.mark.any_database  # tests/journeys/test_journeys.py takes mail from a mailbox on both


def test_an_unread_message_is_stored_as_it_is_and_then_flagged(dovecot: Dovecot, store: Store, now: datetime) -> None:
    dovecot.deliver(a_letter(Return_Path="<mette@proevested.example.dk>"))

    with following(dovecot, store, now):
        eventually(lambda: dovecot.seen() == 1)

    (arrival,) = arrivals(store)
    assert (arrival.recipient, arrival.return_path, arrival.door) == (LIST, "mette@proevested.example.dk", "imap")
    assert arrival.next_attempt_at == arrival.received_at
    with store.reading() as session:
        octets = session.exec(select(Content.octets)).one()
    assert octets == a_letter(Return_Path="<mette@proevested.example.dk>")


def test_a_message_that_comes_during_idle_is_fetched_at_once(dovecot: Dovecot, store: Store, now: datetime) -> None:
    with following(dovecot, store, now):
        eventually(lambda: is_marked(store))
        dovecot.deliver(a_letter())
        eventually(lambda: arrivals(store), 5)


def test_a_server_without_idle_is_asked_again_and_again(tmp_path: Path, store: Store, now: datetime) -> None:
    with (
        Dovecot(tmp_path / "dovecot", capability="IMAP4rev1 UIDPLUS") as dovecot,
        following(dovecot, store, now, look_every=0.2),
    ):
        eventually(lambda: is_marked(store))
        dovecot.deliver(a_letter())
        eventually(lambda: arrivals(store), 5)


def test_messages_can_be_moved_when_they_are_durable(dovecot: Dovecot, store: Store, now: datetime) -> None:
    for number in range(3):
        dovecot.deliver(a_letter(number))

    with following(dovecot, store, now, after="move:Modtaget"):
        eventually(lambda: dovecot.seen("Modtaget") == 3)

    assert len(arrivals(store)) == 3


def test_a_server_without_move_gets_copies_and_deletions(tmp_path: Path, store: Store, now: datetime) -> None:
    with Dovecot(tmp_path / "dovecot", capability="IMAP4rev1 IDLE UIDPLUS") as dovecot:
        dovecot.deliver(a_letter())

        with following(dovecot, store, now, after="move:Modtaget"):
            eventually(lambda: dovecot.seen("Modtaget") == 1 and dovecot.seen() == 0)


def test_a_folder_that_somebody_else_makes_at_the_same_moment_is_there(
    dovecot: Dovecot, store: Store, now: datetime
) -> None:
    class Late(IMAPClient):
        """Sees no folder the first time, as before the other made it."""

        def folder_exists(self, folder: str) -> bool:
            self.folder_exists = super().folder_exists
            return False

    with dovecot.client() as client:
        client.create_folder("Modtaget")
    late = Late("127.0.0.1", dovecot.port, ssl=False)
    late.login(dovecot.username, dovecot.password)

    make_folder(late, "Modtaget")
    with pytest.raises(IMAPClientError):
        make_folder(late, "x" * 300)

    late.logout()


def test_what_was_read_before_the_first_start_stays_where_it_is(dovecot: Dovecot, store: Store, now: datetime) -> None:
    dovecot.deliver(a_letter(1), flags=(b"\\Seen",))
    dovecot.deliver(a_letter(2))

    with following(dovecot, store, now):
        eventually(lambda: arrivals(store))
        dovecot.deliver(a_letter(3), flags=(b"\\Seen",))
        eventually(lambda: len(arrivals(store)) == 2)

    assert subjects(store) == {"Spørgsmål 2", "Spørgsmål 3"}


def test_a_server_restarted_during_idle_is_found_again_without_spinning(
    dovecot: Dovecot, store: Store, now: datetime
) -> None:
    with following(dovecot, store, now):
        dovecot.deliver(a_letter(1))
        eventually(lambda: dovecot.seen() == 1)

        dovecot.stop()
        with costing_at_most(0.25):
            let_pass(2.5)
        dovecot.start()
        dovecot.deliver(a_letter(2))
        eventually(lambda: len(arrivals(store)) == 2, 30)

    assert subjects(store) == {"Spørgsmål 1", "Spørgsmål 2"}


def test_a_message_whose_flag_was_lost_is_not_taken_twice(dovecot: Dovecot, store: Store, now: datetime) -> None:
    dovecot.deliver(a_letter())
    with following(dovecot, store, now):
        eventually(lambda: dovecot.seen() == 1)
    with dovecot.client() as client:  # as if the portal had been killed between its commit and the flag
        client.select_folder("INBOX")
        client.remove_flags(client.search("ALL"), [b"\\Seen"])

    with following(dovecot, store, now):
        eventually(lambda: dovecot.seen() == 1)

    assert len(arrivals(store)) == 1


def test_a_renumbered_mailbox_is_looked_through_again_and_nothing_is_taken_twice(
    dovecot: Dovecot, store: Store, now: datetime
) -> None:
    for number in range(3):
        dovecot.deliver(a_letter(number))
    with following(dovecot, store, now):
        eventually(lambda: dovecot.seen() == 3)
    with dovecot.client() as client:
        client.create_folder("Ny")
        client.select_folder("INBOX")
        client.copy(client.search("ALL"), "Ny")
        client.append("Ny", a_letter(3), (b"\\Seen",))
    with store.transaction() as session:
        mark = session.exec(select(MailboxMark)).one()
        moved = MailboxMark(mailbox=mark.mailbox.replace("INBOX", "Ny"), uid_validity=1, last_uid=900)
        session.add(moved)

    with following(dovecot, store, now, folder="Ny"):
        eventually(lambda: len(arrivals(store)) == 4)

    assert subjects(store) == {f"Spørgsmål {number}" for number in range(4)}


def test_many_old_messages_are_taken_in_batches(dovecot: Dovecot, store: Store, now: datetime) -> None:
    with dovecot.client() as client:
        for number in range(120):
            client.append("INBOX", a_letter(number))

    with following(dovecot, store, now):
        eventually(lambda: dovecot.seen() == 120)

    assert len(arrivals(store)) == 120


def test_the_connection_can_be_turned_to_tls_first(
    tmp_path: Path, store: Store, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, key = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with Dovecot(tmp_path / "dovecot", certificate=(certificate, key)) as dovecot:
        dovecot.deliver(a_letter())

        with following(dovecot, store, now, host="localhost", security="starttls"):
            eventually(lambda: arrivals(store))


def test_a_certificate_of_another_is_not_trusted(tmp_path: Path, store: Store, now: datetime) -> None:
    pair = make_certificate(tmp_path)
    with Dovecot(tmp_path / "dovecot", certificate=pair) as dovecot:
        dovecot.deliver(a_letter())

        with following(dovecot, store, now, host="localhost", security="starttls"):
            eventually(lambda: "unknown ca" in dovecot.log() or "alert" in dovecot.log())

        assert not arrivals(store)


# -- servers that misbehave ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "whim"),
    [
        ("IDLE", FIN), ("IDLE", BYE), ("IDLE", SILENT), ("IDLE", SPLIT),
        ("LOGIN", BYE), ("LOGIN", REFUSE), ("LOGIN", SILENT),
        ("SELECT", BYE), ("SELECT", REFUSE), ("UID", FIN), ("UID", BYE), ("UID", SILENT), ("UID", REFUSE),
    ],
)  # fmt: skip
@pytest.mark.any_database
def test_whatever_a_server_does_nothing_is_missed_or_taken_twice(
    command: str, whim: str, store: Store, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.intake.fetcher.SLICE", 0.2)
    with MoodyMailbox(on_first(command, whim)) as mailbox:
        mailbox.deliver(a_letter(1))
        with following_moody(mailbox, store, now, tmp_path, look_every=1):
            eventually(lambda: mailbox.commands[command])
            mailbox.deliver(a_letter(2))
            eventually(lambda: len(arrivals(store)) == 2)
            eventually(lambda: mailbox.seen == {1, 2})

    assert subjects(store) == {"Spørgsmål 1", "Spørgsmål 2"}
    assert len(arrivals(store)) == 2


@pytest.mark.any_database
@pytest.mark.parametrize(("command", "whim"), [("IDLE", FIN), ("IDLE", BYE), ("LOGIN", REFUSE)])
def test_a_server_in_lasting_trouble_is_asked_less_and_less_often(
    command: str, whim: str, store: Store, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = count()
    idle_check = IMAPClient.idle_check

    def counted(self: IMAPClient, timeout: float | None = None) -> object:
        next(checks)  # at the end of a connection the library itself would return 94,000 times a second
        return idle_check(self, timeout)

    monkeypatch.setattr(IMAPClient, "idle_check", counted)
    with MoodyMailbox(on_first(command, whim, 1_000)) as mailbox:
        with following_moody(mailbox, store, now, tmp_path):
            threading.Event().wait(2.5)  # the span over which the calls are counted

        assert mailbox.connections <= 3
        assert mailbox.commands.total() <= 40
        assert next(checks) <= 10


@pytest.mark.parametrize(
    ("fields", "recipients"),
    [
        ({"Delivered_To": DESK}, {DESK}),
        ({"Delivered_To": "portal@example.dk", "To": f"{DESK}, Ole <ole@oeby.example.dk>", "Cc": LIST}, {DESK, LIST}),
        ({"To": "undisclosed-recipients:;"}, {LIST}),
        ({"Delivered_To": f"<{DESK}>\r\nDelivered-To: <sikkerhed@example.dk>"}, {DESK}),
    ],
    ids=["the field", "To and Cc", "the mailbox's list", "the topmost field only"],
)
def test_the_recipient_is_found_although_imap_has_no_envelope(
    dovecot: Dovecot, store: Store, now: datetime, fields: dict[str, str], recipients: set[str]
) -> None:
    dovecot.deliver(a_letter(1, **fields))

    with following(dovecot, store, now):
        eventually(lambda: arrivals(store))

    assert {arrival.recipient for arrival in arrivals(store)} == recipients
