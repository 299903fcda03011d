"""Forms of a word that have another stem are found as forms of it, alone and at the end of compounds."""

import pytest

from tickets.search.wording.lemmas import other_forms
from tickets.text.stems import stem_of


@pytest.mark.parametrize(
    ("word", "form"),
    [
        ("børn", "barn"), ("barn", "børn"), ("risici", "risiko"), ("hjemlen", "hjemmel"), ("stjålet", "stjæle"),
        ("overførsler", "overføre"), ("valgt", "vælge"), ("jobcentret", "jobcenter"), ("skolebørn", "skolebarn"),
    ],
)  # fmt: skip
def test_another_form_of_a_word_is_told(word: str, form: str) -> None:
    assert stem_of(word) != stem_of(form)
    assert stem_of(form) in other_forms(stem_of(word))


@pytest.mark.parametrize("word", ["chromebook", "gdpr", "x", ""])
def test_a_word_with_one_stem_has_no_other(word: str) -> None:
    assert other_forms(stem_of(word)) == ()
