"""Spans: what is masked is joined to what it belongs to, and addresses are found whole."""

import pytest

from tickets.text.spans import EMAIL, NAME, ORGANISATION, Span, Text, is_among_capitals, join


def test_names_with_only_initials_between_them_are_one() -> None:
    text = "Mette K. Eksempel og Ole"

    assert join([Span(0, 5, NAME), Span(9, 17, NAME), Span(21, 24, NAME)], text) == [
        Span(0, 17, NAME),
        Span(21, 24, NAME),
    ]


def test_what_overlaps_is_called_by_what_tells_most() -> None:
    assert join([Span(0, 5, NAME), Span(0, 23, EMAIL), Span(6, 15, ORGANISATION)], "mette@oeby.example.dk hej") == [
        Span(0, 23, EMAIL)
    ]


def test_the_ending_is_that_of_the_longer() -> None:
    assert join([Span(0, 4, ORGANISATION), Span(0, 13, ORGANISATION, "s")], "Øby Kommunes ") == [
        Span(0, 13, ORGANISATION, "s")
    ]


@pytest.mark.parametrize(
    ("text", "around", "token"),
    [
        ("Skriv til <mette@oeby.example.dk>.", "@", "mette@oeby.example.dk"),
        ("Skriv til mette@oeby.example.dk.", "@", "mette@oeby.example.dk"),
        ("mailto:mette@oeby.example.dk", "@", "mette@oeby.example.dk"),
        (f"{'x' * 200}@{'y' * 200}", "@", ""),  # longer than any address
    ],
)
def test_an_address_is_found_from_end_to_end(text: str, around: str, token: str) -> None:
    start, end = Text(text).token_at(text.index(around))

    assert text[start:end] == token


def test_the_name_of_a_server_is_told_from_what_lies_on_it() -> None:
    text = Text("se https://oeby.example.dk/oeby/side nu")

    assert text.is_in_host(text.text.index("oeby"))
    assert not text.is_in_host(text.text.rindex("oeby"))
    assert not text.is_in_host(text.text.index("nu"))


def test_a_word_begins_where_its_letters_do() -> None:
    assert Text("til Kommunens jurist").word_start(9) == 4


@pytest.mark.parametrize(("text", "is_among"), [("AKTINDSIGT I KK", True), ("Aktindsigt i KK", False), ("I KK", False)])
def test_in_a_line_of_capitals_none_are_an_acronym(text: str, is_among: bool) -> None:
    assert is_among_capitals(text, text.index("KK"), len(text)) is is_among
