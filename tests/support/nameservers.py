"""A name server on this machine, with names of the tests' own."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset


class Noting(dns.resolver.Resolver):
    """A resolver that notes how long it was to wait."""

    def __init__(self, waited: list[tuple[str, float]]) -> None:
        super().__init__(configure=False)
        self._waited = waited

    def resolve(self, qname: Any, *arguments: Any, lifetime: float | None = None, **named: Any) -> Any:
        self._waited.append((str(qname).rstrip("."), lifetime or 0.0))
        return super().resolve(qname, *arguments, lifetime=lifetime, **named)


class Answerer:
    """Knows the records it is given, is silent about some names, or about all; and remembers what it was asked."""

    def __init__(self, bound: socket.socket | None = None) -> None:
        """It answers on a socket that is bound already, or on a free port."""
        self.records: dict[tuple[str, str], list[str]] = {}
        self.silent_about: set[str] = set()
        self.is_silent = False
        self.delay = 0.0  # seconds before it answers
        self.asked: list[str] = []
        self.socket = bound or bind("127.0.0.1", 0)
        self.waited: list[tuple[str, float]] = []  # names that were asked for, and the seconds that were granted
        self.resolver = Noting(self.waited)
        self.resolver.nameservers = ["127.0.0.1"]
        self.resolver.port = self.socket.getsockname()[1]

    def forget(self) -> None:
        """Know nothing, as at the beginning."""
        self.records, self.silent_about, self.is_silent, self.delay, self.asked = {}, set(), False, 0.0, []

    def text(self, name: str, *texts: str) -> None:
        """Give a name these TXT records, in place of what it had."""
        pieces = [[text[start : start + 200] for start in range(0, len(text) or 1, 200)] for text in texts]
        self.records[name, "TXT"] = [" ".join(f'"{piece}"' for piece in text) for text in pieces]

    def serve(self) -> None:
        while True:
            try:
                octets, peer = self.socket.recvfrom(4096)
            except OSError:
                return
            time.sleep(self.delay)
            if reply := self._reply(dns.message.from_wire(octets)):
                self.socket.sendto(reply.to_wire(), peer)

    def _reply(self, question: dns.message.Message) -> dns.message.Message | None:
        name = question.question[0].name.to_text(omit_final_dot=True)
        kind = dns.rdatatype.to_text(question.question[0].rdtype)
        self.asked.append(name)
        if self.is_silent or name in self.silent_about:
            return None
        answer = dns.message.make_response(question)
        if found := self.records.get((name, kind)):
            answer.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", kind, *found))
        elif not any(known == name for known, _ in self.records):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer


def bind(address: str, port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    bound.bind((address, port))
    return bound


@contextmanager
def answering(bound: socket.socket | None = None) -> Iterator[Answerer]:
    answerer = Answerer(bound)
    thread = threading.Thread(target=answerer.serve, daemon=True)
    thread.start()
    yield answerer
    answerer.socket.close()
