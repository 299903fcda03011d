"""Prefixes of subjects: what mail programs put before the subject of a mail that is answered or passed on."""

import re

BEFORE = r"\s*(?:\[(?:ekstern|external|extern)\]\s*)?"
BEHIND = r"\.?\s*(?:\[\d{1,3}\])?\s*:"
FORWARD = re.compile(rf"{BEFORE}(?:vs|vb|vl|fwd?|wg|tr|rv|enc){BEHIND}", re.IGNORECASE)
ANSWER = re.compile(rf"{BEFORE}(?:sv|re|aw|antw|ang|rif){BEHIND}", re.IGNORECASE)


def is_forward(subject: str) -> bool:
    """Whether a subject says that another's mail is passed on: "VS: …", "[EKSTERN] Fwd: …"."""
    return FORWARD.match(subject) is not None


def is_answer(subject: str) -> bool:
    """Whether a subject says that a mail is answered: "SV: …", "Re[2]: …"."""
    return ANSWER.match(subject) is not None
