"""Prefixes of subjects: what is answered, and what is passed on."""

import pytest

from mailer.texts.prefixes import is_answer, is_forward


@pytest.mark.parametrize("subject", ["SV: Må vi?", "Re: x", "RE[2]: x", "[EKSTERN] Sv : x", "Antw.: x", "Ang: x"])
def test_an_answer_is_known_by_its_prefix(subject: str) -> None:
    assert is_answer(subject)
    assert not is_forward(subject)


@pytest.mark.parametrize("subject", ["VS: Må vi?", "Fwd: x", "fw: x", "[External] VS: x", "TR: x"])
def test_what_is_passed_on_is_known_by_its_prefix(subject: str) -> None:
    assert is_forward(subject)
    assert not is_answer(subject)


@pytest.mark.parametrize("subject", ["", "Svar: ja", "Vs-fonden: x", "Resultat: x", "Må vi? SV: x"])
def test_other_words_before_a_colon_are_neither(subject: str) -> None:
    assert not is_answer(subject)
    assert not is_forward(subject)
