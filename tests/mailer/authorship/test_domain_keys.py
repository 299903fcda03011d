"""Domain keys: a record of DNS gives a key that may be used for mail, or none."""

import base64
import hashlib
import itertools

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mailer.authorship.domain_keys import read_key

PRIVATE = rsa.generate_private_key(65_537, 1_024)
P = base64.b64encode(PRIVATE.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
SHORT = base64.b64encode(
    rsa.generate_private_key(65_537, 1_024)
    .public_key()
    .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)[:-9]
)
CURVE = Ed25519PrivateKey.generate()
CURVES = base64.b64encode(CURVE.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def test_what_the_private_key_signed_is_known_and_nothing_else() -> None:
    key = read_key(b"v=DKIM1; p=" + P)
    assert key

    signature = PRIVATE.sign(b"hej", PKCS1v15(), SHA256())

    assert (key.algorithm, key.is_strict) == ("rsa-sha256", False)
    assert key.has_signed(b"hej", signature)
    assert not key.has_signed(b"hej!", signature)


def test_a_key_of_a_curve_signs_a_digest() -> None:
    key = read_key(b"k=ed25519; t=y:s; p=" + CURVES)
    assert key

    assert (key.algorithm, key.is_strict) == ("ed25519-sha256", True)
    assert key.has_signed(b"hej", CURVE.sign(hashlib.sha256(b"hej").digest()))
    assert not key.has_signed(b"hej", CURVE.sign(b"hej"))


@pytest.mark.parametrize(
    "record",
    [
        b"v=DKIM2; p=" + P, b"v=DKIM1; p=", b"h=sha1; p=" + P, b"s=tlsrpt; p=" + P, b"k=dsa; p=" + P,
        b"k=ed25519; p=" + P,
        b"p=" + CURVES, b"p=" + SHORT, b"p=!", b"p",
    ],
    ids=itertools.count(),
)  # fmt: skip
def test_what_may_not_be_used_for_mail_is_no_key(record: bytes) -> None:
    assert read_key(record) is None
