"""Letters sent to a relay by a connection of its own."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from mailer.delivery.relay import Outcome, open_carrier
from mailer.sections import Relay

LETTERS = [f"p{number}@example.org" for number in range(16)]
OCTETS = b"Subject: Test\r\n\r\nHej\r\n.\r\n..to\r\n"


def send(relay: Relay, folder: Path, *recipients: str, octets: bytes = OCTETS) -> list[Outcome]:
    """What one connection makes of letters to these recipients, one after the other."""

    async def send_all() -> list[Outcome]:
        carrier = open_carrier(relay, folder)
        try:
            return [await carrier.send("bounce+1@example.dk", recipient, octets) for recipient in recipients]
        finally:
            await carrier.close()

    return asyncio.run(send_all())


def send_around(relay: Relay, folder: Path, between: Callable[[], None]) -> list[Outcome]:
    """What one connection makes of two letters between which something happens at the relay."""

    async def send_both() -> list[Outcome]:
        carrier = open_carrier(relay, folder)
        first = await carrier.send("bounce+1@example.dk", "a@example.org", OCTETS)
        between()
        for _ in range(3):  # what was said there is heard here
            await asyncio.sleep(0)
        second = await carrier.send("bounce+2@example.dk", "b@example.org", OCTETS)
        await carrier.close()
        return [first, second]

    return asyncio.run(send_both())
