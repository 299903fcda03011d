"""Formulas: a number that a spreadsheet puts together is read though the file does not tell it."""

import pytest

from mailer.files.formulas import join_formula, may_join

ROWS = {"2": {"A": "010190", "B": "1234"}, "3": {"AB": "x"}}


@pytest.mark.parametrize(
    ("formula", "joined"),
    [
        ('A2&"-"&B2', "010190-1234"),
        ("$A$2 & B2", "0101901234"),
        ('CONCATENATE(A2;"-";B2)', "CONCATENATE(010190-1234)"),
        ('"cpr "&AB3', "cpr x"),
        ("A9&B2", "1234"),
    ],
)
def test_texts_and_cells_that_a_formula_names_stand_behind_each_other(formula: str, joined: str) -> None:
    assert join_formula(formula, ROWS) == joined


@pytest.mark.parametrize(
    ("formula", "joins"),
    [("A1&B1", True), ("concat(A1;B1)", True), ("SAMMENKÆDNING(A1;B1)", True), ("SUM(A1:B1)", False), ("A1+B1", False)],
)
def test_a_formula_that_puts_nothing_together_is_told(formula: str, joins: bool) -> None:
    assert may_join(formula) is joins
