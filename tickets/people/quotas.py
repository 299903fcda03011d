"""Quotas: how much one author, one asker and one network may have of the portal, so that nobody floods the others.

An honest person does not meet them. They lock nobody out either: what is over them waits, or is there already.
"""

from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from pydantic import BaseModel, Field

WITHIN = timedelta(hours=1)
LOOPBACK = ("127.", "::1", "::ffff:127.")
PREFIXES = {4: 24, 6: 48}  # bits that the addresses of one network have in common


class Quotas(BaseModel, frozen=True, extra="forbid"):
    """The `[limits]` section; 0 switches a limit off."""

    questions_per_author: int = Field(30, ge=0)  # an hour, also of replies and of news; more is sent on later
    forms_per_author: int = Field(60, ge=0)  # sent an hour from the pages; and kept for whoever lost their login there
    logins_per_address: int = Field(5, ge=0)  # links an hour for an address, asked from one network
    sessions_per_client: int = Field(30, ge=0)  # open at once, from one network; a mail server has twenty
    connections_per_client: int = Field(60, ge=0)  # to the pages, open at once, from one network; a browser has six


USUAL = Quotas()
UNLIMITED = Quotas(
    questions_per_author=0, forms_per_author=0, logins_per_address=0, sessions_per_client=0, connections_per_client=0
)


def network_of(client: str | None) -> str:
    """The network of an address, such as 192.0.2.0/24; empty if that is none."""
    try:
        address = ip_address((client or "").partition("%")[0].strip("[]"))
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    return str(ip_network((address, PREFIXES[address.version]), strict=False))


def network_between(peer: Any, here: Any) -> str:
    """The network of a connection's other end, from both ends' addresses; empty if that is this very host."""
    client = str(peer[0]) if peer else ""
    is_own = client.startswith(LOOPBACK) or bool(here and client == str(here[0]))
    return "" if is_own else network_of(client)
