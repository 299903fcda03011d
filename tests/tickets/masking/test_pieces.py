"""Pieces: a name is known though it was torn apart or disguised, and words that follow each other are none."""

import pytest

from tickets.masking.masking import Mask, make_mask
from tickets.masking.names import Names


@pytest.fixture
def mask() -> Mask:
    return make_mask(Names(people=("Mette Klitgaard",), organisation="Prøvested Kommune"))


@pytest.mark.parametrize(
    "written",
    [
        "Prøve sted", "prøve sted", "Prøve- sted", "Prøve -sted", "Prøve-\nsted", "Prøve\n> sted", "Prø/vested",
        "Prove sted",
        "Prøve_sted", "P r ø v e s t e d", "p.r.ø.v.e.s.t.e.d", "Prøve\xadsted", "Prø\u200bvested", "Pr\u115føvested",
        "Prøvеstеd", "Pr∅vested", "PRΘVESTED", "Prø<b>vested", '<b>Prø</b><i class="x">vested', "Prø<wbr>vested",
        "Prø**vested", "Prø&shy;vested",
        "Prø(ves)ted", "Prø,vested", "Prø\u2800vested", "Pr%C3%B8ve%20sted", "Prø\x01vested",
    ],
)  # fmt: skip
def test_a_place_is_known_in_pieces_and_in_disguise(mask: Mask, written: str) -> None:
    masked = mask.apply(f"Vi i {written} spørger").text

    assert "[kommunen] spørger" in masked
    assert not [piece for piece in ("rø", "sted") if piece in masked.replace("spørger", "")]
    assert mask.is_named_in(written)


@pytest.mark.parametrize(
    "written",
    [
        "m e t t e",
        "M E T T E",
        "M-e-t-t-e",
        "Met te",
        "Me_tte",
        "Me*tte",
        "Метте",
        "Μette",
        "ᴍᴇᴛᴛᴇ",
        "Me<span>tte",
        "Klit gaard",
        "Klit-gård",
        "Klit\ngaards",
    ],
)
def test_a_person_is_known_in_pieces_and_in_disguise(mask: Mask, written: str) -> None:
    assert mask.apply(f"Vi og {written} spørger").text == "Vi og [navn] spørger"


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("Prøve sted.docx", "[kommunen].docx"),
        ("Prøve-sted 2026.docx", "[kommunen] 2026.docx"),
        ("m e t t e.docx", "[navn].docx"),
        ("Klit gaard.pdf", "[navn].pdf"),
        ("Метте.docx", "bilag-3.docx"),
    ],
)
def test_a_name_in_pieces_is_known_in_the_name_of_a_file(mask: Mask, name: str, masked: str) -> None:
    assert mask.file_name(name, 3) == masked


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (Names(people=("Jens Hansen",)), "Det er hans en dag; Hans en gang, jens er"),
        (Names(people=("Line Rosenkilde",)), "for (line)s, line-s"),
        (Names(organisation="Varde Kommune"), "Hvor var de henne"),
        (Names(organisation="Vejen Kommune"), "En vej en dag"),
        (Names(organisation="Herlev Kommune"), "Bo her lev vel"),
        (Names(organisation="Allerød Kommune"), "Alle rød og allerede"),
        (Names(organisation="Nyborg Kommune"), "En ny borg"),
        (Names(organisation="Ringsted Kommune"), "Sæt ring. Sted: her"),
    ],
)
def test_words_that_make_a_name_by_accident_stay(names: Names, text: str) -> None:
    assert make_mask(names).apply(text).text == text
