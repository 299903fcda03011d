"""The reading child: what costs too much ends it, and the next message is read all the same."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage

import psutil
import pytest

from mailer.privacy.cleaning import clean_files
from mailer.privacy.redaction import redact
from mailer.sandbox.framing import Failure
from mailer.sandbox.headings import Sender, read_heading
from mailer.sandbox.incoming import Incoming, Unread, read_incoming
from mailer.sandbox.message import read_post
from mailer.sandbox.reader import Limits, Reader, Workshop
from support import children as shared
from support.papers import a_pdf
from support.waiting import eventually

READING = "mailer.sandbox.reading_child"
NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
HEAD = b"From: Mette <mette@proevested.example.dk>\r\nSubject: hej\r\nMessage-ID: <1@example.dk>\r\n"
SOUND = Unread(HEAD + b"\r\nM\xc3\xa5 vi det?\r\n", NOW)
COSTLY = Unread(HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nhej\r\n" * 100_000, NOW)
LARGE = Unread(HEAD + b"\r\n" + (b"a" * 70 + b"\r\n") * 300_000, NOW)
BOUNCE = Unread(
    b"From: <>\r\nContent-Type: multipart/report; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: message/delivery-status\r\n\r\n"
    b"Reporting-MTA: dns; mx.example.dk\r\n\r\nFinal-Recipient: rfc822; ole@example.dk\r\nAction: failed\r\n"
    b"Status: 5.1.1\r\n\r\n--b--\r\n",
    NOW,
    came_back=True,
)


OTHERS: set[int] = set()  # children of tests before this one


@pytest.fixture(autouse=True)
def others() -> None:
    OTHERS.clear()
    OTHERS.update(child.pid for child in shared.running(READING))


@pytest.fixture
def reader() -> Iterator[Reader]:
    reader = Reader()
    yield reader
    reader.close()


def read_all(reader: Reader, *messages: Unread) -> list[Incoming | Failure]:
    with reader.read(messages) as ahead:
        found = [ahead.take() for _ in messages]
    return [one for one in found if one is not None]


def children() -> list[psutil.Process]:
    return [child for child in shared.running(READING) if child.pid not in OTHERS]


def subjects(found: list[Incoming | Failure]) -> list[str]:
    return [one.reading.post.subject if isinstance(one, Incoming) else one.traceback for one in found]


def test_a_child_reads_as_the_portal_itself_would(reader: Reader) -> None:
    found = read_all(reader, SOUND, BOUNCE)

    assert found == [read_incoming(SOUND), read_incoming(BOUNCE)]
    assert isinstance(found[1], Incoming)
    assert found[1].report is not None
    assert found[1].report.status == "5.1.1"


def test_what_is_past_is_read_as_the_post_it_is_alone(reader: Reader) -> None:
    past = replace(BOUNCE, is_past=True)

    found = read_all(reader, past)

    assert found == [replace(read_incoming(BOUNCE), report=None)]


def test_more_messages_than_the_socket_holds_are_answered_in_their_order(reader: Reader) -> None:
    messages = [Unread(SOUND.octets.replace(b"hej", b"%d" % number) + b"a " * 200_000, NOW) for number in range(15)]

    found = read_all(reader, *messages)

    assert subjects(found) == [str(number) for number in range(15)]
    assert len(children()) == 1


def test_nothing_is_started_before_there_is_something_to_read() -> None:
    Reader().read([])

    assert children() == []


def test_a_message_that_takes_too_long_is_a_failure_and_the_next_is_read_at_once() -> None:
    reader = Reader(Limits(seconds=0.1))
    read_all(reader, SOUND)

    with reader.read([COSTLY, SOUND]) as ahead:
        costly = ahead.take()
        sound = ahead.take()

    assert isinstance(costly, Failure)
    assert costly.traceback == "took more than 0.1 s of processor time"
    assert isinstance(sound, Incoming)
    reader.close()


def test_a_message_that_takes_too_much_memory_is_a_failure_and_the_next_is_read() -> None:
    reader = Reader(Limits(memory=32 * 1024 * 1024))

    found = read_all(reader, SOUND, LARGE, SOUND)

    assert [type(one) for one in found] == [Incoming, Failure, Incoming]
    assert subjects(found)[1] == "took more memory than one message may"
    reader.close()


def test_a_child_that_is_killed_costs_one_try_of_one_message(reader: Reader) -> None:
    read_all(reader, SOUND)
    children()[0].kill()

    found = read_all(reader, SOUND, SOUND)

    assert [type(one) for one in found] == [Failure, Incoming]
    assert subjects(found)[0] == "ended the child that read it (exit code -9)"


def test_a_child_that_stands_still_is_ended_and_the_next_message_is_read() -> None:
    reader = Reader(Limits(patience=3))
    read_all(reader, SOUND)
    stopped = children()[0]
    stopped.suspend()

    found = read_all(reader, SOUND, SOUND)

    assert [type(one) for one in found] == [Failure, Incoming]
    assert not stopped.is_running()
    reader.close()


def test_who_does_not_wait_gets_nothing_yet(reader: Reader) -> None:
    read_all(reader, SOUND)
    children()[0].suspend()

    with reader.read([SOUND]) as ahead:
        assert ahead.take(0.01) is None
        children()[0].resume()
        assert isinstance(ahead.take(), Incoming)


def test_what_was_asked_and_not_taken_is_not_mistaken_for_the_next_answer(reader: Reader) -> None:
    with reader.read([SOUND, SOUND, SOUND]) as ahead:
        ahead.take()

    other = Unread(SOUND.octets.replace(b"hej", b"andet"), NOW)

    assert subjects(read_all(reader, other)) == ["andet"]


def test_the_child_is_small_and_holds_no_database(reader: Reader) -> None:
    read_all(reader, SOUND)

    child = children()[0]

    assert child.memory_info().rss < 70_000_000
    assert not [mapped for mapped in child.memory_maps() if "sqlite" in mapped.path or "psycopg" in mapped.path]
    assert child.net_connections() == []


def test_a_large_message_leaves_no_large_child_behind(reader: Reader) -> None:
    read_all(reader, LARGE)

    assert children() == []


def test_the_child_ends_with_its_parent_however_that_ended() -> None:
    program = (
        "from datetime import UTC, datetime\n"
        "from mailer.sandbox.incoming import Unread; from mailer.sandbox.reader import Reader\n"
        "reader = Reader(); ahead = reader.read([Unread(b'hej', datetime.now(UTC))]); ahead.take()\n"
        "import psutil; print(psutil.Process().children()[0].pid, flush=True); input()"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())

        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()

        assert eventually(lambda: not psutil.pid_exists(child))


def a_message_with(*files: bytes) -> Unread:
    message = EmailMessage()
    message.set_content("Se vedhæftet")
    for number, octets in enumerate(files):
        message.add_attachment(octets, maintype="application", subtype="octet-stream", filename=f"fil{number}")
    return Unread(bytes(message), NOW)


@pytest.fixture
def workshop() -> Iterator[Workshop]:
    workshop = Workshop()
    yield workshop
    workshop.close()


def test_a_child_cleans_files_as_the_portal_itself_would(workshop: Workshop) -> None:
    message = a_message_with(a_pdf("Må vi?"), b"\0\1", "Må vi? æøå".encode())

    found = workshop.clean(message)

    assert found == clean_files(message.octets)
    assert list(found) == [2, 4]
    assert len(children()) == 1


def test_files_whose_cleaning_ends_the_child_have_no_clean_copies_and_the_next_have(workshop: Workshop) -> None:
    small = Workshop(Limits(seconds=0.02))
    small.clean(a_message_with(b"Hej"))
    costly = a_message_with(*[a_pdf(") Tj (".join(["Hej"] * 20_000))] * 3)

    assert small.clean(costly) == {}
    small.close()
    assert list(workshop.clean(a_message_with(b"Hej"))) == [2]


def test_who_has_cleaned_keeps_no_child(workshop: Workshop) -> None:
    workshop.clean(a_message_with(b"Hej"))

    workshop.close()

    assert children() == []


def test_a_child_makes_the_form_without_numbers_as_the_portal_itself_would(workshop: Workshop) -> None:
    message = a_message_with(b"010190-1234", b"andet")
    message = replace(message, octets=b"Subject: Om 010190-1234\n" + message.octets)

    redacted = workshop.redact(message, [2], "Filen er taget ud: æ")

    octets = redact(message.octets, [2], "Filen er taget ud: æ")
    assert redacted == (octets, read_post(octets, NOW))
    assert b"010190" not in octets


def test_a_form_that_cannot_be_made_is_a_failure() -> None:
    with closing(Workshop(Limits(seconds=0.02))) as small:
        assert isinstance(small.redact(a_message_with(b"Hej " * 2_000_000), [], ""), Failure)


def test_a_child_reads_the_top_of_a_message_and_what_is_kept_of_it(workshop: Workshop) -> None:
    octets = b"Subject: =?utf-8?q?B=C3=B8rn?=\r\nX-Other: \xe6\r\nTo: \xe6 <a@example.dk>\r\n\r\nbody"

    assert workshop.read_heading(octets, NOW) == read_heading(octets, NOW)
    assert dict(read_heading(octets, NOW).reading.fields)["Subject"] == "Børn"


def test_the_top_that_ends_the_child_names_nobody_and_the_next_does(reader: Reader) -> None:
    tops = [b"From: ole@oeby.example.dk\r\n\r\n", b"", b"From: a@example.dk\r\nFrom: b@example.dk\r\n\r\n"]

    assert reader.read_senders(tops, None) == [Sender("ole@oeby.example.dk"), Sender(), Sender()]
