"""Alignment: whether a domain speaks for another (RFC 7489 3.1, relaxed, without a list of public suffixes)."""


def is_aligned(one: str, other: str) -> bool:
    """Whether two domains are the same, or one lies below the other; a top-level domain is nobody's."""
    if "." not in one or "." not in other:
        return False
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
