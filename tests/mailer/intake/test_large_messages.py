"""Large messages lie on disk while they come in, and only so much is in memory."""

import asyncio
import errno
import os
import tracemalloc
from contextlib import ExitStack, suppress
from datetime import datetime
from pathlib import Path
from tempfile import SpooledTemporaryFile

import pytest

from mailer.intake.arrivals import Intake
from mailer.intake.spool import Scales
from support.doors import LIST, MESSAGE, OTHER, at_rcpt, contents, listening
from support.doors import intake as intake
from support.servers import hand_over
from support.waiting import eventually
from tickets.database.store import Store
from tickets.portal import Portal


@pytest.mark.parametrize("line", [b"x" * 70, b".", b"..", b".\r\n.x", b"x\r\n" * 20 + b"."])
def test_a_message_on_disk_is_the_one_that_was_sent(
    portal: Portal, intake: Intake, now: datetime, store: Store, line: bytes
) -> None:
    large = MESSAGE + b"\r\n" + (line + b"\r\n") * (1_500_000 // len(line))
    with listening(portal, intake, now, max_size=10_000_000) as listener:
        replies = hand_over(listener.smtp_port or 0, large.replace(b"\r\n.", b"\r\n.."), LIST, greeting="EHLO")

    assert replies[-1].startswith("250")
    assert contents(store) == [large]


def test_open_messages_lie_on_disk(portal: Portal, intake: Intake, now: datetime, store: Store) -> None:
    with ExitStack() as doors:
        listener = doors.enter_context(listening(portal, intake, now, max_size=20_000_000))
        senders = [doors.enter_context(at_rcpt(listener.smtp_port or 0, "DATA")) for _ in range(8)]
        rest = (b"x" * 998 + b"\r\n") * 10_000
        tracemalloc.start()
        doors.callback(tracemalloc.stop)
        for number, sender in enumerate(senders):
            sender.send(MESSAGE + b"%d" % number)
            sender.send(rest)
        eventually(lambda: spooled() > 8 * 9_000_000)
        _, most = tracemalloc.get_traced_memory()
        replies = [sender.say("\r\n.") for sender in senders]

    assert most < 10_000_000
    assert {reply[:3] for reply in replies} == {"250"}
    assert len(contents(store)) == 8


def spooled() -> int:
    """The octets in files of this process that have no name any more."""
    octets = 0
    for path in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):
            octets += path.stat().st_size if "(deleted)" in os.readlink(path) else 0
    return octets


@pytest.mark.parametrize(("door", "replies"), [("smtp_port", 1), ("lmtp_port", 2)])
def test_a_disk_without_room_puts_a_large_message_off(
    portal: Portal,
    intake: Intake,
    now: datetime,
    store: Store,
    door: str,
    replies: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(SpooledTemporaryFile, "write", refuse)
    with listening(portal, intake, now) as listener:
        told = hand_over(
            getattr(listener, door), MESSAGE * 10, LIST, OTHER, greeting="EHLO" if replies == 1 else "LHLO"
        )

    assert [reply[:9] for reply in told[-replies:]] == ["452 4.3.1"] * replies
    assert contents(store) == []


def test_only_so_much_is_in_memory_at_once_and_who_came_first_is_first() -> None:
    order: list[str] = []

    async def hold(scales: Scales, name: str, octets: int) -> None:
        async with scales.holding(octets):
            order.append(f"{name} in")
            await asyncio.sleep(0)
            order.append(f"{name} out")

    async def weigh() -> None:
        scales = Scales(most=10)
        await asyncio.gather(*(hold(scales, name, octets) for name, octets in (("a", 6), ("b", 30), ("c", 1))))

    asyncio.run(weigh())

    assert order == ["a in", "a out", "b in", "b out", "c in", "c out"]
