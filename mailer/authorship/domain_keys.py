"""Domain keys: the public keys by which domains sign their mail, as DNS has them (RFC 6376 3.6.1, RFC 8463)."""

import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from mailer.authorship.tag_lists import ED25519, RSA, decode, read_tags

FEWEST_BITS, MOST_BITS = 1_024, 4_096  # of an RSA key (RFC 8301); a longer one takes seconds
LARGEST_EXPONENT = 2**32


@dataclass(frozen=True)
class DomainKey:
    """One public key, and whether it may vouch for addresses below its domain."""

    public: RSAPublicKey | Ed25519PublicKey
    is_strict: bool = False  # t=s: for addresses of the very domain

    @property
    def algorithm(self) -> str:
        """The algorithm's name in DKIM's tag k= (RFC 6376 3.6.1, RFC 8463)."""
        return RSA if isinstance(self.public, RSAPublicKey) else ED25519

    def has_signed(self, octets: bytes, signature: bytes) -> bool:
        """Whether the private key was used to sign these octets."""
        try:
            if isinstance(self.public, RSAPublicKey):
                self.public.verify(signature, octets, PKCS1v15(), SHA256())
            else:
                self.public.verify(signature, hashlib.sha256(octets).digest())  # RFC 8463 3
        except InvalidSignature:
            return False
        return True


def read_key(record: bytes) -> DomainKey | None:
    """The key of a record in DNS; None if there is none that may be used for mail and SHA-256."""
    tags = read_tags(record)
    if tags is None or tags.get("v", b"DKIM1") != b"DKIM1" or not tags.get("p"):
        return None
    if not {b"sha256"} <= _words(tags.get("h", b"sha256")) or not {b"*", b"email"} & _words(tags.get("s", b"*")):
        return None
    public = _read_public(tags.get("k", b"rsa").lower(), tags["p"])
    return DomainKey(public, is_strict=b"s" in _words(tags.get("t", b""))) if public else None


def _read_public(kind: bytes, value: bytes) -> RSAPublicKey | Ed25519PublicKey | None:
    octets = decode(value) or b""
    try:
        if kind == b"ed25519":
            return Ed25519PublicKey.from_public_bytes(octets)
        public = load_der_public_key(octets) if kind == b"rsa" else None
    except (ValueError, UnsupportedAlgorithm):
        return None
    return public if isinstance(public, RSAPublicKey) and _is_affordable(public) else None


def _is_affordable(public: RSAPublicKey) -> bool:
    return FEWEST_BITS <= public.key_size <= MOST_BITS and public.public_numbers().e <= LARGEST_EXPONENT


def _words(value: bytes) -> set[bytes]:
    return {word.strip().lower() for word in value.split(b":")}
