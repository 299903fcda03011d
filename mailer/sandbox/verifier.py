"""The verifier: has it found out who vouches for authors, several messages at once, and asks DNS what that takes.

What strangers wrote is judged in a child process with limits; here, names are looked up. It belongs before any
transaction. No answer is no proof: it is told as trouble. What costs too much has nobody who vouches.
"""

import json
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from typing import Any

import dns.resolver
import structlog
from pydantic import TypeAdapter, ValidationError

from mailer.authorship.authentication import Checked, checked_at_door
from mailer.authorship.nameservers import Answer, DnsTrouble, Key, OutOfTime, Questions
from mailer.intake.arrivals import Claimed
from mailer.sandbox.children import USUAL, Child, Ended, Limits
from mailer.sandbox.framing import HASH, OPEN, VERIFY
from tickets.errors import PortalError

log = structlog.get_logger()

AT_ONCE = 25  # messages; almost all that is done for one of them is to wait
LONGEST_BATCH = 40.0  # seconds; less than an arrival's lease
LONGEST_ONE = 10.0
MOST_QUESTIONS = 60  # about one message
PROGRAM = "mailer.sandbox.verifying_child"
CHECKED: TypeAdapter[Checked] = TypeAdapter(Checked)


class Verifier:
    """Checks several messages at once, by their signatures; with policies, also by where they came from."""

    def __init__(
        self, resolver: dns.resolver.Resolver | None = None, limits: Limits = USUAL, *, with_policies: bool = False
    ) -> None:
        self._resolver, self._limits, self._with_policies = resolver, limits, with_policies
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="verification")
        self._child: Child | None = None
        self._turn = threading.Lock()

    def check_all(self, claimed: Sequence[Claimed], seconds: float = LONGEST_BATCH) -> list[Checked]:
        """Who vouches for the author of each, found out in so many seconds, or it is trouble.

        Raises PortalError if no child can be started.
        """
        self._start()
        questions = Questions(time.monotonic() + seconds, self._resolver)
        return list(self._threads.map(partial(self._check, questions), claimed))

    def close(self) -> None:
        """End the child; to check again starts another."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def _start(self) -> None:
        """Have a child that is ready, whose start takes nobody's time."""
        with self._turn:
            self._child = self._child or Child(PROGRAM, self._limits)
            try:
                self._child.wait_until_ready()
            except PortalError:
                self.close()
                raise

    def _check(self, questions: Questions, claimed: Claimed) -> Checked:
        try:
            checked = self._judge(questions, claimed)
        except OutOfTime:  # before it began
            checked = Checked(has_trouble=True)
        except (Ended, ValidationError) as end:
            log.error("verifying ended the child", arrival=claimed.arrival.id, reason=str(end))
            return Checked()
        if checked.has_trouble:
            log.warning("author not verified: DNS does not answer", arrival=claimed.arrival.id)
        return checked

    def _judge(self, questions: Questions, claimed: Claimed) -> Checked:
        """Ask the child, and DNS for what it lacks, until it knows. Raises Ended, or OutOfTime."""
        questions.check_time()
        evidence = self._ask(OPEN, _envelope(claimed), claimed.octets)
        if not evidence["author"]:
            return Checked()
        about = {"evidence": evidence, "with_policies": self._with_policies}
        own, answers = questions.within(LONGEST_ONE), dict[Key, Answer | None]()
        while len(answers) < MOST_QUESTIONS:
            told = self._ask(VERIFY, about | {"answers": [_tell(*known) for known in answers.items()]})
            if "checked" in told:
                return CHECKED.validate_python(told["checked"])
            if "unhashed" in told:
                evidence["body"]["hashes"][told["unhashed"]] = self._hash(told["unhashed"], claimed.octets)
                continue
            name, kind = told["unasked"]
            try:
                answers[name, kind] = _look_up(own, name, kind)
            except OutOfTime:  # its own, unless DNS is silent, or others took the time
                return Checked(has_trouble=None in answers.values() or own.until == questions.until)
        return Checked()

    def _hash(self, form: str, octets: bytes) -> str:
        return str(self._ask(HASH, {"form": form}, octets)["hash"])

    def _ask(self, what: bytes, about: dict[str, Any], octets: bytes = b"") -> Any:
        """The child's answer; a child that ended is replaced by the next who asks. Raises Ended."""
        with self._turn:
            self._child = self._child or Child(PROGRAM, self._limits)
            try:
                self._child.ask(what, about, octets)
                answer = self._child.answer(None)
            except (Ended, PortalError):
                self.close()
                raise
        if not isinstance(answer, bytes):
            raise Ended(str(answer and answer.traceback))
        return json.loads(answer)


def check_arrivals(
    verifier: Verifier | None, claimed: Sequence[Claimed], seconds: float = LONGEST_BATCH
) -> list[Checked | None]:
    """Who vouches for the author of each: the door that it came by, or what the verifier finds; None where nobody asks.

    Raises PortalError if no child can be started.
    """
    known = [checked_at_door(one.arrival.door, one.arrival.return_path) for one in claimed]
    asked = [one for one, checked in zip(claimed, known, strict=True) if checked is None]
    found = iter(verifier.check_all(asked, seconds) if verifier and asked else ())
    return [checked or next(found, None) for checked in known]


def _look_up(questions: Questions, name: str, kind: str) -> Answer | None:
    """What DNS says; None if it is silent. Raises OutOfTime."""
    try:
        return questions.look_up(name, kind)
    except OutOfTime:
        raise
    except DnsTrouble:
        return None


def _tell(key: Key, answer: Answer | None) -> tuple[str, str, dict[str, Any] | None]:
    return *key, asdict(answer) if answer else None


def _envelope(claimed: Claimed) -> dict[str, Any]:
    arrival = claimed.arrival
    return {
        "recipient": arrival.recipient,
        "return_path": arrival.return_path,
        "received_at": arrival.received_at.isoformat(),
        "client": arrival.client or "",
        "helo": arrival.helo or "",
    }
