"""A megabyte of one token, whatever it is: looked through for CPR numbers in no time."""

import pytest

from support.repetitions import OF_DISGUISES, OF_NUMBERS
from support.timing import costing_at_most, is_linear
from tickets.numbers.cpr import mask_cpr


@pytest.mark.parametrize("token", OF_NUMBERS)
def test_a_megabyte_of_one_token_is_looked_through_in_no_time(token: str) -> None:
    with costing_at_most(15):  # in quadratic time it would be minutes
        mask_cpr(token * (1_000_000 // len(token)))
    assert is_linear(mask_cpr, token * (200_000 // len(token)))


@pytest.mark.parametrize("token", OF_DISGUISES)
def test_a_megabyte_of_one_token_has_its_forms_in_no_time(token: str) -> None:
    with costing_at_most(15):  # in quadratic time it would be minutes
        mask_cpr(token * (1_000_000 // len(token)))
    assert is_linear(mask_cpr, token * (100_000 // len(token)))
