"""Tag lists: how domains write down keys and signatures (RFC 6376 3.2)."""

import base64
import binascii
import re

RSA, ED25519 = "rsa-sha256", "ed25519-sha256"  # rsa-sha1 is no proof any more (RFC 8301)
TAG_NAME = re.compile(rb"[A-Za-z][A-Za-z0-9_]*")


def read_tags(octets: bytes) -> dict[str, bytes] | None:
    """The tags of a list of them (RFC 6376 3.2); None if it is malformed, or names a tag twice."""
    tags: dict[str, bytes] = {}
    for spec in octets.strip().removesuffix(b";").split(b";"):
        name, equals, value = spec.partition(b"=")
        if not equals or not TAG_NAME.fullmatch(name.strip()) or name.strip().decode() in tags:
            return None
        tags[name.strip().decode()] = value.strip()
    return tags


def decode(value: bytes) -> bytes | None:
    """The octets of a base64 value, folded or not; None if it is none."""
    try:
        return base64.b64decode(b"".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
