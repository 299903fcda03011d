"""Entrances: the settings of doors are what they say, or told to be wrong."""

import pytest
from pydantic import ValidationError

from mailer.intake.entrances import Listen


def test_a_door_is_open_to_this_machine_unless_something_else_is_said() -> None:
    assert (Listen().smtp, Listen().lmtp, Listen().has_judge) == ("127.0.0.1:8025", None, False)
    assert Listen(smtp="").smtp is None


@pytest.mark.parametrize("settings", [{"authserv_id": "mx.example.dk"}, {"verify": True}])
def test_somebody_judges_authors_if_that_is_set(settings: dict[str, object]) -> None:
    assert Listen.model_validate(settings).has_judge


def test_addresses_of_services_are_compared_in_lower_case() -> None:
    assert Listen(feedback_addresses=("FBL@Example.org",)).feedback_addresses == ("fbl@example.org",)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"smtp": "localhost"}, "is not host:port"),
        ({"lmtp": "127.0.0.1:"}, "is not host:port"),
        ({"feedback_addresses": ["example.org"]}, "is no address"),
        ({"verify": "dmarc", "authserv_id": "mx.example.dk"}, "set one of them"),
        ({"max_size": 0}, "greater than 0"),
        ({"port": 25}, "not permitted"),
    ],
)
def test_what_is_set_wrong_is_told(settings: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Listen.model_validate(settings)
