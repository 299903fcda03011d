"""Lanes: who wrote a message is judged before its files are looked into, and what may take long waits elsewhere.

What a member wrote in plain words is quick. What is costly waits in a lane where authors take turns, and what is by
nobody known, or by whom nobody vouches in time, in one where it holds up its like alone. An author's own mails stay in
order: what comes behind one that waits elsewhere waits behind it.
"""

import re
from dataclasses import dataclass

from sqlmodel import Session

from mailer.addresses import ANONYMOUS_DETAIL, Directory
from mailer.authorship.authentication import Checked
from mailer.intake.arrivals import Claimed, lanes_of
from mailer.sandbox.headings import Sender
from tickets.alignment import mailbox_of
from tickets.database.models import Arrival, Lane, Person
from tickets.errors import UnknownAddress
from tickets.people import organisations, persons

CHEAP = 200_000  # octets
TYPE = re.compile(rb"^content-type:[ \t\r\n]*([\w.+-]+)/([\w.+-]+)", re.IGNORECASE | re.MULTILINE)
SIGNATURES = {b"pkcs7-signature", b"x-pkcs7-signature", b"pgp-signature"}


@dataclass(frozen=True)
class FreshArrival:
    """An arrival that has just come, and who seems to have written it."""

    claimed: Claimed
    author: str = ""  # the address of somebody who is known or was released, whatever plus address they use; else empty
    is_for_author: bool = False  # it came to an address that was made for this very person
    has_pass: bool = False  # the trusted server vouches for its author

    @property
    def is_cheap(self) -> bool:
        """Whether reading the message costs next to nothing, judged by its octets."""
        return is_cheap(self.claimed.octets, self.claimed.arrival.recipient)


def is_cheap(octets: bytes, recipient: str) -> bool:
    """Whether a message seems to be made of nothing but words, small pictures and signatures."""
    if len(octets) > CHEAP:
        return False
    types = {(main.lower(), sub.lower()) for main, sub in TYPE.findall(octets)}
    plain = {b"text", b"multipart"} | (set() if ANONYMOUS_DETAIL.search(recipient) else {b"image"})
    return all(main in plain or sub in SIGNATURES for main, sub in types)


def find_candidate(session: Session, directory: Directory, claimed: Claimed, sender: Sender) -> FreshArrival:
    """An arrival with the person it seems to be by, if that one is known."""
    email = sender.email
    person = persons.person_writing_as(session, email) if email else None
    if not email or not (claimed.arrival.is_vouched or _is_known(session, email, person)):
        return FreshArrival(claimed)
    author = person.email if person else mailbox_of(email)
    is_for_author = bool(person and person.id == _made_for(directory, claimed.arrival))
    return FreshArrival(claimed, author, is_for_author, sender.has_pass)


def _is_known(session: Session, email: str, person: Person | None) -> bool:
    return bool(person and not person.is_stranger) or organisations.organisation_of(session, email) is not None


def _made_for(directory: Directory, arrival: Arrival) -> int | None:
    try:
        return directory.find_destination(arrival.recipient).person_key
    except UnknownAddress:
        return None


def find_lane(candidate: FreshArrival, authserv_id: str | None, checked: Checked | None) -> tuple[Lane, str]:
    """The lane of an arrival, and the author who takes turns there, if nothing of theirs waits elsewhere."""
    if not candidate.author:
        return Lane.STRANGERS, ""
    if not _is_proven(candidate, authserv_id, checked):
        is_doubtful = bool(checked and checked.has_trouble)
        return Lane.STRANGERS, candidate.author if is_doubtful else ""
    return Lane.QUICK if candidate.is_cheap else Lane.COSTLY, candidate.author


def _is_proven(candidate: FreshArrival, authserv_id: str | None, checked: Checked | None) -> bool:
    """Whether an arrival's author is believed, as all are where nobody judges."""
    if candidate.claimed.arrival.is_vouched or candidate.is_for_author or candidate.has_pass:
        return True
    return bool(checked.voucher) if checked else not authserv_id


def keep_in_order(session: Session, chosen: list[tuple[Lane, str]]) -> list[tuple[Lane, str]]:
    """The same lanes, with each arrival behind an earlier one of its author's that waits elsewhere."""
    waiting = lanes_of(session, {party for _, party in chosen if party})
    kept = []
    for lane, party in chosen:
        lane = waiting.get(party, lane)
        if party and lane is not Lane.QUICK:
            waiting[party] = lane
        kept.append((lane, party))
    return kept
