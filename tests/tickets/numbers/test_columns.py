"""Columns: bare digits below a heading of civil registration numbers are known for what they are."""

import pytest

from tickets.numbers.columns import find_halves, find_headed, may_name, may_pair


def cells(text: str) -> list[str]:
    """What stands in such a column, but for its heading."""
    found = (text[place.start : place.end] for place in find_headed(text).cells)
    return [cell for cell in found if cell.isdecimal()]


@pytest.mark.parametrize("separator", ["\t", "|", ";", ","])
def test_cells_below_a_heading_are_found_whatever_parts_them(separator: str) -> None:
    rows = [["Navn", "CPR-nr", "By"], ["Mette", "0101901234", "Øby"], ["Ole", "0202801234", "Øby"]]

    assert cells("\n".join(separator.join(row) for row in rows)) == ["0101901234", "0202801234"]


def test_other_columns_and_what_follows_a_table_are_none() -> None:
    text = "Navn;CPR;Konto\nMette;0101901234;1234567890\n\nhej\nhej\nhej\nhej\nOle;1234567890;x"

    assert cells(text) == ["0101901234"]


def test_a_heading_on_a_line_of_its_own_is_told_and_a_sentence_is_none() -> None:
    text = "Personnummer:\n0101901234\nVi har ikke hans cpr-nummer."

    (heading,) = find_headed(text).headings
    assert text[heading.start : heading.end] == "Personnummer:"


def test_a_birthday_and_the_other_digits_in_one_row_are_a_pair() -> None:
    text = "Fødselsdato;Løbenr\n010190;1234"

    day, last = find_headed(text).pairs[-1]
    assert (text[day.start : day.end], text[last.start : last.end]) == ("010190", "1234")


@pytest.mark.parametrize(
    ("headings", "halves"),
    [
        (["Navn", "Født", "Løbenummer"], (1, 2)),
        (["Fødselsdato", "nr"], (0, 1)),
        (["Navn", "nr"], (-1, -1)),
        (["Født"], (-1, -1)),
    ],
)
def test_the_halves_of_a_number_are_known_by_their_headings(headings: list[str], halves: tuple[int, int]) -> None:
    assert find_halves(headings) == halves


def test_a_text_that_names_no_number_need_not_be_looked_through() -> None:
    assert may_name("borgerens CPR")
    assert may_name("1.2.208.176.1.2")
    assert not may_name("Må vi udlevere den?")
    assert may_pair("født 010190, løbenr. 1234")
    assert not may_pair("født 010190")
