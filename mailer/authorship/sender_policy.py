"""Sender policy: whether a domain lets a server send in its name (SPF, RFC 7208); with the extra `dmarc`."""

import ipaddress
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from mailer.authorship.nameservers import DnsTrouble, NameService, Record
from tickets.alignment import ascii_domain

spf: Any = import_module("spf") if find_spec("spf") else None

MOST_EMPTY = 2  # answers without a record in one check (RFC 7208 4.6.4)
LOCAL = [
    ipaddress.ip_network(one)
    for one in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16")
] + [ipaddress.ip_network(one) for one in ("::1/128", "fc00::/7", "fe80::/10")]


def is_foreign(client: str) -> bool:
    """Whether a client's address is a stranger's server, and none of our own that hands mail on."""
    try:
        address = ipaddress.ip_address(client.partition("%")[0])
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return not any(address in network for network in LOCAL if network.version == address.version)


def find_sender(names: NameService, client: str, helo: str, return_path: str) -> str:
    """The domain of a return path, if it lets this client send for it; empty if it does not. Raises DnsTrouble."""
    local, _, domain = return_path.rpartition("@")
    domain = ascii_domain(domain)
    if spf is None or not domain or not is_foreign(client):
        return ""
    query = spf.query(i=client.partition("%")[0], s=f"{local}@{domain}", h=helo, receiver="unknown")
    query.dns = _asking(names, query)  # instead of its own, which knows no time and no other resolver
    try:
        verdict, _, _ = query.check()
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError):  # of hostile records
        return ""
    if verdict == "temperror":
        raise DnsTrouble(f"the sender policy of {domain[:100]} cannot be had")
    return domain if verdict == "pass" else ""


def _asking(names: NameService, query: Any) -> Any:
    """How the library asks DNS: the records as it wants them, and those that are missing counted."""

    def ask(name: object, kind: str, cnames: object = None, ignore_void: bool = False) -> list[Any]:
        try:
            found = [_as_wanted(kind, record) for record in names.ask(str(name), kind)]
        except DnsTrouble as trouble:
            raise spf.TempError(str(trouble)) from trouble
        if not found and not ignore_void:
            query.void_lookups += 1
            if query.void_lookups > MOST_EMPTY:
                raise spf.PermError(f"More than {MOST_EMPTY} names without a record")
        return found

    return ask


def _as_wanted(kind: str, record: Record) -> Any:
    if kind in ("TXT", "SPF"):
        return (record.encode("latin-1"),)
    return tuple(record) if kind == "MX" else record
