"""Samples: letters as they might be, with invented contents, for tests and for whoever looks at their design."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mailer.letters.letters import View

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LATER = AT + timedelta(days=14)
LIST = "Databeskyttelse"
ADDRESS = "databeskyttelse@example.dk"
OWNER = "databeskyttelse+owner@example.dk"
DECIDING = "databeskyttelse+d5k2m7q3@example.dk"
AUTHOR = "Mette Eksempel"
AUTHORS_ADDRESS = "mette@proevested.example.dk"
ORGANISATION = "Prøvested Kommune"
SUBJECT = "Må vi udlevere en afgørelse til naboen?"
TEXT = "Kære jurister\n\nEn nabo beder om aktindsigt i en afgørelse. Må vi udlevere den?\n\nVenlig hilsen\nMette"
PAGE = "https://portal.example.dk/m/0123456789abcdef012345"
LEAVE = "https://portal.example.dk/unsubscribe/k3v9"


@dataclass(frozen=True)
class Sample:
    """One letter of a kind as it might be."""

    view: View
    name: str = ""  # tells it from the others of its kind
    template: str = ""  # empty: the one that is called as the kind
