"""Sign-offs: where an author takes leave in a text, and what stands below."""

import pytest

from mailer.texts.sign_offs import find_sign_off
from tickets.text.greetings import CLOSINGS


@pytest.mark.parametrize(
    "sign_off",
    [
        "Med venlig hilsen\nMette Eksempel\nTlf. 12 34 56 78",
        "Varm hilsen\nMette",
        "Mvh mette",
        "--\nMette",
        "/MEK",
        "Mette Eksempel | Jurist | 12 34 56 78 | mette@proevested.example.dk",
        "Mette Klitgaard | Jurist | Storegade 7 | 8410 Rønde | T: 65 51 12 34",
        "Mvh\nMette\n\nPS. Hvad siger Datatilsynet?",
    ],
)
@pytest.mark.parametrize("text", ["Ja, det må I.", "Kære jurister\n\nMå vi dele logfiler?"])
def test_a_text_ends_with_its_sign_off(text: str, sign_off: str) -> None:
    assert find_sign_off(f"{text}\n\n{sign_off}") == sign_off


@pytest.mark.parametrize("closing", CLOSINGS)
def test_every_closing_greeting_begins_one(closing: str) -> None:
    sign_off = f"{closing.capitalize()}\nMulle Pip"

    assert find_sign_off(f"Må vi dele logfiler?\n\n{sign_off}") == sign_off


@pytest.mark.parametrize(
    "text",
    [
        "Hej Anders",
        "Med venlig hilsen\nMette",
        "Må vi?\npå vegne af borgeren, altså",
        "Må vi?\nSvar til a@example.org | b@example.org",
        "",
    ],
)
def test_a_text_without_leave_taking_has_none(text: str) -> None:
    assert find_sign_off(text) == ""
