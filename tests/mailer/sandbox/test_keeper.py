"""Files are taken out of messages in a child with limits, and what ends it costs nobody else their files."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from mailer.sandbox.keeper import GENEROUS, Keeper
from support.builders import a_message
from tickets.portal import Portal
from tickets.post import KeptFile


@pytest.fixture
def keeper(portal: Portal) -> Iterator[Keeper]:
    with closing(Keeper(portal)) as opened:
        yield opened


def with_files(*files: bytes) -> bytes:
    message = a_message()
    for file in files:
        message.add_attachment(file, maintype="application", subtype="pdf", filename="bilag æ.pdf")
    return bytes(message)


def test_a_file_is_taken_out_wherever_it_lies(keeper: Keeper) -> None:
    octets = with_files(b"%PDF-1", "Læs databeskyttelse+x@example.dk".encode())

    assert keeper.take_out(octets, 2) == b"%PDF-1"
    assert keeper.take_out(octets, 3) == "Læs databeskyttelse+x@example.dk".encode()
    assert keeper.take_out(octets, 4) is None


def test_a_key_of_ours_is_taken_out_of_a_file(keeper: Keeper, portal: Portal) -> None:
    link = f"Gå til {portal.base_url}/unsubscribe/hemmeligheden".encode()

    assert keeper.take_out(with_files(link), 2) == f"Gå til {portal.base_url}".encode()


def test_one_file_that_costs_too_much_keeps_none_of_the_others_back(portal: Portal) -> None:
    octets = with_files(b"kort", b"lang tekst " * 600_000)

    with closing(Keeper(portal, replace(GENEROUS, seconds=0.5))) as keeper:
        kept = keeper.keep(octets, [2, 3])

    assert kept.keys() == {2}
    assert isinstance(kept[2], KeptFile)
