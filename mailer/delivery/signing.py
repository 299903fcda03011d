"""Signing: the domain's signatures on our letters (DKIM, RFC 6376), so that receivers know whose they are.

The lines with which all copies of a letter begin are hashed once; of each copy only the rest, and its fields.
"""

import base64
import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from mailer.authorship.domain_signatures import RELAXED, BodyHash, SignedField, canonical, read_fields, select
from mailer.authorship.tag_lists import ED25519, RSA
from mailer.letters.letters import Copier
from mailer.sections import Dkim
from tickets.database.models import Delivery
from tickets.database.store import Clock
from tickets.errors import BadInput

BITS = 2_048
FEWEST_BITS = 1_024  # fewer are believed by nobody (RFC 8301)
# Signed once more than they stand there, so that nobody adds another (RFC 6376 8.15)
SEALED = ("from", "to", "cc", "subject", "date", "message-id", "reply-to", "in-reply-to", "references",
          "mime-version", "content-type", "content-transfer-encoding")  # fmt: skip
SIGNED = (*SEALED, "sender", "auto-submitted", "list-id", "list-post", "list-help", "list-owner", "list-archive",
          "list-unsubscribe", "list-unsubscribe-post", "archived-at")  # fmt: skip
LINE = 72


@dataclass(frozen=True)
class Key:
    """The private half of a key with which a domain signs its mail."""

    private: RSAPrivateKey | Ed25519PrivateKey
    selector: str
    domain: str

    @property
    def algorithm(self) -> str:
        """The algorithm's name in DKIM's tag k= (RFC 6376 3.6.1, RFC 8463)."""
        return RSA if isinstance(self.private, RSAPrivateKey) else ED25519

    @property
    def name(self) -> str:
        """Where DNS is asked for the public half (RFC 6376 3.6.2.1)."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def record(self) -> str:
        """What DNS has to answer (RFC 6376 3.6.1, RFC 8463 4)."""
        public, is_rsa = self.private.public_key(), self.algorithm == RSA
        kind = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo) if is_rsa else (Encoding.Raw, PublicFormat.Raw)
        octets = base64.b64encode(public.public_bytes(*kind)).decode()
        return f"v=DKIM1; k={'rsa' if is_rsa else 'ed25519'}; p={octets}"

    def sign(self, octets: bytes) -> bytes:
        """The signature over octets: RSA with PKCS #1 1.5, or Ed25519 over their SHA-256 (RFC 8463 3)."""
        if isinstance(self.private, RSAPrivateKey):
            return self.private.sign(octets, PKCS1v15(), SHA256())
        return self.private.sign(hashlib.sha256(octets).digest())  # RFC 8463 3


def read_keys(section: Dkim, domain: str) -> tuple[Key, ...]:
    """The keys that the settings name, that of RSA first. Raises BadInput."""
    named = ((section.key_file, section.selector, RSA), (section.ed25519_key_file, section.ed25519_selector, ED25519))
    return tuple(_read_key(path, selector, domain, kind) for path, selector, kind in named if path is not None)


def make_key(selector: str, domain: str) -> Key:
    """A new key, of as many bits as everybody can check."""
    return Key(generate_private_key(65_537, BITS), selector, domain)


def write_key(key: Key, path: Path) -> None:
    """Keep a key where its owner alone can read it. Raises BadInput if something lies there."""
    octets = key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        path.touch(mode=0o600, exist_ok=False)
        path.write_bytes(octets)
    except FileExistsError:
        raise BadInput(f"There is a file {path} already: name another with --file, or move that away") from None
    except OSError as error:
        raise BadInput(f"The key cannot be written to {path}: {error.strerror}") from error


def _read_key(path: Path, selector: str, domain: str, algorithm: str) -> Key:
    try:
        private = load_pem_private_key(path.read_bytes(), None)
    except OSError as error:
        raise BadInput(f"[dkim] {path} cannot be read: {error.strerror}") from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadInput(f"[dkim] {path} is no private key in PEM without a password: {error}") from error
    if not isinstance(private, RSAPrivateKey if algorithm == RSA else Ed25519PrivateKey):
        raise BadInput(f"[dkim] {path} is no key of the kind that belongs there; `dialogportal dkim new` makes one")
    if isinstance(private, RSAPrivateKey) and private.key_size < FEWEST_BITS:
        raise BadInput(f"[dkim] {path} has {private.key_size} bits, which nobody believes: use {BITS}")
    return Key(private, selector, domain)


class SigningCopier:
    """Makes the copies of one letter, each with the domain's signatures on top."""

    def __init__(self, copier: Copier, keys: tuple[Key, ...], clock: Clock) -> None:
        self._copier, self._keys, self._clock = copier, keys, clock
        self._shared = copier.shared_lines
        self._begun = BodyHash(RELAXED)
        self._begun.add(self._shared)

    def copy(self, delivery: Delivery) -> bytes:
        """The message for this delivery."""
        octets = self._copier.copy(delivery)
        header, _, body = octets.partition(b"\r\n\r\n")
        hashing = self._begun.copy()
        hashing.add(body[len(self._shared) :])
        fields, now = read_fields(header + b"\r\n"), self._clock()
        return b"".join(_signature(key, fields, hashing.digest(), now) for key in self._keys) + octets


def _signature(key: Key, fields: list[SignedField], body_hash: bytes, now: datetime) -> bytes:
    """The field in which a key vouches for these fields and a body of this hash."""
    covers = _covers(fields)
    unsigned = b"\r\n\t".join(
        (
            f"DKIM-Signature: v=1; a={key.algorithm}; c=relaxed/relaxed; t={int(now.timestamp())};".encode(),
            f"d={key.domain}; s={key.selector};".encode(),
            _folded(b"h=" + b":".join(covers), b":") + b";",
            b"bh=" + base64.b64encode(body_hash) + b";",
            b"b=",
        )
    )
    own = SignedField("dkim-signature", unsigned + b"\r\n")
    covered = select(fields, [name.decode() for name in covers])
    signed = b"".join(canonical(field, RELAXED) for field in covered)
    octets = base64.b64encode(key.sign(signed + canonical(own, RELAXED).removesuffix(b"\r\n")))
    lines = [octets[start : start + LINE] for start in range(0, len(octets), LINE)]
    return unsigned + b"\r\n\t".join(lines) + b"\r\n"


def _covers(fields: list[SignedField]) -> list[bytes]:
    """The names of the fields that are signed, once for each such field, and once more where none may be added."""
    stand = Counter(field.name for field in fields)
    return [name.encode() for name in SIGNED for _ in range(stand[name] + (name in SEALED))]


def _folded(octets: bytes, at: bytes) -> bytes:
    """Octets in lines of bearable length, folded where blanks may stand."""
    lines = [b""]
    for word in octets.split(at):
        if len(lines[-1]) + len(word) > LINE:
            lines.append(b"")
        lines[-1] += word + at
    return b"\r\n\t".join(lines).removesuffix(at)
