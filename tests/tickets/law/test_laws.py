"""Which articles of which laws a text names."""

from datetime import date

import pytest

from tickets.law.laws import find_place, load_laws, places_in


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Det følger af artikel 28, stk. 3.", ["GDPR art. 28"]),
        ("Se art. 6, stk. 1, litra e, og artiklerne 16 og 17.", ["GDPR art. 6", "GDPR art. 16", "GDPR art. 17"]),
        ("jf. databeskyttelsesforordningens artikel 32", ["GDPR art. 32"]),
        ("tv-overvågningslovens § 3 a og § 4 c", ["Tv-overvågningsloven § 3 a"]),
        ("efter § 5 i forvaltningsloven", ["Forvaltningsloven § 5"]),
        ("Databeskyttelsesloven, § 11 gælder", ["Databeskyttelsesloven § 11"]),
        ("AI-forordningens artikel 4", ["AI-forordningen art. 4"]),
        ("artikel 4 i AI-forordningen, ikke artikel 5", ["AI-forordningen art. 4", "GDPR art. 5"]),
        ("§ 5 siger ikke, hvilken lov den er i; bilag 1 heller ikke", []),
        ("Vi er 28, og forordningen er god", []),
        ("Offentlighedslovens artikel 3", []),
    ],
)
def test_a_place_is_of_the_law_that_is_named_beside_it(text: str, places: list[str]) -> None:
    assert [place.name for place in places_in(text)] == places


def test_a_page_of_a_place_has_an_address_that_can_be_typed() -> None:
    (place,) = places_in("GDPR art. 28")

    assert place.path == "/ret/gdpr/28"
    assert find_place("GDPR", "28") == place
    assert find_place("gdpr", "28a") is not None
    assert [find_place(*one) for one in (("gdpr", "x"), ("gdpr", "1/2"), ("jura", "1"), ("gdpr", "12345"))] == [
        None
    ] * 4


def test_the_wording_is_the_one_that_held_on_the_day() -> None:
    law = load_laws()["databeskyttelsesloven"]

    held = [law.text_at(day) for day in (date(2017, 1, 1), date(2020, 1, 1), date(2026, 1, 1))]

    assert [one.eli.rpartition("lta/")[2] for one in held if one] == ["2018/502", "2018/502", "2024/289"]


def test_each_law_can_be_told_apart_and_its_wordings_come_oldest_first() -> None:
    laws = load_laws().values()

    names = [name.lower() for law in laws for name in law.names]
    assert len(names) == len(set(names))
    assert all(law.kind in ("artikel", "§") for law in laws)
    assert all([one.valid_from for one in law.texts] == sorted(one.valid_from for one in law.texts) for law in laws)
    assert all(law.word.isascii() for law in laws)
