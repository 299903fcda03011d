"""Signatures of domains as real servers make them, by a program that is not ours."""

import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import dkim

MONDAY = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
USUAL = ("from", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references")
FORM = ("mime-version", "content-type", "content-transfer-encoding")


def make_key(bits: int = 2048) -> bytes:
    """A private key of RSA."""
    return subprocess.run(["openssl", "genrsa", "-traditional", str(bits)], capture_output=True, check=True).stdout


def public_half(private: bytes) -> str:
    """The public half of a key, as p= has it."""
    command = ["openssl", "rsa", "-pubout"]
    public = subprocess.run(command, input=private, capture_output=True, check=True).stdout
    return b"".join(public.splitlines()[1:-1]).decode()


PRIVATE = make_key()
RECORD = f"v=DKIM1; k=rsa; p={public_half(PRIVATE)}"


class Signer(dkim.DKIM):  # type: ignore[misc]
    """The library, made to write other tags than it would."""

    tags: Mapping[bytes, bytes] = {}

    def gen_header(self, fields: list[tuple[bytes, bytes]], *rest: Any) -> bytes:
        tags = {**dict(fields[:-1]), **self.tags}
        told = [(name, value) for name, value in tags.items() if value]
        header: bytes = super().gen_header([*told, fields[-1]], *rest)
        return header


def with_crlf(octets: bytes) -> bytes:
    return octets.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def sign(
    octets: bytes,
    domain: str,
    covers: Sequence[str] = (*USUAL, *FORM),
    at: datetime = MONDAY,
    form: tuple[bytes, bytes] = (b"relaxed", b"relaxed"),
    private: bytes = PRIVATE,
    algorithm: bytes = b"rsa-sha256",
    tags: Mapping[bytes, bytes] = {},
    length: bool = False,
) -> bytes:
    """The message with one more signature on top. Names may stand in `covers` more than once (oversigning).

    `tags` stand in place of what the library would write; an empty one is left out.
    """
    signer = Signer(with_crlf(octets), signature_algorithm=algorithm)
    signer.tags = tags
    covered = [name.encode() for name in covers]
    with patch.object(dkim, "time", SimpleNamespace(time=at.timestamp)):
        field: bytes = signer.sign(
            b"s1", domain.encode(), private, canonicalize=form, include_headers=covered, length=length
        )
    return field + with_crlf(octets)
