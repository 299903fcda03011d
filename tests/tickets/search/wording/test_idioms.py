"""What people say in many small words is asked as what they mean."""

import pytest

from tickets.search.wording.idioms import read_idioms, told_plainly


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("en borger vil se alt hvad vi har om ham", "en borger vil indsigt ham"),
        ("Borgeren  VIL GLEMMES", "Borgeren sletning"),
        ("sendt til den forkerte", "sendt forkert modtager"),
        ("glemmes", "glemmes"),
        ("it-chef og tv-overvågning", "it-chef og tv-overvågning"),
    ],
)
def test_an_idiom_is_what_is_meant_by_it(typed: str, meant: str) -> None:
    assert told_plainly(typed) == meant


@pytest.mark.parametrize(
    "typed", ['"vil glemmes"', '+"vil glemmes" -"alt om mig"', 'fra:"alt om mig"', 'x "vil glemmes']
)
def test_what_is_strict_stays_as_it_was_typed(typed: str) -> None:
    assert told_plainly(typed) == typed


def test_an_idiom_stands_in_quotation_marks_before_an_arrow() -> None:
    assert read_idioms(['"vil glemmes" ; "Har om mig" > sletning ; x', 'a ; b > c', '"a b" ; c']) == {
        "vil glemmes": "sletning",
        "har om mig": "sletning",
    }  # fmt: skip
