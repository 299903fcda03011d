"""Footers: what servers put below a mail is folded, and takes the quoted mail above it along no more."""

import pytest

from mailer.texts.footers import find_footer, is_fence
from mailer.texts.quoting import fold

SIGNED = "Tak, det var godt at vide.\n\nmvh Mette"
QUOTE = "Den man. 2. nov. 2026 kl. 09.12 skrev Anders Juul <a@x.example.org>:\n\n> Ja, det må I gerne.\n> Anders"
BLOCK = (
    "________________________________\nFra: Anders Juul <a@x.example.org>\nSendt: 2. november 2026 09:12\n"
    "Til: databeskyttelse@example.dk\nEmne: Lønsedler\n\nJa, det må I gerne.\n\nHilsen\nAnders"
)
FOOTERS = [
    "_______________________________________________\nUsers mailing list -- users@lists.example.dk\n"
    "To unsubscribe send an email to users-leave@lists.example.dk",
    "_______________________________________________\nUsers mailing list\nhttp://lists.example.dk/listinfo/users",
    "-- \nDatabeskyttelse mailing list\nhttp://lists.example.dk/",
    "________________________________________\nDenne e-mail er scannet for virus af kommunens mailgateway.",
    "Denne e-mail er scannet for virus.",
    "Denne e-mail er fortrolig. Har du modtaget den ved en fejl,\nbedes du slette den.",
    "****************************\nDenne e-mail er fortrolig. Slet den.\n****************************",
    "* * * * * * * * * *\nThis email and any files transmitted with it are private.\n* * * * * * * * * *",
    "====\nThis message is confidential. If you have received it in error,\nplease delete it.\n====",
    "~~~~~~~~~~\nDu modtager denne mail, fordi du står på listen.\nAfmeld: jurister-leave@example.org",
    "Links:\n------\n[1] https://www.example.org/a",
]


@pytest.mark.parametrize("footer", FOOTERS)
@pytest.mark.parametrize("joint", ["\n", "\n\n"])
def test_a_footer_behind_a_quote_brings_nothing_back(footer: str, joint: str) -> None:
    assert fold(f"{SIGNED}\n\n{QUOTE}{joint}{footer}")[0] == "Tak, det var godt at vide."


@pytest.mark.parametrize("footer", FOOTERS[:-1])
def test_a_footer_behind_an_outlook_block_brings_nothing_back(footer: str) -> None:
    assert fold(f"{SIGNED}\n\n{BLOCK}\n\n{footer}", "Mette Eksempel")[0] == "Tak, det var godt at vide."


@pytest.mark.parametrize("footer", FOOTERS[:-1])
def test_two_footers_are_folded_with_a_greeting_above_or_without(footer: str) -> None:
    assert fold(f"{SIGNED}\n\n{footer}\n\n{FOOTERS[0]}")[0] == "Tak, det var godt at vide."
    assert fold(f"Må vi?\n\n{footer}\n\n{FOOTERS[0]}") == ("Må vi?", f"{footer}\n\n{FOOTERS[0]}", "")


@pytest.mark.parametrize(
    "text",
    [
        "Må vi skrive dette nederst?\n\nDenne e-mail er fortrolig. Er det lovligt?",
        "Vores tekst er:\n\n****\nHvem må se den?\n****",
        "Sådan siger vi:\n\n---\nSe https://www.example.org\nog ring så til os",
        "Vi har to lister.\n\nDenne liste er intern.",
        "Se [1].\n\nLinks:\n------\n[1] https://www.example.org/a",
        "Denne e-mail og eventuelle bilag skal vi sende.\n\nMå vi det\n\ntil naboen, som bor ved siden af",
    ],
)
def test_what_only_looks_like_a_footer_is_the_authors(text: str) -> None:
    assert fold(text) == (text, "", "")


@pytest.mark.parametrize("line", ["---", "* * * *", "=====", "____", "~~~~", "--", "-- ", "#######"])
def test_a_fence_is_nothing_but_signs(line: str) -> None:
    assert is_fence(line)
    assert not is_fence(line + " a")


def test_a_text_without_a_footer_has_none() -> None:
    assert find_footer(["Må vi?", "", "Hilsen", "Mette"]) == 4
    assert find_footer([]) == 0
