"""Verification: who vouches for an author, where no server in front of us has looked.

Goes by the keys of signatures (DKIM, RFC 6376) and, if it is to, by who may send for a domain (SPF) and what the
author's domain wants (DMARC). A function of a message and of what DNS said: it asks nobody, and where an answer is
missing says which. It runs in a child process, for all that it looks at was written by strangers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailer.authorship.authentication import Checked
from mailer.authorship.author_policy import AuthorPolicy, Wish, find_policy
from mailer.authorship.domain_keys import DomainKey, read_key
from mailer.authorship.domain_signatures import (
    Signature,
    SignedBody,
    SignedField,
    hash_body,
    read_fields,
    read_signatures,
)
from mailer.authorship.nameservers import DnsTrouble, NameService
from mailer.authorship.sender_policy import find_sender, is_foreign
from mailer.authorship.vouching import SPF, Voucher
from mailer.mime.header_section import LONGEST_HEADER, has_odd_line_ends, header_size
from mailer.mime.parts import parse
from mailer.reading.body_form import find_evident
from mailer.reading.fields import date_field
from mailer.reading.mailboxes import find_authors, mailboxes
from tickets.alignment import ascii_domain, ends_alike


@dataclass(frozen=True)
class Envelope:
    """The way by which a message came here: its client, its return path and its recipient."""

    recipient: str
    return_path: str
    received_at: datetime
    client: str = ""  # the address of the server that sent it, if that is known
    helo: str = ""


@dataclass(frozen=True)
class Evidence:
    """Everything by which a message is judged."""

    envelope: Envelope
    author: str = ""  # the domain of the one author whom it names; empty if it names none, or several
    header: bytes = b""
    body: SignedBody | None = None  # none if there is no signature over it
    dated: datetime | None = None


def gather_evidence(octets: bytes, envelope: Envelope) -> Evidence:
    """Everything by which a message is judged, but for the hashes of its body."""
    size = header_size(octets)
    if size > LONGEST_HEADER:
        return Evidence(envelope)
    header = octets[:size] + b"\r\n"
    head = parse(header + b"\r\n")
    authors = find_authors(head).mailboxes
    author = ascii_domain(authors[0].domain) if len(authors) == 1 else ""
    related = [one for one in read_signatures(read_fields(header)) if ends_alike(one.domain, author)]
    if not author or not related or has_odd_line_ends(octets):
        return Evidence(envelope, author)
    evident = find_evident(head, octets[size + 4 :])
    return Evidence(envelope, author, header, SignedBody(evident, {}), date_field(head, envelope.received_at))


def hash_of(octets: bytes, form: str) -> str:
    """The hash of a message's body in one form; it takes time, so it is made last, and only if it is needed."""
    return hash_body(octets[header_size(octets) + 4 :], form)


def verify_signatures(evidence: Evidence, names: NameService) -> Checked:
    """Who vouches for the author by signatures alone. Raises Unasked and Unhashed."""
    vouchers, has_trouble = find_vouchers(evidence, names)
    voucher = _find_own(evidence, vouchers)
    try:
        if vouchers and voucher is None:
            voucher = _find_accepted(names, find_policy(names, evidence.author), vouchers)
    except DnsTrouble:
        has_trouble = True
    return Checked(evidence.author, voucher, has_trouble=has_trouble and voucher is None)


def verify_policies(evidence: Evidence, names: NameService) -> Checked:
    """Who vouches for the author, looking also at the server that the message came from, and at what the author's
    domain wants (RFC 9989). Raises Unasked and Unhashed.
    """
    vouchers, has_trouble = find_vouchers(evidence, names)
    own = _find_own(evidence, vouchers)
    is_sure = own is not None and not own.uncovered
    if is_sure and _was_signed_for(evidence):
        return Checked(evidence.author, own)
    saw_all = is_foreign(evidence.envelope.client)  # signatures and server: only then it can be said to have failed
    if not (vouchers or has_trouble or saw_all):
        return Checked(evidence.author)
    try:
        policy = find_policy(names, evidence.author)
        voucher = _ask_server(evidence, names, policy) or _find_accepted(names, policy, vouchers)
    except DnsTrouble:
        return Checked(evidence.author, own if is_sure else None, has_trouble=not is_sure)
    if voucher or has_trouble:
        return Checked(evidence.author, voucher, has_trouble=voucher is None)
    return Checked(evidence.author, is_disowned=saw_all and policy.wish is Wish.REJECT)


def find_vouchers(evidence: Evidence, names: NameService) -> tuple[list[Voucher], bool]:
    """The vouchers of all valid signatures, and whether DNS was silent about some. Raises Unasked and Unhashed.

    Raises Unasked and Unhashed.
    """
    if evidence.body is None:
        return [], False
    fields = read_fields(evidence.header)
    vouchers: list[Voucher] = []
    has_trouble = False
    for signature in read_signatures(fields):
        if not ends_alike(signature.domain, evidence.author) or not _could_vouch(signature, evidence, fields):
            continue
        try:
            key = next(filter(None, map(read_key, names.ask_texts(signature.key_name))), None)
        except DnsTrouble:
            has_trouble = True
            continue
        if key and _holds(signature, key, fields, evidence.body):
            vouchers.append(signature.voucher(fields))
    return vouchers, has_trouble


def _could_vouch(signature: Signature, evidence: Evidence, fields: Sequence[SignedField]) -> bool:
    evident = evidence.body.evident if evidence.body else ()
    return signature.could_vouch(fields, evident, evidence.dated, evidence.envelope.received_at)


def _holds(signature: Signature, key: DomainKey, fields: Sequence[SignedField], body: SignedBody) -> bool:
    """Whether a signature was made with the private half of this key, over these fields and this body.

    Anybody can write a signature that is not valid, so the body is asked about last. Raises Unhashed.
    """
    may_sign = key.algorithm == signature.algorithm and (not key.is_strict or signature.identity == signature.domain)
    return may_sign and key.has_signed(signature.signed_octets(fields), signature.octets) and signature.fits(body)


def _ask_server(evidence: Evidence, names: NameService, policy: AuthorPolicy) -> Voucher | None:
    """The word of the return path's domain, if it may speak for the author's and lets the client send."""
    envelope = evidence.envelope
    if not ends_alike(ascii_domain(envelope.return_path.rpartition("@")[2]), evidence.author):
        return None
    sender = find_sender(names, envelope.client, envelope.helo, envelope.return_path)
    return Voucher(SPF, sender) if sender and policy.accepts_sender(names, sender) else None


def _was_signed_for(evidence: Evidence) -> bool:
    """Whether the message names, in fields that are all signed, the address that it came to."""
    head = parse(evidence.header + b"\r\n")
    named = {box.email for name in ("To", "Cc") for box in mailboxes(head, name)}
    return evidence.envelope.recipient.lower() in named


def _find_own(evidence: Evidence, vouchers: Sequence[Voucher]) -> Voucher | None:
    return _best(one for one in vouchers if one.domain == evidence.author)


def _find_accepted(names: NameService, policy: AuthorPolicy, vouchers: Sequence[Voucher]) -> Voucher | None:
    """The word of a signature that the author's domain lets vouch. Raises DnsTrouble."""
    return _best(one for one in vouchers if policy.accepts_signer(names, one.domain))


def _best(vouchers: Iterable[Voucher]) -> Voucher | None:
    """The one that vouches for most."""
    return min(vouchers, key=lambda one: len(one.uncovered), default=None)
