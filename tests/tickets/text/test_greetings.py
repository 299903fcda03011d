"""Greetings: how letters begin and end, and whom they greet."""

import pytest

from tickets.text.greetings import begins_closing, greeted, is_closing


@pytest.mark.parametrize(
    "line",
    [
        "Mvh",
        "m.v.h.",
        "Med venlig hilsen Mette",
        "*Venlig hilsen / Kind regards*",
        "Hilsen Mette og Ole",
        "Kh",
        "På vegne af Mette",
    ],
)
def test_a_closing_greeting_and_names_behind_it_end_a_letter(line: str) -> None:
    assert is_closing(line)
    assert begins_closing(line)


@pytest.mark.parametrize("line", ["Hilsen til alle", "Mvh mette"])
def test_a_closing_greeting_with_other_words_behind_it_only_begins_as_one(line: str) -> None:
    assert not is_closing(line)
    assert begins_closing(line)


@pytest.mark.parametrize(
    "line", ["", "Hilsenen kom frem", "På vegne af borgeren klager vi", "Vi mvh", "Tak for svaret"]
)
def test_what_says_something_is_no_closing_greeting(line: str) -> None:
    assert not is_closing(line)
    assert not begins_closing(line)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Kære Mette\n\nHej", ["Mette"]),
        ("Hej Mette og Ole,\n", ["Mette", "Ole"]),
        ("Kære alle\n", []),
        ("Kære Hr. Eksempel\n", ["Eksempel"]),
        ("Kære Anders\n", []),  # whom everybody may see
        ("Hej jurister, Mette spørger\n", []),
    ],
)
def test_whom_a_letter_greets_is_known_by_a_capital(text: str, names: list[str]) -> None:
    assert [text[start:end] for start, end in greeted(text, {"anders"})] == names
