"""Streets: where an organisation lies, as signatures tell, is found again in a text."""

from tickets.masking.streets import Streets, street_before
from tickets.text.folding import plain

SIGNATURE = ["Mette Eksempel", "Rådhuspladsen 2, 5999 Øby", "Tlf. 12 34 56 78"]


def test_towns_are_told_by_their_post_codes() -> None:
    assert Streets(SIGNATURE).towns() == ["Øby"]
    assert Streets(["Tlf. 1234 Mobil", "I 2026 Vejle"]).towns() == []


def test_an_address_is_found_again_however_it_is_written() -> None:
    pattern = Streets(SIGNATURE).pattern(())
    assert pattern

    found = [one.group() for one in pattern.finditer(plain("Vi bor på Radhuspladsen 2 i 5999  Øby."))]

    assert found == ["raadhuspladsen 2", "5999  oeby"] or found == ["radhuspladsen 2", "5999  oeby"]


def test_a_signature_without_an_address_tells_none() -> None:
    assert Streets(["Mette Eksempel", "Jurist"]).pattern(()) is None


def test_a_street_before_the_name_of_a_town_belongs_to_it() -> None:
    text = "Skriv til Rådhuspladsen 2, Øby"
    assert text[street_before(text, text.index("Øby")) :] == "Rådhuspladsen 2, Øby"

    none = "efter artikel 6, Øby"
    assert street_before(none, none.index("Øby")) == none.index("Øby")
