"""Readings of HTML: a number is read though something is hidden in it, or drawn instead of a hyphen."""

import pytest

from mailer.texts.html_readings import readings_of_html


@pytest.mark.parametrize(
    "html",
    [
        "010190-<span style='display:none'>99</span>1234",
        "0101<del>99</del>90-1234",
        "010190<img src=x alt='-'>1234",
        "010190<hr>1234",
        "010190<input value='-'>1234",
        "<style>b:before{content:'-'}</style>010190<b>1234</b>",
        "<style>b:before{content:'\\2d'}</style>010190<b>1234</b>",
    ],
)
def test_a_number_is_read_however_it_is_shown(html: str) -> None:
    assert any("010190-1234" in told for told in readings_of_html(html))


def test_a_text_that_can_be_read_in_one_way_has_no_other() -> None:
    assert list(readings_of_html("<p>Kære jurister</p>")) == []
