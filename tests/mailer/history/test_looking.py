"""An archive is looked through by a child, which may end over a message."""

from contextlib import closing
from datetime import UTC, datetime

from mailer.history.archives import Raw
from mailer.history.looking import CHUNK, PROGRAM, HeadReader, look_through
from mailer.history.marks import Mark
from mailer.history.old_heads import read_old_head
from support.children import running
from tickets.database.models import Visibility

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
ASKED = b"Message-ID: <1@x>\r\nDate: Mon, 1 Apr 2019 09:30:00 +0200\r\nTo: =?utf-8?q?B=C3=B8rn?= <db+anonym@example.dk>"
DELETED = b"In-Reply-To: <1@x>\r\nReferences: <0@x> <1@x>\r\nX-Mozilla-Status: 0008\r\nFrom: \xe6 <a@example.dk>"


class Heap:
    """An archive of these messages over and over; at one of them, whoever reads is killed."""

    def __init__(self, *messages: bytes, deadly: int) -> None:
        self._messages, self._deadly = messages, deadly

    def __len__(self) -> int:
        return self._deadly + 2

    def __getitem__(self, position: int) -> Raw:
        if position == self._deadly:
            running(PROGRAM)[-1].kill()
        return Raw(self._messages[position % len(self._messages)])

    def name_of(self, position: int) -> str:
        """The number of a message."""
        return str(position)


def test_a_child_reads_heads_as_the_portal_itself_would() -> None:
    with closing(HeadReader(NOW)) as reader:
        read = [*reader.read([ASKED, DELETED, b""]), *reader.read([ASKED])]

    assert read == [read_old_head(one, NOW) for one in (ASKED, DELETED, b"", ASKED)]
    assert read[1] is not None
    assert (read[1].cited, read[1].mark) == (("1@x", "0@x"), Mark.DELETED)


def test_of_what_ends_the_child_nothing_is_known_few_see_it_and_the_next_is_read() -> None:
    *_, before, deadly, after = look_through(Heap(ASKED, deadly=CHUNK), NOW, lambda _: None)

    assert (before.message_id, after.message_id) == ("1@x", "1@x")
    assert before.visibility is after.visibility is Visibility.ANONYMOUS
    assert deadly.visibility is Visibility.CONFIDENTIAL
    assert deadly.message_id.endswith("@missing.invalid")
