"""Parcels: deliveries in hand, on their way to a connection that sends them, the most urgent first."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from itertools import count
from typing import Protocol

from tickets.database.models import Delivery, Urgency


class Copies(Protocol):
    """Makes the copies of one letter."""

    def copy(self, delivery: Delivery) -> bytes:
        """The octets for one recipient, with that reader's own links in place of the marks."""


@dataclass(frozen=True)
class Parcel:
    """A delivery in hand: claimed, permitted, with what makes its copy."""

    delivery: Delivery
    copier: Copies


class Tray:
    """Where parcels lie until a connection takes them."""

    def __init__(self, enough: int) -> None:
        """`enough` parcels of the same or a higher urgency leave no room for another."""
        self._enough = enough
        self._queue: asyncio.PriorityQueue[tuple[int, int, Parcel | None]] = asyncio.PriorityQueue()
        self._numbers = count()
        self._lying: Counter[int] = Counter()

    def room(self) -> list[Urgency]:
        """The urgencies for which there is room: a full tray has some for letters more urgent than all in it."""
        return [one for one in Urgency if sum(self._lying[above] for above in range(one + 1)) < self._enough]

    def put(self, parcel: Parcel) -> None:
        """Lay a parcel into the tray, behind those that are as urgent."""
        self._lying[parcel.delivery.urgency] += 1
        self._queue.put_nowait((parcel.delivery.urgency, next(self._numbers), parcel))

    async def take(self) -> Parcel | None:
        """The most urgent parcel, as soon as there is one; None at the end."""
        urgency, _, parcel = await self._queue.get()
        if parcel:
            self._lying[urgency] -= 1
        return parcel

    def end(self, takers: int) -> None:
        """Drop the parcels that lie here, and release all who wait for one."""
        while not self._queue.empty():
            self._queue.get_nowait()
        for _ in range(takers):
            self._queue.put_nowait((0, next(self._numbers), None))
