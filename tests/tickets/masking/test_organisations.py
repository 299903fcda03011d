"""Organisations: what a municipality, a region or an office is called."""

import pytest

from tickets.masking.organisations import called


def test_a_municipality_is_known_by_its_places() -> None:
    odense = called("Odense Kommune")

    assert (odense.whole, odense.words) == ("odense kommune", ("odense", "kommune"))
    assert "odense" in odense.places
    assert "kommune" not in odense.places


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("Københavns Kommune", "koebenhavn"),
        ("Lyngby-Taarbæk Kommune", "taarbaek"),
        ("Region Sjælland", "sjaellaend"),
        ("IT-afdelingen, Øby Kommune", "oeby"),
    ],
)
def test_what_its_people_and_its_parts_are_called_tells_it_too(name: str, place: str) -> None:
    assert place in called(name).places


def test_an_office_is_known_by_whose_it_is_and_not_by_what_all_offices_are_called() -> None:
    office = called("Fjordbyens Forsyning A/S")

    assert office.whole == "fjordbyens forsyning"
    assert {"fjordbyen", "fjordby"} <= office.places
    assert office.names == {"fjordbyens"}


def test_no_name_is_called_nothing() -> None:
    assert called("").places == frozenset()
