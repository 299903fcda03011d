"""Workbooks of old Excel: cells as lines, bare digits named by their heading or their format."""

import pytest

from mailer.files import workbooks
from mailer.files.budget import Budget, Obstacle, Unreadable
from support.papers import an_xls


def test_cells_are_lines_and_digits_below_a_heading_are_named() -> None:
    told = workbooks.cells_of_workbook(an_xls(("cpr", "konto"), (101901234, 101901234)), Budget(60))

    assert told == "cpr\tkonto\nCPR 0101901234\t101901234"


def test_digits_in_the_format_of_a_number_are_named_without_a_heading() -> None:
    assert "CPR 0101901234" in workbooks.cells_of_workbook(an_xls((101901234,), format="000000-0000"), Budget(60))
    assert workbooks.cells_of_workbook(an_xls((101901234,)), Budget(60)) == "101901234"


@pytest.mark.parametrize(
    ("octets", "why"), [(b"hej", Obstacle.DAMAGED), (bytes(workbooks.LARGEST + 1), Obstacle.TOO_LARGE)]
)
def test_what_is_broken_or_too_large_is_told(octets: bytes, why: Obstacle) -> None:
    with pytest.raises(Unreadable) as raised:
        workbooks.cells_of_workbook(octets, Budget(60))
    assert raised.value.why is why
