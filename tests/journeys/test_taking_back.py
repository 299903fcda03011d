"""By real mail: what its author takes back in time reaches nobody else, and the rest reaches everybody once."""

from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from support.builders import a_message
from support.children import make_reading_on
from support.clocks import Ahead
from support.served_town import Town
from support.servers import Sink
from support.town import ANDERS, LIST, METTE, OLE
from support.waiting import eventually
from tickets.database.models import UndoWindow
from tickets.database.store import Store

UNDO = timedelta(minutes=10)
NOTHING = timedelta(0)


@pytest.fixture
def clock() -> Ahead:
    return Ahead()


@pytest.fixture
def waiting_town(store: Store, tmp_path: Path, clock: Ahead, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    monkeypatch.setattr("dialogportal.serving.make_processor", make_reading_on)
    with Sink() as sink:
        running = Town(store, tmp_path, sink, int(UNDO.total_seconds()), clock)
        running.service.start()
        yield running
        running.service.stop()


def replies(town: Town, author: str, letter: EmailMessage, text: str) -> None:
    """Press Reply, write, and send."""
    fields = {"In_Reply_To": str(letter["Message-ID"]), "References": str(letter["Message-ID"])}
    address = str(letter["Reply-To"]).strip("<>")
    town.send(a_message(From=author, To=address, Subject=f"SV: {letter['Subject']}", text=text, **fields), address)
    town.settled()


def passes(town: Town, clock: Ahead) -> None:
    """Let the time pass in which anything can be taken back, and what is due then arrive."""
    clock.ahead += UNDO + timedelta(minutes=1)
    eventually(lambda: town.count(UndoWindow, UndoWindow.ended_at.is_(None)) == 0, 60)  # type: ignore[union-attr]
    town.settled()


def saying(letters: list[EmailMessage], words: str) -> list[EmailMessage]:
    return [one for one in letters if words in str(one.get_body(("plain",)).get_content())]  # type: ignore[union-attr]


@pytest.mark.slow
def test_an_answer_that_is_taken_back_and_written_anew(waiting_town: Town, clock: Ahead) -> None:
    town = waiting_town
    town.send(a_message(From=METTE, To=LIST, text="Må vi give naboen afgørelsen?"), LIST)
    town.settled()
    assert saying(town.letters_to(METTE), "Indtil da stopper et svar med FORTRYD")
    asked = saying(town.letters_to(ANDERS), "Må vi give naboen afgørelsen?")
    assert len(asked) == 1
    assert town.letters_to(OLE) == []
    passes(town, clock)
    assert len(saying(town.letters_to(OLE), "Må vi give naboen afgørelsen?")) == 1

    replies(town, ANDERS, asked[0], "Ja, altid, og uden undtagelse.")
    told = saying(town.letters_to(ANDERS), "Indtil da stopper et svar med FORTRYD")
    assert saying(town.letters_to(METTE), "uden undtagelse")
    replies(town, ANDERS, told[0], "FORTRYD")
    assert saying(town.letters_to(METTE), "har trukket et svar tilbage")
    replies(town, ANDERS, asked[0], "Kun når naboen er part i sagen.")
    passes(town, clock)

    letters = town.letters_to(OLE)
    assert not saying(letters, "uden undtagelse")
    assert len(saying(letters, "Kun når naboen er part")) == 1
    assert len(saying(town.letters_to(METTE), "Kun når naboen er part")) == 1


@pytest.mark.slow
def test_what_waits_is_told_of_after_a_restart(waiting_town: Town, clock: Ahead) -> None:
    town = waiting_town
    town.send(a_message(From=METTE, To=LIST, text="Må vi give naboen afgørelsen?"), LIST)
    town.settled()
    town.service.stop()
    town.start_again()

    passes(town, clock)

    assert len(saying(town.letters_to(OLE), "Må vi give naboen afgørelsen?")) == 1
    assert len(saying(town.letters_to(ANDERS), "Må vi give naboen afgørelsen?")) == 1
