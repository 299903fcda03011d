"""Alignment: whether a domain speaks for another (RFC 7489 3.1, relaxed, without a list of public suffixes)."""

import unicodedata

import idna

LONGEST_DOMAIN = 253


def normal_address(email: str) -> str:
    """An address in its one spelling: in lower case, letters composed (NFC), its domain as DNS knows it."""
    local, at, domain = unicodedata.normalize("NFC", email.strip()).lower().rpartition("@")
    return f"{local}{at}{ascii_domain(domain)}"


def mailbox_of(email: str) -> str:
    """The address in its one spelling, without what is added to its local part (RFC 5233): mette+kl@ is mette@."""
    local, at, domain = normal_address(email).rpartition("@")
    return f"{local.partition('+')[0] or local}{at}{domain}"


def is_aligned(one: str, other: str) -> bool:
    """Whether two domains are the same, or one lies below the other; a top-level domain is nobody's."""
    one, other = ascii_domain(one), ascii_domain(other)
    if "." not in one or "." not in other:
        return False
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def ends_alike(one: str, other: str) -> bool:
    """Whether two domains could be of one organisation at all."""
    return one.split(".")[-2:] == other.split(".")[-2:]


def ascii_domain(domain: str) -> str:
    """A domain as DNS knows it: in lower case, labels beyond ASCII as A-labels (RFC 5890); unchanged if that fails."""
    domain = domain.lower()
    if domain.isascii() or len(domain) > LONGEST_DOMAIN:
        return domain
    return ".".join(_ascii_label(label) for label in domain.split("."))


def _ascii_label(label: str) -> str:
    try:
        return label if label.isascii() else idna.encode(label, uts46=True).decode("ascii")
    except UnicodeError:
        return label
