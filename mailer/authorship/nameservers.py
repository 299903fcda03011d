"""Name servers: what DNS says of a name, within a time. Silence is trouble; it is never a no."""

import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import dns.exception
import dns.name
import dns.resolver

from tickets.alignment import ascii_domain

PATIENCE = 5.0  # seconds for one answer
IMPATIENCE = 0.5  # seconds, once nobody has answered so many questions; those who are well answer in less
MOST_SILENT = 3
LONGEST_TEXT = 4_096  # octets; a key of 4,096 bits has 800
MOST_RECORDS = 100  # of one name and kind that are looked at

Record = Any  # a text or an address as text; of mail servers the preference and the name
Key = tuple[str, str]  # a name in lower case, and the kind of record


class DnsTrouble(Exception):
    """DNS did not answer."""


class OutOfTime(DnsTrouble):
    """There is no time left to wait for an answer."""


class Unasked(Exception):
    """An answer is needed for which DNS was not asked yet."""

    def __init__(self, name: str, kind: str) -> None:
        super().__init__(name, kind)
        self.key: Key = (name, kind)


@dataclass(frozen=True)
class Answer:
    """What DNS said: the records, none if there are none of this kind; and whether there is such a name at all."""

    records: tuple[Record, ...] = ()
    exists: bool = True


NOWHERE = Answer(exists=False)


class NameService(ABC):
    """Whoever knows what DNS says."""

    @abstractmethod
    def look_up(self, name: str, kind: str) -> Answer:
        """What DNS says of a name; no name at all if it cannot be one. Raises DnsTrouble."""

    def ask(self, name: str, kind: str) -> tuple[Record, ...]:
        """The records of this kind that a name has. Raises DnsTrouble."""
        return self.look_up(name, kind).records

    def ask_texts(self, name: str) -> list[bytes]:
        """The texts of a name, each in one piece. Raises DnsTrouble."""
        return [text.encode("latin-1") for text in self.ask(name, "TXT")]

    def has(self, name: str) -> bool:
        """Whether there is such a name, or one below it (RFC 8020). Raises DnsTrouble."""
        return self.look_up(name, "A").exists


@dataclass(frozen=True)
class Known(NameService):
    """Answers of DNS by name and kind, None where it was silent. Raises Unasked about anything else."""

    answers: Mapping[Key, Answer | None]

    def look_up(self, name: str, kind: str) -> Answer:
        """An answer that is known already; raises Unasked for what the parent is to ask."""
        key = _key(name, kind)
        if key not in self.answers:
            raise Unasked(*key)
        answer = self.answers[key]
        if answer is None:
            raise DnsTrouble(f"{kind} of {name[:100]} cannot be had")
        return answer


@dataclass(frozen=True)
class Questions(NameService):
    """Questions to DNS about one or several messages: none is asked twice, or after a moment of `time.monotonic`."""

    until: float
    resolver: dns.resolver.Resolver | None = None  # the machine's own
    _answers: dict[Key, Answer | DnsTrouble] = field(default_factory=dict)

    def within(self, seconds: float) -> "Questions":
        """The same questions, with at most so many seconds left."""
        return replace(self, until=min(self.until, time.monotonic() + seconds))

    def check_time(self) -> None:
        """Raise OutOfTime if time is up."""
        if time.monotonic() >= self.until:
            raise OutOfTime("no time left to ask")

    def look_up(self, name: str, kind: str) -> Answer:
        """The answer of DNS, asked once for each name and kind; raises when time is up."""
        key = _key(name, kind)
        answer = self._answers.get(key)
        if answer is None:
            self.check_time()
            wanted = min(PATIENCE, IMPATIENCE) if self._seems_dead() else PATIENCE
            patience = min(wanted, self.until - time.monotonic())
            answer = self._resolve(*key, patience)
            if patience < wanted and isinstance(answer, DnsTrouble):
                raise OutOfTime(f"no time left to wait for {key[0][:100]}")
            self._answers[key] = answer
        if isinstance(answer, DnsTrouble):
            raise DnsTrouble(str(answer))
        return answer

    def _seems_dead(self) -> bool:
        """Whether several questions were asked and none was answered."""
        answers = list(self._answers.values())
        return len(answers) >= MOST_SILENT and all(isinstance(answer, DnsTrouble) for answer in answers)

    def _resolve(self, name: str, kind: str, patience: float) -> Answer | DnsTrouble:
        try:
            asked = dns.name.from_text(name)
        except (dns.exception.DNSException, UnicodeError):
            return NOWHERE
        try:
            resolver = self.resolver or dns.resolver.get_default_resolver()
            found = list(resolver.resolve(asked, kind, lifetime=patience, search=False))
        except dns.resolver.NXDOMAIN:
            return NOWHERE
        except dns.resolver.NoAnswer:
            return Answer()
        except (dns.exception.DNSException, OSError) as error:
            return DnsTrouble(str(error)[:300])
        plain = [_plain(kind, record) for record in found[:MOST_RECORDS]]
        return Answer(tuple(record for record in plain if len(record) <= LONGEST_TEXT))


def _key(name: str, kind: str) -> Key:
    return ascii_domain(name.rstrip(".")), kind


def _plain(kind: str, record: Any) -> Record:
    if kind == "MX":
        return record.preference, record.exchange.to_text(omit_final_dot=True)
    if kind == "PTR":
        return record.target.to_text(omit_final_dot=True)
    return b"".join(record.strings).decode("latin-1") if kind in ("TXT", "SPF") else record.address
