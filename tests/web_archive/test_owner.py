"""Whose pages these are: what the settings refuse, and the colours that follow from one."""

import re

import pytest
from pydantic import ValidationError

from web_archive.owner import DARK_PAPER, EASY, READABLE, WHITE, Owner, contrast, make_style

pytestmark = pytest.mark.any_database


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"colour": "blue"}, "is no colour"),
        ({"colour": "#ffcc00"}, "too light"),
        ({"logo": "logo.exe"}, "is no logo"),
        ({"accessibility_statement": "javascript:alert(1)"}, "is no address of a page"),
        ({"colour": "#000;} body{"}, "is no colour"),
    ],
)
def test_what_could_not_be_shown_or_read_is_refused(fields: dict[str, str], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Owner.model_validate(fields)


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#000000", WHITE) == pytest.approx(21)
    assert contrast("#767676", WHITE) == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("colour", ["#0f4c86", "#000000", "#7b1fa2", "#97222a", "#17633a"])
def test_a_colour_can_be_read_by_day_and_by_night(colour: str) -> None:
    day, night = (re.findall(r"--blue(?:-ink|-wash)?: (#\w{6})", part) for part in make_style(colour).split("@media"))

    assert contrast(day[0], day[1]) >= READABLE
    assert contrast(day[0], day[2]) >= READABLE
    assert contrast(night[0], DARK_PAPER) >= EASY
    assert contrast(night[0], night[2]) >= READABLE
