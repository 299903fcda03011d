"""The address of a ticket that is nobody's own: what a digest names, and may be passed on."""

import pytest

from support.builders import a_message
from support.command_desk import CommandDesk, desk
from tickets.database.models import Disposition, MessageKind, Visibility
from tickets.reasons import Reason

__all__ = ["desk"]


def write(desk: CommandDesk, address: str) -> object:
    fields = {"From": f"{desk.ole.name} <{desk.ole.email}>", "Subject": "Fra ugebrevet", "To": address}
    arrival = desk.take(a_message(**fields, text="Hos os gør vi sådan."), address)[0]
    return arrival.disposition, arrival.reason


@pytest.mark.parametrize("desk_name", ["+db-1", "-DB-1"])
def test_whoever_writes_there_takes_part_in_the_ticket(desk: CommandDesk, desk_name: str) -> None:
    asked = desk.asks()

    assert write(desk, f"databeskyttelse{desk_name}@example.dk") == (Disposition.FILED, None)

    said = desk.messages()[-1]
    assert (said.ticket_key, said.kind) == (asked.ticket_key, MessageKind.REPLY)


def test_who_may_not_see_the_ticket_reaches_nobody_by_it(desk: CommandDesk) -> None:
    desk.asks(visibility=Visibility.CONFIDENTIAL)

    assert write(desk, "databeskyttelse+db-1@example.dk") == (Disposition.HELD, Reason.ANSWERS_CLOSED_OFF)


def test_a_number_that_no_ticket_has_is_a_persons_to_look_at(desk: CommandDesk) -> None:
    assert write(desk, "databeskyttelse+db-99@example.dk") == (Disposition.HELD, Reason.TICKET_GONE)
