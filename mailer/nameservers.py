"""Name servers: what DNS says of a name, within a time. Silence is trouble; it is never a no."""

import time
from dataclasses import dataclass, field, replace
from typing import Any

import dns.exception
import dns.name
import dns.resolver

PATIENCE = 5.0  # seconds for one answer
IMPATIENCE = 0.5  # seconds, once nobody has answered so many questions; those who are well answer in less
MOST_SILENT = 3

Records = tuple[Any, ...]  # dnspython's, of one kind
Key = tuple[str, str]  # a name in lower case, and the kind of record


class DnsTrouble(Exception):
    """DNS did not answer."""


@dataclass(frozen=True)
class Questions:
    """What is asked about one or several messages: nothing twice, and nothing after a moment of `time.monotonic`."""

    until: float
    resolver: dns.resolver.Resolver | None = None  # the machine's own
    _answers: dict[Key, Records | DnsTrouble] = field(default_factory=dict)

    def within(self, seconds: float) -> "Questions":
        """The same, to be asked for so long at most."""
        return replace(self, until=min(self.until, time.monotonic() + seconds))

    def ask(self, name: str, kind: str) -> Records:
        """The records of this kind that a name has; none if it has none, or cannot be one. Raises DnsTrouble."""
        key = (name.rstrip(".").lower(), kind)
        answer = self._answers.get(key)
        if answer is None:
            wanted = min(PATIENCE, IMPATIENCE) if self._seems_dead() else PATIENCE
            patience = min(wanted, self.until - time.monotonic())
            if patience <= 0:
                raise DnsTrouble(f"no time left to ask about {key[0][:100]}")
            answer = self._resolve(*key, patience)
            if patience == wanted or not isinstance(answer, DnsTrouble):
                self._answers[key] = answer
        if isinstance(answer, DnsTrouble):
            raise DnsTrouble(str(answer))
        return answer

    def ask_texts(self, name: str) -> list[bytes]:
        """The texts of a name, each in one piece. Raises DnsTrouble."""
        return [b"".join(record.strings) for record in self.ask(name, "TXT")]

    def _seems_dead(self) -> bool:
        """Whether several questions were asked and none was answered."""
        answers = list(self._answers.values())
        return len(answers) >= MOST_SILENT and all(isinstance(answer, DnsTrouble) for answer in answers)

    def _resolve(self, name: str, kind: str, patience: float) -> Records | DnsTrouble:
        try:
            asked = dns.name.from_text(name)
        except (dns.exception.DNSException, UnicodeError):
            return ()
        try:
            resolver = self.resolver or dns.resolver.get_default_resolver()
            return tuple(resolver.resolve(asked, kind, lifetime=patience, search=False))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return ()
        except (dns.exception.DNSException, OSError) as error:
            return DnsTrouble(str(error)[:300])
