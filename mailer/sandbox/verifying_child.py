"""The verifying child: a process that finds out who vouches for a message's author, within limits.

It asks nobody: where an answer of DNS or the hash of a body is missing, it answers which, and is asked again with that.
"""

import json
import sys
from dataclasses import asdict
from datetime import datetime
from typing import Any

from mailer.authorship.domain_signatures import SignedBody, Unhashed
from mailer.authorship.nameservers import Answer, Known, Unasked
from mailer.authorship.verification import (
    Envelope,
    Evidence,
    gather_evidence,
    hash_of,
    verify_policies,
    verify_signatures,
)
from mailer.sandbox.answering import serve
from mailer.sandbox.framing import HASH, OPEN


def answer(asked: bytes, told: dict[str, Any], octets: bytes) -> bytes:
    """What there is to judge a message by; then who vouches for its author, or what has to be asked first."""
    if asked == HASH:
        return _write({"hash": hash_of(octets, told["form"])})
    if asked == OPEN:
        return _write(asdict(gather_evidence(octets, _envelope(told))))
    verify = verify_policies if told["with_policies"] else verify_signatures
    known = Known({(name, kind): _answer(answer) for name, kind, answer in told["answers"]})
    try:
        return _write({"checked": asdict(verify(_evidence(told["evidence"]), known))})
    except Unasked as unasked:
        return _write({"unasked": unasked.key})
    except Unhashed as unhashed:
        return _write({"unhashed": unhashed.form})


def _evidence(told: dict[str, Any]) -> Evidence:
    body, dated = told["body"], told["dated"]
    return Evidence(
        _envelope(told["envelope"]),
        told["author"],
        told["header"].encode("latin-1"),
        SignedBody(**body) if body else None,
        datetime.fromisoformat(dated) if dated else None,
    )


def _answer(told: dict[str, Any] | None) -> Answer | None:
    return Answer(tuple(told["records"]), told["exists"]) if told else None


def _envelope(told: dict[str, Any]) -> Envelope:
    return Envelope(**{**told, "received_at": datetime.fromisoformat(told["received_at"])})


def _write(value: object) -> bytes:
    return json.dumps(value, default=_plain).encode()


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else bytes(value).decode("latin-1")  # type: ignore[call-overload]


if __name__ == "__main__":
    serve(answer, int(sys.argv[1]), float(sys.argv[2]))
