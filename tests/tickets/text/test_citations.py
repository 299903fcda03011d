"""Citations are known however they are written, and none for its neighbour."""

import pytest

from support.timing import costing_at_most
from tickets.text.citations import find_citations


def meant(text: str) -> list[str]:
    return [term for citation in find_citations(text) for term in citation.whole]


@pytest.mark.parametrize(
    "text",
    [
        "artikel 6, stk. 1, litra e", "art. 6, stk. 1, litra e", "Artikel 6, stykke 1, lit. e)", "art.6, stk.1 litra e",
        "Article 6(1)(e)", "ARTIKEL\u00a06, STK.\u00a01,\nLITRA\u00a0E",
    ],
)  # fmt: skip
def test_a_place_has_one_name_however_it_is_written(text: str) -> None:
    assert meant(f"Efter {text} må vi.") == ["artikel 6 stykke 1 litra e"]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("§ 7", ["§ 7"]), ("§7.", ["§ 7"]), ("paragraf 7", ["§ 7"]), ("§ 7 a", ["§ 7a"]),
        ("§ 7a, stk. 2", ["§ 7a stykke 2"]),
        ("§§ 7-9", ["§ 7", "§ 8", "§ 9"]), ("§ 7 i loven", ["§ 7"]), ("bilag 1", ["bilag 1"]), ("bilag A", ["bilag a"]),
        ("artiklerne 6 og 9", ["artikel 6", "artikel 9"]),
        ("artikel 6, 9 og 13", ["artikel 6", "artikel 9", "artikel 13"]),
        ("artikel 12-15", ["artikel 12", "artikel 13", "artikel 14", "artikel 15"]),
        ("litra a og c", ["litra a", "litra c"]),
        ("litra i", ["litra i"]), ("artikel 6, artikel 9", ["artikel 6", "artikel 9"]),
        ("stk. 1, 2. pkt.", ["stykke 1"]),
        ("bilag i sagen", []), ("en artikel om 6 ting", []), ("xart. 6", []), ("", []),
    ],
)  # fmt: skip
def test_the_places_of_a_text(text: str, places: list[str]) -> None:
    assert meant(text) == places


def test_a_place_is_found_by_its_parts_too() -> None:
    (citation,) = find_citations("artikel 9, stk. 2, litra h")

    assert set(citation.terms) == {
        "artikel 9", "stykke 2", "litra h", "artikel 9 stykke 2", "artikel 9 litra h", "stykke 2 litra h",
        "artikel 9 stykke 2 litra h",
    }  # fmt: skip


@pytest.mark.parametrize("piece", ["§", "§ 7, ", "art. 6 og 7 ", "artikel 6(1)", "stk. " * 3, "1-9 og ", "nr. nr. "])
def test_hostile_texts_are_read_in_linear_time(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    with costing_at_most(4):
        for citation in find_citations(text):
            assert len(citation.terms) <= 200
