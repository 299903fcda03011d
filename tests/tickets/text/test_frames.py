"""Frames: the text of a letter between its greeting and its signature."""

import pytest

from tickets.text.frames import ends_letter, undress, undressed_of

LETTER = "Kære jurister\n\nMå vi udlevere den?\n\nMed venlig hilsen\nMette Eksempel\nTlf. 12 34 56 78"


def test_a_letter_is_its_text_alone() -> None:
    assert undress(LETTER) == ["Må vi udlevere den?"]


def test_what_stands_below_a_letter_is_its_signature() -> None:
    assert undressed_of(LETTER) == ["Med venlig hilsen", "Mette Eksempel", "Tlf. 12 34 56 78"]


def test_a_letter_that_is_a_greeting_alone_keeps_it() -> None:
    assert undress("Kære jurister") == ["Kære jurister"]
    assert undress("Med venlig hilsen\nMette") == ["Med venlig hilsen", "Mette"]


def test_initials_on_the_last_line_are_a_signature() -> None:
    assert undressed_of("Ja, det må I.\n\n/MEK") == ["/MEK"]


def test_a_line_that_tells_how_somebody_is_reached_is_a_signature() -> None:
    line = "Mette Eksempel | Jurist | 12 34 56 78 | mette@proevested.example.dk"

    assert undressed_of(f"Ja, det må I.\n{line}") == [line]


@pytest.mark.parametrize(
    ("line", "ends"),
    [
        ("--", True),
        ("-- ", True),
        ("Mvh Mette", True),
        ("Mvh. er en forkortelse for det, som du skriver nederst i et brev", False),
        ("---", False),
    ],
)
def test_a_letter_ends_with_a_closing_greeting_or_the_mark_of_a_signature(line: str, ends: bool) -> None:
    assert ends_letter(line) is ends
