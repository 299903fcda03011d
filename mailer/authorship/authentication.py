"""Whether an author is who the From field says, by the word of the one server we trust (RFC 8601).

Read tolerantly, believed narrowly: servers write the field in many ways, but whatever is unclear in it is no pass.
"""

import re
from dataclasses import dataclass
from itertools import takewhile

from mailer.authorship.vouching import LOGIN, Voucher
from tickets.alignment import ascii_domain, is_aligned
from tickets.envelope import WEB
from tickets.reasons import Reason

NO_ID = "exchange-online"  # the setting for Exchange Online, which writes no id of its own into the field
LONGEST = 16_384  # characters of the field that are read
METHOD = re.compile(r"([a-z][a-z0-9-]*)(?:\s*/\s*\d+)?\s*=\s*([a-z]+)(?![a-z0-9=.-])", re.IGNORECASE)
PROPERTY = re.compile(r"(?<!\S)([a-z]+\.[a-z][a-z0-9_-]*)\s*=\s*(\S*)", re.IGNORECASE)
JUDGES = ("dmarc", "compauth")  # methods that weigh the others; the second is Exchange Online's own
LOOKED_AT = {  # where a method says which domain it looked at
    "dmarc": ("header.from",),
    "dkim": ("header.d", "header.i"),
    "spf": ("smtp.mailfrom",),
}
ID = re.compile(r'\s*"?([^\s";=]+)"?(?:\s+\d+)?\s*')


@dataclass(frozen=True)
class AuthenticationResult:
    """One method's verdict, and what it is about: `header.from`, `smtp.mailfrom` and the like, in lower case."""

    method: str
    verdict: str
    properties: dict[str, str]


@dataclass(frozen=True)
class Checked:
    """Who vouches for a message's author as the portal found out itself, or that DNS kept it from that."""

    author: str = ""  # the domain that was looked at, as DNS knows it
    voucher: Voucher | None = None  # of a signature, or of the server that it came from, for that domain
    is_disowned: bool = False  # nothing does, and the domain wants such mail rejected (DMARC)
    has_trouble: bool = False  # DNS did not answer


def checked_at_door(door: str, return_path: str) -> Checked | None:
    """What a door knows of an author without anybody's being asked; None for the doors that take in mail."""
    if door != WEB:
        return None
    domain = ascii_domain(return_path.rpartition("@")[2])
    return Checked(domain, Voucher(LOGIN, domain))


def doubt_author(
    fields: tuple[str, ...], authserv_id: str | None, checked: Checked | None, domain: str
) -> Reason | None:
    """Why an author of this domain is not believed; none if somebody vouches, or nobody was ever asked to.

    Where the trusted server saw a signature alone, that it holds is no more than a beginning (`server_word`).
    """
    if authserv_id and is_disowned(fields, authserv_id, domain):
        return Reason.DISOWNED
    if authserv_id and is_authentic(fields, authserv_id, domain) and saw_own_server(fields, authserv_id, domain):
        return None
    if checked and checked.voucher and checked.author == ascii_domain(domain):
        return None
    if checked and checked.has_trouble:
        return Reason.UNANSWERED
    if checked and checked.is_disowned:
        return Reason.DISOWNED
    return Reason.UNVOUCHED if authserv_id or checked else None


def is_authentic(fields: tuple[str, ...], authserv_id: str, domain: str) -> bool:
    """Whether the trusted server saw a pass for the author's domain, and no verdict that outweighs it.

    A signature or a return path of a domain above or below is no pass: only that server knows whether the author's
    domain lets it speak, and says so as a pass of DMARC (RFC 7489 3.1).
    """
    results = _trusted_results(fields, authserv_id)
    return not any(map(_refuses, results)) and any(_is_about(one, domain) for one in results if one.verdict == "pass")


def is_disowned(fields: tuple[str, ...], authserv_id: str, domain: str) -> bool:
    """Whether the trusted server saw a message fail for the author's domain, and no pass that makes up for it."""
    results = _trusted_results(fields, authserv_id)
    if any(map(_refuses, results)):
        return True
    failed = any(_is_about(one, domain) for one in results if one.verdict == "fail")
    return failed and not is_authentic(fields, authserv_id, domain)


def saw_own_server(fields: tuple[str, ...], authserv_id: str, domain: str) -> bool:
    """Whether the trusted server saw that the author's very domain lets the sending server send.

    A domain above or below may be somebody else's; whether it may speak for the author's is not told.
    """
    verdict, sender = _sender_seen(fields, authserv_id)
    return verdict == "pass" and bool(domain) and ascii_domain(sender) == ascii_domain(domain)


def may_know_by_sender(fields: tuple[str, ...], authserv_id: str, domain: str) -> bool:
    """Whether the trusted server may take the author for known because of the sending server (SPF).

    It may where it gives no verdict on that server, or a pass of a domain that may speak for the author's.
    """
    verdict, sender = _sender_seen(fields, authserv_id)
    return not verdict or (verdict == "pass" and is_aligned(sender, domain))


def _sender_seen(fields: tuple[str, ...], authserv_id: str) -> tuple[str, str]:
    """The verdict on the sending server, and the domain of the return path; of several the topmost counts."""
    found = next((one for one in _trusted_results(fields, authserv_id) if one.method == "spf"), None)
    return (found.verdict, _domain_of(found.properties.get("smtp.mailfrom", ""))) if found else ("", "")


def _trusted_results(fields: tuple[str, ...], authserv_id: str) -> list[AuthenticationResult]:
    """The trusted server's results in the fields of the last server; none if another server's stand on top."""
    trusted = "" if authserv_id == NO_ID else authserv_id.lower()
    its_own = takewhile(lambda read: read[0] == trusted, map(read_results, fields))
    return [result for _, results in its_own for result in results]


def _refuses(result: AuthenticationResult) -> bool:
    """Whether a verdict on the message as a whole is against it, whatever else passed."""
    return result.method in JUDGES and result.verdict == "fail"


def read_results(field: str) -> tuple[str, list[AuthenticationResult]]:
    """The server that wrote a field, empty if it gives no name, and its results."""
    sections = _sections(field[:LONGEST])
    server = ID.fullmatch(sections[0])
    if server is None and "=" not in sections[0]:
        return "?", []
    results = [_read_result(section) for section in (sections[1:] if server else sections)]
    return server.group(1).lower() if server else "", [result for result in results if result]


def _sections(field: str) -> list[str]:
    """The field without its comments, parted at its semicolons; in quotes both are mere characters, as is space.

    A comment or a quote that never ends goes on to the end, and hides what it holds.
    """
    sections, depth, is_quoted, is_escaped = [[""]], 0, False, False
    for character in field:
        if is_escaped:
            is_escaped = False
            continue
        is_escaped = character == "\\"
        if is_escaped:
            continue
        if depth:
            depth += {"(": 1, ")": -1}.get(character, 0)
        elif character == '"':
            is_quoted = not is_quoted
            sections[-1].append(character)
        elif is_quoted:
            sections[-1].append("\0" if character.isspace() else character)
        elif character == "(":
            depth = 1
            sections[-1].append(" ")
        elif character == ";":
            sections.append([""])
        else:
            sections[-1].append(character)
    return ["".join(section) for section in sections]


def _read_result(section: str) -> AuthenticationResult | None:
    """One method's verdict; a property that is told twice is left out."""
    found = METHOD.match(section.strip())
    if found is None:
        return None
    told: dict[str, set[str]] = {}
    for name, value in PROPERTY.findall(section.strip()[found.end() :]):
        is_whole = value.count('"') % 2 == 0
        told.setdefault(name.lower(), set()).add(value.replace('"', "").lower() if is_whole else "")
    properties = {name: values.pop() for name, values in told.items() if len(values) == 1}
    return AuthenticationResult(found.group(1).lower(), found.group(2).lower(), properties)


def _is_about(result: AuthenticationResult, domain: str) -> bool:
    """Whether a method looked at the author's very domain."""
    told = (result.properties.get(name, "") for name in LOOKED_AT.get(result.method, ()))
    return bool(domain) and _domain_of(next(filter(None, told), "")) == domain.lower()


def _domain_of(value: str) -> str:
    return value.rpartition("@")[2].strip("<>.")
