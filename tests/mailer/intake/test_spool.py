"""The spool: a message while it comes in, and how many are in memory at once."""

import asyncio
from pathlib import Path

import pytest

from mailer.intake.spool import IN_MEMORY, Scales, Spool


def test_a_message_is_what_stands_between_the_line_ends_without_the_dots_of_the_way(tmp_path: Path) -> None:
    spool = Spool(tmp_path, None)
    for piece in (b"\r\n..a\r", b"\nb\r\n..\r\n", b"c\r\n.\r\n"):
        spool.add(piece)

    assert spool.octets() == b".a\r\nb\r\n.\r\nc\r\n"


def test_a_large_one_lies_on_the_disk_without_a_name(tmp_path: Path) -> None:
    spool = Spool(tmp_path, None)
    line = b"x" * 998 + b"\r\n"
    spool.add(b"\r\n" + line * (IN_MEMORY // 500))
    spool.add(b".\r\n")

    assert list(tmp_path.iterdir()) == []
    assert spool.octets() == line * (IN_MEMORY // 500)


def test_of_what_is_too_large_nothing_is_kept(tmp_path: Path) -> None:
    spool = Spool(tmp_path, most=10)
    spool.add(b"\r\n12345")
    assert not spool.is_too_large
    spool.add(b"678901")

    assert spool.is_too_large
    assert spool.size == 13
    spool.close()


def test_a_disk_without_room_is_told_when_the_message_is_wanted() -> None:
    spool = Spool(Path("/missing"), None)
    spool.add(bytes(IN_MEMORY + 1))

    with pytest.raises(OSError, match="missing"):
        spool.octets()
    spool.close()


def test_only_so_many_octets_are_in_memory_and_who_waits_comes_in_order() -> None:
    async def weigh() -> list[str]:
        scales, said = Scales(most=10), list[str]()

        async def hold(name: str, octets: int) -> None:
            async with scales.holding(octets):
                said.append(f"{name} in")
                await asyncio.sleep(0)
                said.append(f"{name} out")

        await asyncio.gather(hold("a", 6), hold("b", 6), hold("c", 4))
        return said

    said = asyncio.run(weigh())
    assert said[:3] == ["a in", "a out", "b in"]
    assert said.index("b in") < said.index("c in")


def test_one_alone_may_have_more() -> None:
    async def alone() -> bool:
        async with Scales(most=10).holding(100):
            return True

    assert asyncio.run(alone())
