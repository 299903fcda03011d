"""Attempts: what a message breaks is told, and trouble with the database is raised."""

import pytest
from sqlalchemy.exc import OperationalError

from mailer.sandbox.attempts import attempt
from mailer.sandbox.framing import Failure
from tickets.errors import StorageTrouble


def test_a_step_that_succeeds_gives_its_result() -> None:
    assert attempt(int, "12", base=8) == 10


def test_a_step_that_fails_tells_how() -> None:
    failure = attempt(int, "tolv")

    assert isinstance(failure, Failure)
    assert "invalid literal for int()" in str(failure)


@pytest.mark.parametrize("trouble", [StorageTrouble("away"), OperationalError("", None, Exception())])
def test_trouble_with_the_database_is_not_the_messages_fault(trouble: Exception) -> None:
    def step() -> None:
        raise trouble

    with pytest.raises(type(trouble)):
        attempt(step)
