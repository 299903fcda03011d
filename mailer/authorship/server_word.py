"""A server's word: what a trusted server in front of us vouches for, of the message that it passed on.

It tells that a signature holds, and not what that covers. Unless it also tells that the author's own server brought the
message, it vouches for as much as the signature does: whoever has a signed message may have sent it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import Message

from mailer.authorship.authentication import NO_ID, is_authentic, may_know_by_sender, read_results, saw_own_server
from mailer.authorship.domain_signatures import read_fields, read_related
from mailer.authorship.vouching import COUNTED, SERVER, Voucher
from mailer.mime.header_section import LONGEST_HEADER, header_of, header_size
from mailer.mime.parts import parse
from mailer.reading.body_form import find_evident
from mailer.reading.fields import date_field, decode_octets, raw_fields
from mailer.reading.mailboxes import find_authors
from tickets.alignment import ascii_domain

RESULTS = "Authentication-Results"
SIGNATURE = "DKIM-Signature"


@dataclass(frozen=True)
class ServerWord:
    """The server that wrote the topmost field of one mail, and whether its word can be relied on."""

    server: str  # whose field is the topmost; empty if there is no field
    is_trusted: bool  # it is the trusted server's
    is_forged: bool  # somebody else wrote in its name, and it stayed


def has_pass(octets: bytes, authserv_id: str) -> bool:
    """Whether the server of this name says that the one author of a message is who they say; its body is not read."""
    head = parse(header_of(octets))
    authors = find_authors(head).mailboxes
    return len(authors) == 1 and is_authentic(last_results(head), authserv_id, authors[0].domain)


def find_server_voucher(octets: bytes, received_at: datetime, authserv_id: str) -> Voucher | None:
    """What the server of this name vouches for; None if it does not vouch for the one author of the message."""
    size = header_size(octets)
    if size > LONGEST_HEADER:
        return None  # what stands further down may be what it saw
    head = parse(header_of(octets))
    authors = find_authors(head).mailboxes
    results = last_results(head)
    if len(authors) != 1 or not is_authentic(results, authserv_id, authors[0].domain):
        return None
    if saw_own_server(results, authserv_id, authors[0].domain):
        return Voucher(SERVER, authserv_id)
    if may_know_by_sender(results, authserv_id, authors[0].domain) and not raw_fields(head, SIGNATURE):
        return Voucher(SERVER, authserv_id)  # by nothing else can it have known
    fields, author = read_fields(octets[:size] + b"\r\n"), ascii_domain(authors[0].domain)
    related = read_related(fields, author)
    if not related:
        return None
    evident, dated = find_evident(head, octets[size + 4 :]), date_field(head, received_at)
    if not all(one.could_vouch(fields, evident, dated, received_at) for one in related):
        return None  # it may be this one that holds
    return _least([one.voucher(fields) for one in related])


def last_results(message: Message) -> tuple[str, ...]:
    """The fields in which the last server tells its results: all above its own Received, else the topmost.

    There may be several: OpenDKIM and OpenDMARC write one each. Further down anybody may have written them.
    """
    names = [name.lower() for name, _ in message.raw_items()]
    above = names[: names.index("received")].count(RESULTS.lower()) if "received" in names else 0
    return tuple(decode_octets(raw) for raw in raw_fields(message, RESULTS)[: max(above, 1)])


def _least(vouchers: list[Voucher]) -> Voucher:
    """What all of them vouch for."""
    uncovered = tuple(name for name in COUNTED if any(name in one.uncovered for one in vouchers))
    return Voucher(vouchers[0].by, vouchers[0].domain, uncovered, vouchers[0].mark)


def read_server_word(octets: bytes, authserv_id: str) -> ServerWord:
    """What the handovers and the fields of the server of this name in a header section tell of it (RFC 8601)."""
    wanted = "" if authserv_id == NO_ID else authserv_id.lower()
    handovers, topmost = 0, None
    own: list[tuple[int, frozenset[str]]] = []  # how many handovers stand above it, and of which methods it tells
    for name, value in parse(header_of(octets)).raw_items():
        handovers += name.lower() == "received"
        if name.lower() == "authentication-results":
            server, results = read_results(str(value))
            topmost = server if topmost is None else topmost
            if server == wanted:
                own.append((handovers, frozenset(result.method for result in results)))
    return ServerWord(topmost or "", topmost == wanted, _is_forged(own))


def _is_forged(own: Sequence[tuple[int, frozenset[str]]]) -> bool:
    """Whether the fields of one server cannot all be its own: from two handovers, or telling of one method twice."""
    told = Counter(method for _, methods in own for method in methods)
    return len({handovers for handovers, _ in own}) > 1 or any(count > 1 for count in told.values())
