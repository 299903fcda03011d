"""Look-alikes: addresses that a reader would take for another's."""

import unicodedata
from collections.abc import Iterable
from itertools import islice

from sqlmodel import Session, col, select

from mailer.reading.mailboxes import addresses_in
from tickets.alignment import is_aligned
from tickets.database.models import MailDomain, Person

# What mail programs' fonts hardly tell apart: digits and letters, and Cyrillic and Greek letters with Latin twins.
TWINS = str.maketrans(
    {
        "0": "o", "1": "l", "i": "l", "|": "l", "5": "s", "а": "a", "в": "b", "е": "e", "ё": "e", "к": "k", "м": "m",
        "н": "h", "о": "o", "р": "p", "с": "c", "т": "t", "у": "y", "х": "x", "і": "l", "ї": "l", "ј": "j", "ѕ": "s",
        "ԁ": "d", "ԛ": "q", "ԝ": "w", "ӏ": "l", "α": "a", "ο": "o", "ρ": "p", "ν": "v", "τ": "t", "ι": "l", "κ": "k",
        "υ": "u", "χ": "x", "γ": "y", "ɡ": "g", "ı": "l", "ł": "l", "-": "", "_": "", ".": "",
    }
)  # fmt: skip
PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))
MOST = 20_000  # addresses of one domain that are looked at
MOST_CLAIMED = 5  # addresses in one name


def skeleton(text: str) -> str:
    """A text in which letters that look alike are the same, and marks on letters are gone."""
    plain = unicodedata.normalize("NFKD", _decode_domain(text).casefold())
    seen = "".join(character for character in plain if not unicodedata.combining(character)).translate(TWINS)
    for pair, one in PAIRS:
        seen = seen.replace(pair, one)
    return seen


def find_twin(session: Session, email: str) -> str:
    """The known address, or domain, that a new address looks like without being it; empty if it looks like none."""
    local, _, domain = email.rpartition("@")
    domains = set(session.exec(select(MailDomain.domain)))
    if domain not in domains:
        return _twin_among(domain, domains)
    if local.isascii():  # initials such as kil and kll are two colleagues
        return ""
    colleagues = select(Person.email).where(col(Person.email).endswith(f"@{domain}", autoescape=True))
    known = session.exec(colleagues.limit(MOST))
    return _twin_among(local, (one.rpartition("@")[0] for one in known), f"@{domain}")


def find_claimed(session: Session, name: str, email: str) -> str:
    """The address of another member that a new author has for a name; empty if there is none.

    A colleague's, of the same domain, claims nothing: shared mailboxes and people's second addresses look so.
    """
    own = email.rpartition("@")[2]
    for claimed in islice(addresses_in(name), MOST_CLAIMED):
        domain = claimed.rpartition("@")[2]
        if is_aligned(own, domain):
            continue
        is_members = select(MailDomain.domain).where(MailDomain.domain == domain)
        is_known = select(Person.id).where(Person.email == claimed)
        if session.exec(is_members).first() or session.exec(is_known).first():
            return claimed
    return ""


def _twin_among(new: str, known: Iterable[str], behind: str = "") -> str:
    wanted = skeleton(new)
    return next((f"{one}{behind}" for one in known if one != new and skeleton(one) == wanted), "")


def _decode_domain(text: str) -> str:
    """A domain with letters in place of A-labels, where these can be decoded."""
    if "xn--" not in text:
        return text
    try:
        return text.encode("ascii").decode("idna")
    except UnicodeError:
        return text
