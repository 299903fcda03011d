"""Envelopes: what there is to know of a handover that does not stand in the message (RFC 5321 2.3.1)."""

from enum import StrEnum

WEB = "web"  # the door of what was written on a page: who did is vouched for by their login


class KnownBy(StrEnum):
    """What tells for whom a message came."""

    ENVELOPE = "envelope"  # or what the mailbox's own server noted of it
    FIELDS = "fields"  # To or Cc, which anybody may write as they like
    NOTHING = "nothing"  # it names no address of ours: it lies where such mail is laid
