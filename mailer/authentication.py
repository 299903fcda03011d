"""Whether an author is who the From field says, by the word of the one server we trust (RFC 8601).

Read tolerantly, believed narrowly: servers write the field in many ways, but whatever is unclear in it is no pass.
"""

import re
from dataclasses import dataclass

from tickets.alignment import is_aligned

NO_ID = "exchange-online"  # the setting for Exchange Online, which writes no id of its own into the field
LONGEST = 16_384  # characters of the field that are read
METHOD = re.compile(r"([a-z][a-z0-9-]*)(?:\s*/\s*\d+)?\s*=\s*([a-z]+)(?![a-z0-9=.-])", re.IGNORECASE)
PROPERTY = re.compile(r"(?<!\S)([a-z]+\.[a-z][a-z0-9_-]*)\s*=\s*(\S*)", re.IGNORECASE)
ID = re.compile(r'\s*"?([^\s";=]+)"?(?:\s+\d+)?\s*')

UNVOUCHED = "comes from an author for whom nobody vouches"
DISOWNED = "comes from an author whose domain disowns it"
UNANSWERED = "comes from an author who could not be verified, as DNS did not answer"


@dataclass(frozen=True)
class Result:
    """One method's verdict, and what it is about: `header.from`, `smtp.mailfrom` and the like, in lower case."""

    method: str
    verdict: str
    properties: dict[str, str]


@dataclass(frozen=True)
class Checked:
    """What we found out ourselves of a message's author, or that it could not be found out."""

    author: str = ""  # the domain that was looked at
    is_authentic: bool = False  # a signature, or the server that it came from, vouches for that domain
    is_disowned: bool = False  # nothing does, and the domain wants such mail rejected (DMARC)
    has_trouble: bool = False  # DNS did not answer


def doubt_author(fields: tuple[str, ...], authserv_id: str | None, checked: Checked | None, domain: str) -> str:
    """Why an author of this domain is not believed; empty if somebody vouches, or nobody was ever asked to."""
    if authserv_id and is_authentic(fields, authserv_id, domain):
        return ""
    if checked and checked.is_authentic and checked.author == domain:
        return ""
    if checked and checked.has_trouble:
        return UNANSWERED
    if checked and checked.is_disowned:
        return DISOWNED
    return UNVOUCHED if authserv_id or checked else ""


def is_authentic(fields: tuple[str, ...], authserv_id: str, domain: str) -> bool:
    """Whether the trusted server saw an aligned pass for the author's domain.

    Only the topmost field counts, and only if it is of that server: further down anybody may have written it. Aligned
    is the same domain or one below or above it (RFC 7489 3.1, relaxed). A failed DMARC outweighs every other pass.
    """
    server, results = read_results(fields[0]) if fields else ("", [])
    if server != ("" if authserv_id == NO_ID else authserv_id.lower()) or not domain:
        return False
    if any(result.method == "dmarc" and result.verdict == "fail" for result in results):
        return False
    return any(_vouches(result, domain.lower()) for result in results if result.verdict == "pass")


def read_results(field: str) -> tuple[str, list[Result]]:
    """The server that wrote a field, empty if it names itself not, and what it found."""
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


def _read_result(section: str) -> Result | None:
    """One method's verdict. What is said of the same property twice is not said."""
    found = METHOD.match(section.strip())
    if found is None:
        return None
    told: dict[str, set[str]] = {}
    for name, value in PROPERTY.findall(section.strip()[found.end() :]):
        is_whole = value.count('"') % 2 == 0
        told.setdefault(name.lower(), set()).add(value.replace('"', "").lower() if is_whole else "")
    properties = {name: values.pop() for name, values in told.items() if len(values) == 1}
    return Result(found.group(1).lower(), found.group(2).lower(), properties)


def _vouches(result: Result, domain: str) -> bool:
    """Whether a pass of this method is one for the author's domain."""
    told = result.properties
    if result.method == "dmarc":
        return _domain_of(told.get("header.from", "")) == domain
    if result.method == "dkim":
        return is_aligned(_domain_of(told.get("header.d", "") or told.get("header.i", "")), domain)
    if result.method == "spf":
        return is_aligned(_domain_of(told.get("smtp.mailfrom", "")), domain)
    return False


def _domain_of(value: str) -> str:
    return value.rpartition("@")[2].strip("<>.")
