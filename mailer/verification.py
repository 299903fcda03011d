"""Verification: who vouches for an author, where no server in front of us has looked.

Asks DNS for the keys of signatures (DKIM, RFC 6376) and, if it is to, for who may send for a domain (SPF) and what the
author's domain wants (DMARC). It belongs before any transaction. No answer is no proof: it is told as trouble.
"""

import re
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import dkim
import dns.resolver
import structlog

from mailer.arrivals import Claimed
from mailer.authentication import Checked
from mailer.author_policy import Wish, find_policy
from mailer.mailboxes import find_authors
from mailer.nameservers import PATIENCE, DnsTrouble, Questions
from mailer.sender_policy import find_sender, is_foreign
from tickets.models import Arrival
from tickets.parts import LONGEST_HEADER, header_size, parse

log = structlog.get_logger()

AT_ONCE = 8
LONGEST_BATCH = 40.0  # seconds; less than an arrival's lease
LONGEST_ONE = 10.0
MOST_SIGNATURES = 5  # of one message that are looked at
MOST_WORK = 1_000_000_000  # octets times the longest run of blanks; the library takes quadratic time over such runs
BLANKS = re.compile(rb"[ \t]{16,}")
SIGNATURE = re.compile(rb"^dkim-signature[ \t]*:", re.IGNORECASE | re.MULTILINE)


class Verifier:
    """Checks several messages at once."""

    def __init__(self, resolver: dns.resolver.Resolver | None = None) -> None:
        self._resolver = resolver
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="verification")

    def check_all(self, claimed: Sequence[Claimed]) -> list[Checked]:
        questions = Questions(time.monotonic() + LONGEST_BATCH, self._resolver)
        return list(self._threads.map(partial(self._check, questions), claimed))

    def _check(self, questions: Questions, claimed: Claimed) -> Checked:
        author = author_domain(claimed.octets)
        if not author:
            return Checked()
        checked = self._judge(questions.within(LONGEST_ONE), claimed, author)
        if checked.has_trouble:
            log.warning("author not verified: DNS does not answer", arrival=claimed.arrival.id)
        return checked

    def _judge(self, questions: Questions, claimed: Claimed, author: str) -> Checked:
        signers, has_trouble = find_signers(questions, claimed.octets, author)
        try:
            is_authentic = _is_accepted(questions, author, signers)
        except DnsTrouble:
            is_authentic, has_trouble = False, True
        return Checked(author, is_authentic=is_authentic, has_trouble=has_trouble)


class PolicyVerifier(Verifier):
    """Looks besides at which server a message came from, and at what the author's domain wants (RFC 9989)."""

    def _judge(self, questions: Questions, claimed: Claimed, author: str) -> Checked:
        signers, has_trouble = find_signers(questions, claimed.octets, author)
        if author in signers:
            return Checked(author, is_authentic=True)
        arrival = claimed.arrival
        saw_all = is_foreign(arrival.client or "")  # signatures and server: only then it can be said to have failed
        if not (signers or has_trouble or saw_all):
            return Checked(author)
        try:
            policy = find_policy(questions, author)
            if any(policy.accepts_signer(questions, one) for one in signers):
                return Checked(author, is_authentic=True)
            sender = _find_sender(questions, arrival, author)
            if sender and policy.accepts_sender(questions, sender):
                return Checked(author, is_authentic=True)
        except DnsTrouble:
            has_trouble = True
        if has_trouble:
            return Checked(author, has_trouble=True)
        return Checked(author, is_disowned=saw_all and policy.wish is Wish.REJECT)


def _is_accepted(questions: Questions, author: str, signers: Sequence[str]) -> bool:
    """Whether one of these domains signs for the author's: it is that one, or its policy says so. Raises DnsTrouble."""
    if not signers or author in signers:
        return bool(signers)
    policy = find_policy(questions, author)
    return any(policy.accepts_signer(questions, one) for one in signers)


def _find_sender(questions: Questions, arrival: Arrival, author: str) -> str:
    """The domain of the return path, if it is related to the author's and lets the client send for it."""
    if not _may_vouch(arrival.return_path.rpartition("@")[2].lower(), author):
        return ""
    return find_sender(questions, arrival.client or "", arrival.helo or "", arrival.return_path)


def author_domain(octets: bytes) -> str:
    """The domain of the one author whom a message names; empty if it names none, or several."""
    size = header_size(octets)
    if size > LONGEST_HEADER:
        return ""
    authors = find_authors(parse(octets[:size] + b"\r\n\r\n")).mailboxes
    return authors[0].domain if len(authors) == 1 else ""


def find_signers(questions: Questions, octets: bytes, author: str) -> tuple[list[str], bool]:
    """The domains related to the author's whose signatures hold, and whether DNS kept us from finding out."""
    count = min(len(SIGNATURE.findall(octets[: header_size(octets)])), MOST_SIGNATURES)
    longest = max((len(run) for run in BLANKS.findall(octets)), default=0)
    if not count or len(octets) * longest > MOST_WORK:
        return [], False
    signers: list[str] = []
    has_trouble = False
    for index in range(count):
        try:
            signers += _check_signature(questions, octets, index, author)
        except DnsTrouble:
            has_trouble = True
    return signers, has_trouble


def _check_signature(questions: Questions, octets: bytes, index: int, author: str) -> list[str]:
    """The domain of one signature, if it holds. Raises DnsTrouble."""

    def ask(name: bytes, timeout: float = PATIENCE) -> bytes | None:
        asked = name.decode("ascii").lower()
        if not _may_vouch(asked.rstrip("."), author):
            return None  # nobody waits for a server that has nothing to do with the author
        return next(iter(questions.ask_texts(asked)), None)

    try:
        message = dkim.DKIM(octets, minkey=1024)
        if not message.verify(index, dnsfunc=ask):
            return []
    except (dkim.DKIMException, ValueError, LookupError, TypeError, AttributeError):  # of hostile fields
        return []
    fields = message.signature_fields
    covered = [name.strip().lower() for name in fields.get(b"h", b"").split(b":")]
    # What stands behind a body of declared length was not signed (RFC 6376 8.2)
    if b"l" in fields or b"from" not in covered:
        return []
    return [fields[b"d"].decode("ascii", "replace").lower()]


def _may_vouch(name: str, author: str) -> bool:
    """Whether the name of a key, or of a server, could be of the author's organisation: it ends alike."""
    return name.split(".")[-2:] == author.split(".")[-2:]
