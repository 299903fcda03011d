"""Signed tokens: in reply addresses, return paths and unsubscribe links.

A token is 34 characters, lower case, of an alphabet without look-alikes (Crockford's base 32): 42 bits that
say what it is for, 128 bits of HMAC-SHA-256 that say the portal made it. Nothing about it expires.
"""

import hashlib
import hmac
from base64 import b32encode
from functools import lru_cache

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 34
LOOKALIKES = str.maketrans("oil", "011")
SPARE = -5 * LENGTH % 8  # bits that fill the last octet
FROM_BASE32 = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ALPHABET.encode())  # RFC 4648 6
HALF = 21  # bits of each of the two numbers in a pair
MAC_BITS = 128
KEPT = 10_000  # tokens; every letter to somebody who follows a list holds the same two

VALUES = {character: value for value, character in enumerate(ALPHABET)}


class Signer:
    """Makes tokens and reads them back; a token made for one purpose is nothing for another."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 16:
            raise ValueError("A signing secret has at least 16 octets")
        self._secret = secret
        self._sign = lru_cache(maxsize=KEPT)(self._make)

    def reply_token(self, list_key: int, number: int, person_key: int) -> str:
        """For `list+TOKEN@`: a reply by this person on this ticket of the list."""
        return self._sign(f"reply-{list_key}", _pair(number, person_key))

    def read_reply_token(self, list_key: int, token: str) -> tuple[int, int] | None:
        """The ticket's number and the person's key, or None if the token is not ours."""
        payload = self._read(f"reply-{list_key}", token)
        return None if payload is None else (payload >> HALF, payload & ((1 << HALF) - 1))

    def internal_token(self, list_key: int, number: int, person_key: int) -> str:
        """For `list+TOKEN@`: a reply by this lawyer on this ticket that is for its list's lawyers alone."""
        return self._sign(f"internal-{list_key}", _pair(number, person_key))

    def read_internal_token(self, list_key: int, token: str) -> tuple[int, int] | None:
        """The ticket's number and the lawyer's key, or None if the token is not ours."""
        payload = self._read(f"internal-{list_key}", token)
        return None if payload is None else (payload >> HALF, payload & ((1 << HALF) - 1))

    def bounce_token(self, delivery_key: int) -> str:
        """For `bounce+TOKEN@`: the return path of one delivery (VERP)."""
        return self._sign("bounce", delivery_key)

    def read_bounce_token(self, token: str) -> int | None:
        """The key of the delivery; None if the token was not signed here."""
        return self._read("bounce", token)

    def unsubscribe_token(self, list_key: int, person_key: int) -> str:
        """For the unsubscribe link of this person on this list (RFC 8058)."""
        return self._sign("unsubscribe", _pair(list_key, person_key))

    def read_unsubscribe_token(self, token: str) -> tuple[int, int] | None:
        """The list's and the person's key, or None if the token is not ours."""
        payload = self._read("unsubscribe", token)
        return None if payload is None else (payload >> HALF, payload & ((1 << HALF) - 1))

    def watch_token(self, list_key: int, number: int, person_key: int) -> str:
        """For the link where this person follows this ticket of the list, or hears no more of it."""
        return self._sign(f"watch-{list_key}", _pair(number, person_key))

    def read_watch_token(self, list_key: int, token: str) -> tuple[int, int] | None:
        """The ticket's number and the person's key, or None if the token is not ours."""
        payload = self._read(f"watch-{list_key}", token)
        return None if payload is None else (payload >> HALF, payload & ((1 << HALF) - 1))

    def resume_token(self, person_key: int) -> str:
        """For the link that lets letters go to this person again."""
        return self._sign("resume", person_key)

    def read_resume_token(self, token: str) -> int | None:
        """The key of the person; None if the token was not signed here."""
        return self._read("resume", token)

    def proposal_token(self, proposal_key: int) -> str:
        """For `list+TOKEN@` and the page behind a letter that asks its author's word."""
        return self._sign("proposal", proposal_key)

    def read_proposal_token(self, token: str) -> int | None:
        """The key of the proposal; None if the token was not signed here."""
        return self._read("proposal", token)

    def choice_token(self, proposal_key: int, choice: int) -> str:
        """For `list+TOKEN@`: whatever comes there chooses this, by its number, of what is proposed."""
        return self._sign("choice", _pair(proposal_key, choice))

    def read_choice_token(self, token: str) -> tuple[int, int] | None:
        """The proposal's key and the choice's number, or None if the token is not ours."""
        payload = self._read("choice", token)
        return None if payload is None else (payload >> HALF, payload & ((1 << HALF) - 1))

    def consent_token(self, consent_key: int) -> str:
        """For `list+TOKEN@`, where somebody says whether others may see more of what they asked."""
        return self._sign("consent", consent_key)

    def read_consent_token(self, token: str) -> int | None:
        """The key of the consent that is asked for; None if the token was not signed here."""
        return self._read("consent", token)

    def digest_token(self, digest_key: int, person_key: int) -> str:
        """For `list+TOKEN@`, where an editor says how a digest is to go out."""
        return self._sign("digest", _pair(digest_key, person_key))

    def read_digest_token(self, token: str) -> tuple[int, int] | None:
        """The digest's and the editor's key, or None if the token is not ours."""
        payload = self._read("digest", token)
        return None if payload is None else (payload >> HALF, payload & ((1 << HALF) - 1))

    def mark(self, text: str) -> str:
        """20 hexadecimal digits that stand for a personal place in the letter of this name; nobody can guess them."""
        return hmac.digest(self._secret, f"mark|{text}".encode(), hashlib.sha256).hex()[:20]

    def _make(self, purpose: str, payload: int) -> str:
        _check(payload, 2 * HALF)
        return _encode((payload << MAC_BITS) | self._mac(purpose, payload))

    def _read(self, purpose: str, token: str) -> int | None:
        value = _decode(token)
        if value is None:
            return None
        payload = value >> MAC_BITS
        given = (value & ((1 << MAC_BITS) - 1)).to_bytes(16, "big")
        wanted = self._mac(purpose, payload).to_bytes(16, "big")
        return payload if hmac.compare_digest(given, wanted) else None

    def _mac(self, purpose: str, payload: int) -> int:
        mac = hmac.digest(self._secret, f"{purpose}|{payload}".encode(), hashlib.sha256)
        return int.from_bytes(mac[: MAC_BITS // 8], "big")


def looks_like_token(text: str) -> bool:
    """Whether the text has a token's length and letters, whoever made it."""
    return _decode(text) is not None


def _pair(first: int, second: int) -> int:
    for number in (first, second):
        _check(number, HALF)
    return first << HALF | second


def _check(number: int, bits: int) -> None:
    if not 0 <= number < 1 << bits:
        raise ValueError(f"Only numbers below {1 << bits} fit into a token")


def _encode(value: int) -> str:
    octets = (value << SPARE).to_bytes((5 * LENGTH + SPARE) // 8, "big")
    return b32encode(octets)[:LENGTH].translate(FROM_BASE32).decode("ascii")


def _decode(token: str) -> int | None:
    letters = token.lower().translate(LOOKALIKES)
    if len(letters) != LENGTH or not VALUES.keys() >= set(letters):
        return None
    value = 0
    for letter in letters:
        value = value << 5 | VALUES[letter]
    return value
