"""Ages: after a mailbox was numbered anew, what came since is told from what was seen before."""

from datetime import UTC, datetime, timedelta

import pytest

from mailer.intake.ages import LOOK_BACK, is_newer, known_until
from tickets.database.models import MailboxMark

THEN = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def about(moved: datetime, head: str) -> dict[bytes, object]:
    return {b"INTERNALDATE": moved, b"BODY[HEADER.FIELDS (RECEIVED DATE)]": head.replace("\n", "\r\n").encode()}


@pytest.mark.parametrize(
    ("head", "newer"),
    [
        ("Received: from a by b; Mon, 23 Nov 2026 08:30:00 +0000\n", True),
        (
            "Received: from a; Mon, 23 Nov 2026 06:30:00 +0000\nReceived: from c; Mon, 23 Nov 2026 09:30:00 +0000\n",
            False,
        ),
        ("Date: Mon, 23 Nov 2026 06:30:00 +0000\n", False),
        ("Date: Mon, 23 Nov 2026 08:30:00\n", True),
        ("Date: i morgen\n", True),  # then the server's alone counts
        ("", True),
    ],
)
def test_a_message_is_as_old_as_the_older_of_its_dates(head: str, newer: bool) -> None:
    assert is_newer(about(THEN + HOUR, head), THEN) is newer


def test_a_message_that_the_server_dates_before_is_not_newer() -> None:
    assert not is_newer(about(THEN - HOUR, "Received: from a by b; Mon, 23 Nov 2026 08:30:00 +0000\n"), THEN)


def test_what_was_seen_reaches_up_to_some_time_before_the_newest() -> None:
    mark = MailboxMark(began_at=THEN, newest_at=THEN + 48 * HOUR)

    assert known_until(mark) == THEN + 48 * HOUR - LOOK_BACK
    assert known_until(MailboxMark(began_at=THEN)) == THEN
    assert known_until(MailboxMark()) is None
