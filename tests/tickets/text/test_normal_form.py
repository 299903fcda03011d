"""The normal form: one sign for each kind of digit, hyphen and space, and the way back to what is written."""

import pytest

from tickets.text.normal_form import forms_of


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("010190\u20131234", "010190-1234"),  # a dash
        ("010190\u00a01234", "010190 1234"),
        ("０１０１９０-１２３４", "010190-1234"),
        ("0101\u200b90-1234", "010190-1234"),
        ("010190%2D1234", "010190-1234"),
        ("010190&ndash;1234", "010190-1234"),
        ("010190\\u002d1234", "010190-1234"),
        ("010190=2D1234", "010190-1234"),
        ('"010190"&"-"&"1234"', '"010190-1234"'),
        ("**010190**-**1234**", "**010190-1234**"),
        ("010190-\n1234", "010190-1234"),
        ("O1O19O-1234", "010190-1234"),
    ],
)
def test_what_is_written_otherwise_reads_the_same(written: str, read: str) -> None:
    assert read in [form.text for form in forms_of(written)]


def test_a_text_without_digits_has_no_form() -> None:
    assert list(forms_of("Kære jurister")) == []


def test_what_can_be_read_in_two_ways_has_two_forms() -> None:
    assert {"010190-~~9~~1234", "010190-1234", "010190-91234"} == {form.text for form in forms_of("010190-~~9~~1234")}
    assert {form.text for form in forms_of("nr. 12\n34")} == {"nr. 12\n34", "nr. 1234"}


def test_a_place_of_a_form_is_found_in_what_is_written_with_what_nobody_sees_there() -> None:
    written = "CPR 0101\u200b90\u20131234!"
    form = next(forms_of(written))
    start = form.text.index("010190-1234")

    first, last = form.written(start, start + len("010190-1234"))

    assert written[first:last] == "0101\u200b90\u20131234"
