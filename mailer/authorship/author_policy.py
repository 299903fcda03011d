"""Author policy: who may vouch for a domain's authors, and what it wants done with mail nobody vouches for (RFC 9989).

Found by walking up the tree of names to the organisation's own: no list of public suffixes grows old here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from mailer.authorship.nameservers import NameService

MOST_LABELS = 8  # of a name whose parents are all asked (RFC 9989 4.10)


class Wish(StrEnum):
    """What a domain wants done with mail in its name that fails."""

    NONE = "none"
    QUARANTINE = "quarantine"
    REJECT = "reject"


MILDER = {Wish.REJECT: Wish.QUARANTINE, Wish.QUARANTINE: Wish.NONE, Wish.NONE: Wish.NONE}


@dataclass(frozen=True)
class Record:
    """One record of DMARC and the domain that it was found at."""

    domain: str
    tags: dict[str, str]


@dataclass(frozen=True)
class AuthorPolicy:
    """The policy for one author domain; without a record, that of a domain that has none."""

    domain: str
    organisation: str = ""  # the domain of the organisation; empty if no record tells: then it is alone
    wish: Wish = Wish.NONE
    wants_same_signer: bool = False  # adkim=s
    wants_same_sender: bool = False  # aspf=s

    def accepts_signer(self, names: NameService, signer: str) -> bool:
        """Whether a signature of this domain vouches for the author. Raises DnsTrouble."""
        return self._accepts(names, signer, self.wants_same_signer)

    def accepts_sender(self, names: NameService, sender: str) -> bool:
        """Whether a return path of this domain vouches for the author. Raises DnsTrouble."""
        return self._accepts(names, sender, self.wants_same_sender)

    def _accepts(self, names: NameService, other: str, is_strict: bool) -> bool:
        if other == self.domain or is_strict:
            return other == self.domain
        is_within = bool(self.organisation) and f".{other}".endswith(f".{self.organisation}")
        return is_within and _organisation(other, _walk(names, other)) == self.organisation


def find_policy(names: NameService, domain: str) -> AuthorPolicy:
    """The policy of an author's domain. Raises DnsTrouble."""
    records = _walk(names, domain)
    organisation = _organisation(domain, records) if records else ""
    own = next((record for record in records if record.domain == domain), None)
    applied = own or next((record for record in records if record.domain == organisation), None)
    if applied is None and records and records[-1].tags.get("psd") == "y":
        applied = records[-1]  # of a registry, for domains that say nothing
    if applied is None:
        return AuthorPolicy(domain, organisation)
    tags = applied.tags
    told = tags.get("p", "") if own else _told_below(names, domain, tags)
    wish = Wish(told) if told in list(Wish) else Wish.NONE
    return AuthorPolicy(
        domain,
        organisation,
        MILDER[wish] if tags.get("t") == "y" else wish,
        wants_same_signer=tags.get("adkim") == "s",
        wants_same_sender=tags.get("aspf") == "s",
    )


def _told_below(names: NameService, domain: str, tags: Mapping[str, str]) -> str:
    """The policy of a record for a domain below its own: np= if there is no such name (RFC 9091), else sp=, else p=."""
    if tags.get("np") and not names.has(domain):
        return tags["np"]
    return tags.get("sp", "") or tags.get("p", "")


def _walk(names: NameService, domain: str) -> list[Record]:
    """The records of a domain and of those above it, its own first, up to the one that says where it belongs."""
    found: list[Record] = []
    labels = domain.split(".")
    while labels:
        name = ".".join(labels)
        tags = _read(names.ask_texts(f"_dmarc.{name}"))
        if tags:
            found.append(Record(name, tags))
            if tags.get("psd") in ("y", "n"):
                break
        labels = labels[1:] if len(labels) < MOST_LABELS else labels[1 - MOST_LABELS :]
    return found


def _organisation(domain: str, records: list[Record]) -> str:
    """The domain of the organisation that a domain belongs to; a domain without records belongs to itself."""
    for record in records:
        if record.tags.get("psd") == "n":
            return record.domain
        if record.tags.get("psd") == "y" and record.domain != domain:
            depth = record.domain.count(".") + 2
            return ".".join(domain.split(".")[-depth:])
    named = [record.domain for record in records if "." in record.domain]
    return named[-1] if named else domain


def _read(texts: list[bytes]) -> dict[str, str]:
    """The tags of the one record among these texts; none if there is none, or more than one."""
    records = [text.decode("utf-8", "replace") for text in texts if text.partition(b";")[0].strip() == b"v=DMARC1"]
    if len(records) != 1:
        return {}
    pairs = (pair.partition("=") for pair in records[0].split(";"))
    return {name.strip().lower(): value.strip().lower() for name, _, value in pairs}
