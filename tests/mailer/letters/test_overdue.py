"""Overdue letters: administrators hear in hours of a domain that takes none, and nobody else does."""

from datetime import timedelta

import pytest
from sqlmodel import col, update

from mailer.letters.overdue import tell_of_overdue
from support.builders import a_person
from support.told_town import Town
from support.told_town import town as town
from support.town import text
from tickets.database.models import Delivery, DeliveryState, Role
from tickets.moderation import troubles
from tickets.people import appointments

HOURS = timedelta(hours=1)


@pytest.fixture
def karen(town: Town) -> None:
    """An administrator, and a letter that was taken by its relay for everybody but Ole's domain."""
    with town.store.transaction() as session:
        appointments.appoint(session, a_person(session, "karen@forening.example.dk", "Karen"), Role.ADMINISTRATOR)
    town.file("mette")
    put_off(town)


def put_off(town: Town) -> None:
    """Have letters to Ole wait, and all others sent."""
    is_oles = col(Delivery.domain) == "oeby.example.dk"
    with town.store.transaction() as session:
        sent = update(Delivery).where(~is_oles, col(Delivery.state) == DeliveryState.WAITING)
        session.exec(sent.values(state=DeliveryState.SENT))
        session.exec(update(Delivery).where(is_oles).values(reply="450 4.7.1 Kom igen", attempts=3))


def after(town: Town, hours: float) -> int:
    """How many domains are told of when so many hours have passed."""
    town.now += hours * HOURS
    found = tell_of_overdue(town.store, lambda: town.now)
    town.distribute()
    return found


def told(town: Town) -> list[str]:
    return [reader for reader, kind in town.owed() if kind == "overdue"]


@pytest.mark.usefixtures("karen")
def test_administrators_alone_hear_after_four_hours_what_waits_and_why(town: Town) -> None:
    assert after(town, 3.9) == 0
    assert after(town, 0.2) == 1

    letter = town.letter("karen", "overdue")
    assert told(town) == ["karen"]
    assert "oeby.example.dk: 1 brev, siden 23. nov. 2026 kl. 08.00" in text(letter)
    assert "450 4.7.1 Kom igen" in text(letter)
    assert "proevested" not in text(letter)


@pytest.mark.usefixtures("karen")
def test_a_domain_is_told_of_once_a_day_however_much_waits(town: Town) -> None:
    after(town, 5)
    town.file("mette")
    put_off(town)

    assert [after(town, 5), after(town, 13)] == [0, 0]
    town.file("mette")
    put_off(town)
    assert after(town, 6) == 1
    assert told(town) == ["karen", "karen"]


@pytest.mark.usefixtures("karen")
def test_while_the_relay_does_not_work_nobody_is_told_of_each_domain(town: Town) -> None:
    with town.store.transaction() as session:
        troubles.begin(session, troubles.RELAY, "Connection refused", town.now)
    assert after(town, 5) == 0

    with town.store.transaction() as session:
        troubles.end(session, troubles.RELAY)
    assert after(town, 0.1) == 1
