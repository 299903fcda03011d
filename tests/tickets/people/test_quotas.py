"""Which addresses are one network, and which limits the settings take."""

import pytest
from pydantic import ValidationError

from tickets.people.quotas import UNLIMITED, Quotas, network_of


@pytest.mark.parametrize(
    ("client", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("[2001:db8:1::4]", "2001:db8:1::/48"),
        ("", ""),
        (None, ""),
        ("unix:", ""),
        ("999.1.1.1", ""),
    ],
)
def test_neighbours_are_one_network(client: str | None, network: str) -> None:
    assert network_of(client) == network


@pytest.mark.parametrize("key", Quotas.model_fields)
def test_no_limit_is_less_than_none(key: str) -> None:
    assert getattr(UNLIMITED, key) == 0
    with pytest.raises(ValidationError):
        Quotas.model_validate({key: -1})


def test_twenty_questions_in_an_hour_are_an_ordinary_monday() -> None:
    assert Quotas().questions_per_author > 20
