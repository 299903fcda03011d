"""The table of lemmas holds what stemming does not join, and nothing that follows from the rest."""

from benchmarks.lemmas import table_of


def test_a_form_is_told_where_its_stem_is_another() -> None:
    lemmas = {"børn": "barn", "barnet": "barn", "skolebørn": "skolebarn", "sletningen": "sletning", "LO": "lo"}

    told = [line for line in table_of(lemmas).splitlines() if not line.startswith("#")]

    assert told == ["barn børn"]
