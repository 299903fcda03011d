"""Orders: what a lawyer chose beside the text of an answer, as the lines on top of it that a mail would have."""

from datetime import date

from tickets.database.models import DraftKind
from web_archive.forms.typed import Typed


def with_orders(kind: DraftKind, typed: Typed, today: date) -> str:
    """The text as a mail of the lawyer's would say it: commands on top, and below the last of them the text alone."""
    if kind is DraftKind.NOTE:
        return f"NOTAT\n\n{typed.text}"
    if kind is not DraftKind.ANSWER:
        return typed.text
    lines = [_after(typed, today), f"KORT: {typed.short}" if typed.short else "", "RET" if typed.corrects else "SVAR"]
    return "\n".join([*filter(None, lines), "", typed.text])


def _after(typed: Typed, today: date) -> str:
    """What becomes of the ticket; a day that is over is none."""
    if typed.then == "close":
        return "LUK"
    if typed.then != "pending":
        return ""
    return f"VENT til {typed.until}" if typed.until > today.isoformat() else "VENT"
