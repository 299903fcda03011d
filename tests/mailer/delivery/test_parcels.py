"""Parcels: the most urgent leaves first, and a full tray has room for what is more urgent than all in it."""

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from mailer.delivery.parcels import Parcel, Tray
from tickets.database.models import Urgency

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
FIRST, *_, LAST = Urgency


def a_parcel(urgency: Urgency) -> Parcel:
    delivery: Any = SimpleNamespace(urgency=urgency)
    return Parcel(delivery, copier=None)  # type: ignore[arg-type]


def test_the_most_urgent_is_taken_first_and_of_equals_the_first_that_came() -> None:
    parcels = [a_parcel(one) for one in (LAST, FIRST, LAST)]

    async def taken() -> list[Parcel | None]:
        tray = Tray(enough=9)
        for parcel in parcels:
            tray.put(parcel)
        return [await tray.take() for _ in parcels]

    assert asyncio.run(taken()) == [parcels[1], parcels[0], parcels[2]]


def test_a_full_tray_has_room_for_what_is_more_urgent() -> None:
    tray = Tray(enough=1)
    tray.put(a_parcel(LAST))
    assert tray.room() == [one for one in Urgency if one < LAST]

    tray.put(a_parcel(FIRST))
    assert tray.room() == []


def test_what_was_taken_makes_room() -> None:
    async def take() -> list[Urgency]:
        tray = Tray(enough=1)
        tray.put(a_parcel(FIRST))
        await tray.take()
        return tray.room()

    assert asyncio.run(take()) == list(Urgency)


def test_at_the_end_everybody_who_takes_goes_home_and_nothing_lies_there() -> None:
    async def end() -> list[Parcel | None]:
        tray = Tray(enough=9)
        tray.put(a_parcel(FIRST))
        tray.end(takers=2)
        return [await tray.take(), await tray.take()]

    assert asyncio.run(end()) == [None, None]
