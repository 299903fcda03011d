"""Promises: what the address that an old message was sent to promised its author, by the addresses of the list before.

An archive is of one list, whatever it was called, so the detail alone tells (RFC 5233): `+fortrolig`, as here, an older
`-fortrolig`, or its English name. Addresses of its own that a list had for this are told by who imports it.
"""

import re
from collections.abc import Iterable, Mapping

from tickets.alignment import normal_address
from tickets.database.models import Visibility
from tickets.people.sight import strictest

PROMISES = {
    "fortrolig": Visibility.CONFIDENTIAL,
    "fortroligt": Visibility.CONFIDENTIAL,
    "confidential": Visibility.CONFIDENTIAL,
    "anonym": Visibility.ANONYMOUS,
    "anonymt": Visibility.ANONYMOUS,
    "anonymous": Visibility.ANONYMOUS,
}
DETAIL = re.compile(rf"(?:^|%2b|[\s<(:,;\"'+._=-])({'|'.join(PROMISES)})(?:@|%40|=)", re.IGNORECASE)


class Promises:
    """All addresses of a list that promised something: by their names, and those that somebody has named."""

    def __init__(self, addresses: Mapping[str, Visibility] = {}) -> None:
        """`addresses` are whole: `brevkasse@example.dk`."""
        spelled = {name: seen for one, seen in addresses.items() for name in (one.strip().lower(), normal_address(one))}
        self._named = [(_pattern(address), visibility) for address, visibility in spelled.items()]

    def promised_visibility(self, addressed: Iterable[str], writers: Iterable[str] = ()) -> Visibility:
        """Who may see a message by the fields that tell whom it was sent to: the strictest that any of them promised.

        `writers` are the fields that tell who wrote it.
        """
        fields = [*addressed]
        found = [PROMISES[word.lower()] for field in fields for word in DETAIL.findall(field)]
        found += [
            seen for field in (*fields, *writers) for address, seen in self._named if address.search(field.lower())
        ]
        return strictest(Visibility.OPEN, *found)


def _pattern(address: str) -> re.Pattern[str]:
    """What finds the address, also with an addition (RFC 5233), and no other that ends or begins like it."""
    local, _, domain = address.rpartition("@")
    return re.compile(rf"(?<![\w.+-]){re.escape(local)}(?:[+][^@\s<>]*)?@{re.escape(domain)}(?![\w-]|\.\w)")
