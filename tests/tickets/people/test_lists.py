"""How a list is found by what people call it."""

import pytest
from sqlmodel import Session

from support.builders import a_list
from tickets.errors import NotFound
from tickets.people import lists


@pytest.mark.parametrize("text", ["databeskyttelse", "DATABESKYTTELSE@example.dk", " db "])
def test_a_list_is_found_by_name_address_or_prefix(session: Session, text: str) -> None:
    mailing_list = a_list(session)

    assert lists.find_list(session, text) is mailing_list


def test_a_list_nobody_knows_is_told_with_what_to_do(session: Session) -> None:
    with pytest.raises(NotFound, match="list list"):
        lists.find_list(session, "jagt")
