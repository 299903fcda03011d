"""What the templates say exists in Danish, and times and texts are as people here read them."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from jinja2 import UndefinedError

from templates.language import FOLDER, load_language, prose

DANISH = load_language("da", "Europe/Copenhagen")
ENGLISH = load_language("en", "Europe/Copenhagen")
IN_TEMPLATES = [("**.txt", "jinja2"), ("**.html", "jinja2")]
JINJA = {"**.txt": {"trimmed": "true"}, "**.html": {"trimmed": "true"}}


def sentences(folder: Path) -> set[object]:
    return {found[2] for found in extract_from_dir(folder, IN_TEMPLATES, options_map=JINJA)}


@pytest.mark.parametrize("room", ["mail", "web"])
def test_every_sentence_in_the_templates_is_translated(room: str) -> None:
    with (FOLDER / "translations" / f"{room}.da.po").open("rb") as source:
        catalog = read_po(source, locale="da")

    said = sentences(FOLDER / room)

    assert len(said) > 20
    assert {one for one in said if not (catalog.get(one) and catalog.get(one).string)} == set()  # type: ignore


def test_no_translation_is_left_that_nothing_says() -> None:
    with (FOLDER / "translations" / "mail.da.po").open("rb") as source:
        known = {message.id for message in read_po(source, locale="da") if message.id}

    assert known - sentences(FOLDER / "mail") == set()


def test_times_are_told_on_the_clock_of_the_place() -> None:
    at = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)

    assert DANISH.day(at) == "mandag den 23. november 2026"
    assert DANISH.moment(at) == "23. nov. 2026 kl. 08.00"
    assert DANISH.clock(at) == "08.00"
    assert ENGLISH.moment(at) == "23 Nov 2026, 08:00"


def test_sizes_are_told_in_round_numbers() -> None:
    assert [DANISH.size(octets) for octets in (1, 12_300, 3_400_000)] == ["1 kB", "12 kB", "3,4 MB"]
    assert ENGLISH.size(3_400_000) == "3.4 MB"


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        DANISH.render("mail/login.txt", link="https://example.dk")


def test_a_language_nobody_speaks_here_is_refused() -> None:
    with pytest.raises(ValueError, match="not among the languages"):
        load_language("fr", "Europe/Copenhagen")


def test_prose_keeps_paragraphs_and_lines_and_escapes_the_rest() -> None:
    assert (
        prose("Kære <b>jurister</b>\n\n- et\n- to") == "<p>Kære &lt;b&gt;jurister&lt;/b&gt;</p>\n<p>- et<br>\n- to</p>"
    )


def test_prose_links_web_addresses_and_nothing_else() -> None:
    html = prose("Se https://example.dk/a?b=1&c=2 og javascript://alert(1) og ftp://x.example.dk")

    assert 'href="https://example.dk/a?b=1&amp;c=2"' in html
    assert html.count("href") == 1


@pytest.mark.parametrize("piece", ["https://a.example.dk/ ", "\n \n", "<", "://", "(http://", "www. :// "])
def test_prose_takes_linear_time(piece: str) -> None:
    begun = time.process_time()
    prose(piece * (300_000 // len(piece)))

    assert time.process_time() - begun < 10  # in quadratic time it would be minutes
