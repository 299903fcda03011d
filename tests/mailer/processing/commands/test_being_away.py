"""A lawyer who is away says so by mail: until when, and who stands in."""

from datetime import date

import pytest

from mailer.processing.commands.arguments import read_argument
from mailer.processing.commands.words import Verb
from support.command_desk import CommandDesk, desk, plain
from tickets.database.models import Disposition, Person
from tickets.desk import absences

__all__ = ["desk"]

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "back", "who"),
    [
        ("til 12. december Sofie", date(2026, 12, 12), "Sofie"),
        ("til 12. december, Sofie", date(2026, 12, 12), "Sofie"),
        ("til og med 11/12 Sofie Berg", date(2026, 12, 12), "Sofie Berg"),
        ("until 12 December Sofie", date(2026, 12, 12), "Sofie"),
        ("3 uger ved Sofie", date(2026, 12, 14), "Sofie"),
        ("til fredag afløser: sofie@forening.example.dk", date(2026, 11, 27), "sofie@forening.example.dk"),
        ("til fredag", date(2026, 11, 27), ""),
        ("", None, ""),
    ],
)
def test_until_when_and_who_stands_in(text: str, back: date | None, who: str) -> None:
    read = read_argument(Verb.AWAY, text, TODAY, is_loud=True)

    assert read is not None
    assert (read.until, read.text) == (back, who)


@pytest.mark.parametrize("text", ["fra mandag", "er hun ikke længere", "til 12. december spørger vi Sofie om det"])
def test_what_has_another_form_is_none(text: str) -> None:
    assert read_argument(Verb.AWAY, text, TODAY, is_loud=False) is None


def stand_in_of(desk: CommandDesk) -> int | None:
    with desk.store.reading() as session:
        absence = absences.absence_of(session, session.get_one(Person, desk.anders.id), desk.now)
        return absence.stand_in_key if absence else None


def test_who_is_away_has_a_stand_in_and_both_are_told(desk: CommandDesk) -> None:
    desk.asks()

    arrival = desk.replies(desk.anders, "VÆK til 12. december Sofie")

    assert arrival.disposition is Disposition.OBEYED
    assert stand_in_of(desk) == desk.sofie.id
    assert desk.owed() == {("anders", "done"), ("sofie", "stands_in")}
    assert "Du er væk til lørdag den 12. december 2026, og Sofie Berg er din afløser" in plain(
        desk.letters_to(desk.anders)[-1]
    )
    assert "FORTRYD" in plain(desk.letters_to(desk.anders)[-1])
    assert "Du er afløser for Anders Jurist" in plain(desk.letters_to(desk.sofie)[-1])


def test_away_is_undone_and_ended(desk: CommandDesk) -> None:
    desk.asks()
    desk.replies(desk.anders, "AWAY until 12 December Sofie")
    desk.replies(desk.anders, "FORTRYD")
    undone = stand_in_of(desk)
    desk.replies(desk.anders, "VÆK 2 uger Sofie")
    again = stand_in_of(desk)

    desk.replies(desk.anders, "VÆK")

    assert (undone, again, stand_in_of(desk)) == (None, desk.sofie.id, None)
    assert "Du er her igen" in plain(desk.letters_to(desk.anders)[-1])


@pytest.mark.parametrize("text", ["VÆK", "VÆK til fredag"])
def test_half_of_it_is_asked_about(desk: CommandDesk, text: str) -> None:
    desk.asks()

    desk.replies(desk.anders, text)

    assert stand_in_of(desk) is None
    assert "hvem der er afløser" in plain(desk.letters_to(desk.anders)[-1])


def test_what_is_undone_of_being_away_is_not_told_of_the_ticket(desk: CommandDesk) -> None:
    question = desk.asks()
    desk.replies(desk.anders, "VÆK til 12. december Sofie")
    desk.replies(desk.mette, "Hvordan går det?", to=question)

    assert "afløser" not in plain(desk.letters_to(desk.anders)[-1])
    assert "følger" not in plain(desk.letters_to(desk.anders)[-1]).partition("--------")[0]
