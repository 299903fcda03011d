"""Budgets: looking into files ends once their time is used up."""

import pytest

from mailer.files.budget import Budget, Obstacle, Unreadable


def test_a_budget_that_is_used_up_says_so_and_one_that_is_not_says_nothing() -> None:
    Budget(3_600).spend()

    with pytest.raises(Unreadable, match="takes too long") as raised:
        Budget(-1).spend()
    assert raised.value.why is Obstacle.TOO_LARGE
