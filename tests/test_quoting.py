import os
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailer.quoting import fold

TOKENS = [
    "\n", " ", "\t", ">", "> ", ">\n", "> a\nb\n", "-", "-- \n", "--\n", "_", "____________________\n", "a\n", "*", "<",
    "<a@b.dk> ", "Den ", "Den 1 skrev\n", "On ", "skrev ", "wrote:\n", "man kl. ", "Fra: ", "Fra:\n", "Fra: a\nb\n",
    "*Fra:* ", "Med venlig hilsen\n", "Mvh\n", "Hilsen A ", "Sendt fra min ", "Sendt fra min iPhone\n", "[EKSTERN] ",
    "caution ", "PS\n", "?\n", "Tak\n", "æ", "\u00a0",
]  # fmt: skip


@pytest.mark.parametrize("token", TOKENS)
def test_a_megabyte_of_one_token_is_folded_in_no_time(token: str) -> None:
    text = token * (1_000_000 // len(token.encode()))
    started = time.process_time()

    fold(text)

    assert time.process_time() - started < 1  # 0.3 s on the machine it was measured on


@given(st.lists(st.sampled_from([*TOKENS, "Tak for svaret.\n", "Den 20-11-2026 kl. 14:03 skrev A:\n"]), max_size=40))
@settings(max_examples=300, deadline=None)
def test_folding_deletes_no_word(pieces: list[str]) -> None:
    text = "".join(pieces)

    new, folded = fold(text)

    assert sorted(f"{new}\n{folded}".split()) == sorted(text.split())


@pytest.mark.parametrize("start", ["Tak", "Tak for svaret", "Hilsen til alle", "Fra: i dag", "Den 1. maj skrev I:"])
def test_an_answer_may_start_with_any_word(start: str) -> None:
    text = f"{start}\n\nDet giver god mening, og vi har ændret vores praksis som foreslået."

    assert fold(text) == (text, "")


def test_nothing_but_a_greeting_stays() -> None:
    assert fold("Med venlig hilsen\nMette") == ("Med venlig hilsen\nMette", "")


def test_history_without_a_word_above_it_stays() -> None:
    text = "Fra: Borger <borger@example.org>\nSendt: i går\nTil: Mette\nEmne: Indsigt\n\nJeg vil se mine oplysninger."

    assert fold(text) == (text, "")


def test_a_signature_above_the_history_is_folded_with_it() -> None:
    new, folded = fold("Ja.\n\nMvh\nMette\n\nDen 20-11-2026 kl. 14:03 skrev Anders:\n> Må vi?")

    assert new == "Ja."
    assert folded == "Mvh\nMette\n\nDen 20-11-2026 kl. 14:03 skrev Anders:\n> Må vi?"


def test_foreign_replies_lose_no_word_and_leak_no_attribution() -> None:
    if not os.environ.get("MAIL_CORPUS"):
        pytest.skip("MAIL_CORPUS names no folder of foreign mail")
    leaks = 0
    texts = sorted((Path(os.environ["MAIL_CORPUS"]) / "replies/test/emails").glob("*.txt"))
    for path in texts:
        text = path.read_text(errors="replace")
        new, folded = fold(text)
        assert sorted(f"{new}\n{folded}".split()) == sorted(text.split()), path.name
        leaks += bool("danish" in path.name and ("skrev" in new or "Emne:" in new or ">" in new))

    assert len(texts) == 47
    assert leaks == 0
