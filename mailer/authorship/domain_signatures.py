"""Domain signatures: what a domain signed of a message (DKIM, RFC 6376).

Read strictly and in linear time, whatever stands there. What this module and another program could read in two ways
is no signature.
"""

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mailer.authorship.tag_lists import ED25519, RSA, decode, read_tags
from mailer.authorship.vouching import COUNTED, DKIM, Voucher
from mailer.mime.header_section import has_odd_line_ends
from mailer.reading.body_form import FORM
from tickets.alignment import ascii_domain, ends_alike

LONGEST_SIGNATURE = 8_192  # octets of its field
MOST_SIGNATURES = 5  # of one message that are looked at
OLDEST = timedelta(days=5)  # as long as a server may keep trying (RFC 5321 4.5.4.1); after that it is a replay
SKEW = timedelta(hours=10)  # that a signer's clock may be ahead
PIECE = 1_048_576
NAME = re.compile(rb"[!-9;-~]+")  # RFC 5322 2.2
FIELD_END = re.compile(rb"\r\n(?![ \t])")
DOMAIN = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)+")
SECONDS = re.compile(rb"\d{1,11}")
SIMPLE, RELAXED = "simple", "relaxed"


@dataclass(frozen=True)
class SignedField:
    """One field of a header section: its name in lower case, and its octets, folded as it stands."""

    name: str
    octets: bytes

    @property
    def value(self) -> bytes:
        """What stands behind the first colon, folded as it came."""
        return self.octets.partition(b":")[2]


class Unhashed(Exception):
    """The hash of a body is needed in a form in which it was not made yet."""

    def __init__(self, form: str) -> None:
        super().__init__(form)
        self.form = form


@dataclass(frozen=True)
class SignedBody:
    """A body: the fields on its form that it bears out itself, and its hashes, once they are needed."""

    evident: tuple[str, ...]
    hashes: Mapping[str, str]  # in base64, by form


@dataclass(frozen=True)
class Signature:
    """A signature as its field has it, valid or not."""

    field: SignedField
    algorithm: str
    covers: tuple[str, ...]  # names of fields, each as often as it counts
    body_hash: bytes
    octets: bytes
    domain: str
    key_name: str  # where DNS has its key
    identity: str  # the domain that it was made for: the same, or one below it
    header_form: str
    body_form: str
    signed_at: datetime | None = None
    expires_at: datetime | None = None

    def fits(self, body: SignedBody) -> bool:
        """Whether the signature was made over this body. Raises Unhashed."""
        if self.body_form not in body.hashes:
            raise Unhashed(self.body_form)
        return self.body_hash == base64.b64decode(body.hashes[self.body_form])

    def signed_octets(self, fields: Sequence[SignedField]) -> bytes:
        """What its octets were made of, with the private half of its key (RFC 6376 3.7)."""
        signed = [canonical(field, self.header_form) for field in select(fields, self.covers)]
        own = SignedField(self.field.name, _without_own_octets(self.field.octets))
        return b"".join(signed) + canonical(own, self.header_form).removesuffix(b"\r\n")

    def could_vouch(
        self, fields: Sequence[SignedField], evident: Collection[str], dated: datetime | None, received_at: datetime
    ) -> bool:
        """Whether the signature, if it is valid, says anything of a message with these fields that came now."""
        covers_author = not find_uncovered(self.covers, fields, ("from",))
        covers_date = "date" in self.covers and not find_uncovered(self.covers, fields, ("date",))
        is_fresh = self.is_fresh(dated if covers_date else None, received_at)
        return covers_author and self.tells_form(fields, evident) and is_fresh

    def is_fresh(self, dated: datetime | None, received_at: datetime) -> bool:
        """Whether the signature was made lately, by its own time or else by the date that it covers."""
        made_at = self.signed_at or dated
        if made_at is None or (self.expires_at and self.expires_at < received_at):
            return False
        return received_at - OLDEST <= made_at <= received_at + SKEW

    def voucher(self, fields: Sequence[SignedField]) -> Voucher:
        """What the signature vouches for, now that it proved valid."""
        mark = hashlib.sha256(self.octets).hexdigest()[:40]
        return Voucher(DKIM, self.domain, find_uncovered(self.covers, fields, COUNTED), mark)

    def tells_form(self, fields: Sequence[SignedField], evident: Collection[str]) -> bool:
        """Whether the signature covers the fields on the body's form, or their absence, unless they are evident."""
        uncovered = find_uncovered(self.covers, fields, FORM)
        return all(name in evident or (name in self.covers and name not in uncovered) for name in FORM)


def read_fields(header: bytes) -> list[SignedField]:
    """The fields of a header section; none if programs may read it in different ways."""
    if has_odd_line_ends(header) or header[:1] in (b" ", b"\t"):
        return []
    lines = [field + b"\r\n" for field in FIELD_END.split(header.removesuffix(b"\r\n"))]
    names = [line.partition(b":")[0] for line in lines]
    if not all(map(NAME.fullmatch, names)):
        return []
    return [SignedField(name.decode().lower(), line) for name, line in zip(names, lines, strict=True)]


def find_uncovered(covers: Sequence[str], fields: Sequence[SignedField], names: Sequence[str]) -> tuple[str, ...]:
    """Those of the names that stand more often in the message than a signature covers them."""
    stand, signed = Counter(field.name for field in fields), Counter(covers)
    return tuple(name for name in names if stand[name] > signed[name])


def read_signatures(fields: Sequence[SignedField]) -> list[Signature]:
    """The signatures of a message that could hold, the topmost first."""
    found = [field for field in fields if field.name == "dkim-signature"][:MOST_SIGNATURES]
    return [signature for field in found if (signature := _read(field)) is not None]


def read_related(fields: Sequence[SignedField], author: str) -> list[Signature] | None:
    """All signatures that may be by a domain akin to the author's; None if one of these cannot be read here.

    It is for a server's word that some signature is valid: any of them may be meant.
    """
    related = [field for field in fields if field.name == "dkim-signature" and _may_be_akin(field, author)]
    read = [_read(field) for field in related[: MOST_SIGNATURES + 1]]
    return None if None in read or len(read) > MOST_SIGNATURES else [one for one in read if one is not None]


def _may_be_akin(field: SignedField, author: str) -> bool:
    """Whether the field of a signature does not plainly name a domain that has nothing to do with the author's."""
    tags = read_tags(field.value)
    domain = ascii_domain((tags or {}).get("d", b"").decode("utf-8", "replace"))
    return not DOMAIN.fullmatch(domain) or ends_alike(domain, author)


def hash_body(body: bytes, form: str) -> str:
    """The hash of a body in one of the two forms (RFC 6376 3.4), in base64. Empty lines at its end do not count."""
    hashing = BodyHash(form)
    hashing.add(body)
    return base64.b64encode(hashing.digest()).decode()


class BodyHash:
    """The hash of a body so far; what several bodies begin with is hashed once for all of them."""

    def __init__(self, form: str) -> None:
        self._form, self._digest = form, hashlib.sha256()
        self._waiting, self._has_text = 0, False  # lines without anything, which count as soon as something follows

    def add(self, lines: bytes) -> None:
        """Go on with lines; the last of them alone may lack its end."""
        for piece in _pieces(lines):
            canonical = _squeeze(piece).replace(b" \r\n", b"\r\n") if self._form == RELAXED else piece
            text, empty = _part_at_empty_lines(canonical)
            if text:
                self._digest.update(b"\r\n" * self._waiting + text + b"\r\n")
                self._waiting, self._has_text = -1, True  # its own line has ended already
            self._waiting += empty

    def copy(self) -> "BodyHash":
        """The same so far, to go on in another way."""
        other = BodyHash(self._form)
        other._digest, other._waiting, other._has_text = self._digest.copy(), self._waiting, self._has_text
        return other

    def digest(self) -> bytes:
        """The 32 octets of the hash, had the body ended here."""
        digest = self._digest.copy()
        if not self._has_text and self._form == SIMPLE:
            digest.update(b"\r\n")
        return digest.digest()


def _pieces(body: bytes) -> Iterator[bytes]:
    """A body in pieces of whole lines, each of which ends with CRLF."""
    start = 0
    while start < len(body):
        end = body.rfind(b"\r\n", start, start + PIECE)
        end = end if end >= 0 else body.find(b"\r\n", start + PIECE - 1)
        piece = body[start:] if end < 0 else body[start : end + 2]
        start += len(piece)
        whole = piece if piece.endswith(b"\n") else piece + b"\r\n"
        yield whole.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _part_at_empty_lines(piece: bytes) -> tuple[bytes, int]:
    """A piece without the empty lines at its end, and how many they are; a bare CR is no line end."""
    text = piece.rstrip(b"\r\n")
    end = piece.rfind(b"\r\r", len(text)) + 1 or len(text)
    return piece[:end], (len(piece) - end) // 2


# -- one signature ---------------------------------------------------------------------


def _read(field: SignedField) -> Signature | None:
    """A signature as it stands; None if it is malformed, too long, or signs too little to vouch for anything."""
    tags = read_tags(field.value) if len(field.octets) <= LONGEST_SIGNATURE else None
    if tags is None or tags.get("v") != b"1" or tags.get("q", b"dns/txt") != b"dns/txt":
        return None
    covers = tuple(name.strip().lower().decode("latin-1") for name in tags.get("h", b"").split(b":"))
    if "from" not in covers or "l" in tags:  # what stands behind a body of declared length is not signed (8.2)
        return None
    forms, domains, times = _read_forms(tags), _read_domains(tags), _read_times(tags)
    body_hash, octets = decode(tags.get("bh", b"")), decode(tags.get("b", b""))
    algorithm = tags.get("a", b"").decode("latin-1")
    if not (forms and domains and times and body_hash and octets) or algorithm not in (RSA, ED25519):
        return None
    return Signature(field, algorithm, covers, body_hash, octets, *domains, *forms, *times)


def _read_forms(tags: Mapping[str, bytes]) -> tuple[str, str] | None:
    header, _, body = tags.get("c", b"simple/simple").decode("latin-1").partition("/")
    body = body or SIMPLE
    return (header, body) if {header, body} <= {SIMPLE, RELAXED} else None


def _read_domains(tags: Mapping[str, bytes]) -> tuple[str, str, str] | None:
    """The domain that signed, its key's name, and the domain it signed for: the same or one below; None if not."""
    domain, selector = (ascii_domain(tags.get(name, b"").decode("utf-8", "replace")) for name in "ds")
    identity = ascii_domain(tags.get("i", b"@" + domain.encode()).decode("utf-8", "replace").rpartition("@")[2])
    key_name = f"{selector}._domainkey.{domain}"
    if not DOMAIN.fullmatch(domain) or not DOMAIN.fullmatch(key_name) or not f".{identity}".endswith(f".{domain}"):
        return None
    return domain, key_name, identity


def _read_times(tags: Mapping[str, bytes]) -> tuple[datetime | None, datetime | None] | None:
    """When it was made and when it expires, as far as it tells; None if it tells nonsense."""
    told = [tags.get(name) for name in "tx"]
    if any(time is not None and not SECONDS.fullmatch(time) for time in told):
        return None
    made_at, expires_at = (datetime.fromtimestamp(int(time), UTC) if time else None for time in told)
    return made_at, expires_at


def canonical(field: SignedField, form: str) -> bytes:
    """A field in one of the two forms (RFC 6376 3.4)."""
    if form == SIMPLE:
        return field.octets
    value = _squeeze(field.value.replace(b"\r\n", b"")).strip(b" ")
    return field.name.encode() + b":" + value + b"\r\n"


def _squeeze(octets: bytes) -> bytes:
    """Octets with one blank in place of several."""
    octets = octets.replace(b"\t", b" ")
    while b"  " in octets:
        octets = octets.replace(b"  ", b" ")
    return octets


def _without_own_octets(octets: bytes) -> bytes:
    """The field of a signature as it was before its b= was known."""
    specs = octets.split(b";")
    start = specs[0].index(b":") + 1
    specs[0], before = specs[0][start:], specs[0][:start]
    bare = [spec.partition(b"=")[0] + b"=" if spec.partition(b"=")[0].strip() == b"b" else spec for spec in specs]
    return before + b";".join(bare)


def select(fields: Sequence[SignedField], covers: Sequence[str]) -> list[SignedField]:
    """The fields that a signature covers, in its order; of several of one name the lowest first (RFC 6376 5.4.2)."""
    left: dict[str, list[SignedField]] = {}
    for field in fields:
        left.setdefault(field.name, []).append(field)
    return [left[name].pop() for name in covers if left.get(name)]
