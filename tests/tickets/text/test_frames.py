"""Frames: the text of a letter between its greeting and its signature."""

import pytest

from tickets.text.frames import ends_letter, undress

SIGN_OFF = "Med venlig hilsen\nMette Eksempel\nTlf. 12 34 56 78"
LETTER = f"Kære jurister\n\nMå vi udlevere den?\n\n{SIGN_OFF}"


def test_a_letter_is_its_text_alone() -> None:
    assert undress(LETTER, SIGN_OFF) == ["Må vi udlevere den?"]


def test_what_was_added_below_a_sign_off_since_stays() -> None:
    lines = undress(f"{LETTER}\n\n[DB-1]", SIGN_OFF)

    assert [line for line in lines if line] == ["Må vi udlevere den?", "[DB-1]"]


def test_a_letter_that_is_a_greeting_alone_keeps_it() -> None:
    assert undress("Kære jurister") == ["Kære jurister"]


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
