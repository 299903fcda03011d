"""Failures: how a delivery came back, in one word."""

from enum import StrEnum


class BounceKind(StrEnum):
    """What a returned message says of the address it was sent to."""

    HARD = "hard"  # nobody lives there, and nobody will
    TRANSIENT = "transient"  # full, slow or out of order: it may work another day
    POLICY = "policy"  # this letter was not wanted there; another may be
    COMPLAINT = "complaint"  # somebody called it spam (RFC 5965)
