"""Reasons: why something became what it became, as facts for programs and as words for whoever reads the terminal."""

import os
from collections.abc import Mapping
from typing import Any

from templates.grounds import languages, load_reasons
from tickets.reasons import Grounds


def describe_reason(grounds: Grounds | None) -> dict[str, Any]:
    """A reason as facts: in English, as a program may show it, and its code with its details."""
    return {
        "reason": load_reasons("en")(grounds),
        "reason_code": grounds.reason if grounds else None,
        "reason_details": dict(grounds.details) if grounds else {},
    }


def tell_reason(facts: Mapping[str, Any]) -> str:
    """The reason among such facts in the terminal's language; in English as it stands if it has no code."""
    code: str | None = facts["reason_code"]
    return load_reasons(terminal_language()).tell(code, facts["reason_details"]) if code else str(facts["reason"])


def tell_reason_of_many(code: str) -> str:
    """The reason with this code in the terminal's language, without the details that vary."""
    return load_reasons(terminal_language()).tell_in_general(code)


def terminal_language() -> str:
    """The terminal's language, by the environment (POSIX 8.2); English if it is none of ours."""
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    chosen = next(filter(None, names), "")[:2]
    return chosen if chosen in languages() else "en"
