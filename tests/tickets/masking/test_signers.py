"""Signers: colleagues who take part in a letter are known by how they sign it."""

import pytest

from tickets.masking.signers import find_signers

COLLEAGUES = ["Ole Følger", "Ulla Ugebrev", "Ulla Holm"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Jeg har talt med Ole Følger om det.", ("Ole Følger",)),
        ("Må vi?\n\nMed venlig hilsen\nOle", ("Ole Følger",)),
        ("Må vi?\n/Ole", ("Ole Følger",)),
        ("Må vi?\n\nMed vänlig hälsning Ole", ("Ole Følger",)),
        ("Må vi?\n\nPå vegne af Ole", ("Ole Følger",)),
        ("Må vi?\n\nMvh\nUlla", ("Ulla",)),  # one of the two: as much as was signed
        ("Må vi?\n\nHilsen\nUlla Holm", ("Ulla Holm",)),
        ("Ole er et navn", ()),
        ("Med venlig hilsen\nMette", ()),
    ],
)
def test_who_signs_or_is_told_of_in_full_is_found(text: str, found: tuple[str, ...]) -> None:
    assert set(find_signers(COLLEAGUES, text)) >= set(found)
    assert bool(find_signers(COLLEAGUES, text)) is bool(found)
