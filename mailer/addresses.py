"""What lives at an address of ours: a list, an address of its own behind + or -, a reply to a ticket, a bounce."""

import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum

from sqlmodel import Session, select

from tickets.database.models import Choice, MailingList, MergedPerson
from tickets.database.store import Store
from tickets.errors import BadInput, Conflict, UnknownAddress
from tickets.people.lists import LONGEST_NAME
from tickets.tokens import Signer, looks_like_token


class Purpose(StrEnum):
    """What is done with a message that is sent to an address."""

    QUESTION = "question"
    ANONYMOUS = "anonymous"
    CONFIDENTIAL = "confidential"
    NEWS = "news"
    REPLY = "reply"
    DECISION = "decision"
    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    HELP = "help"
    OWNER = "owner"
    BOUNCE = "bounce"
    POSTMASTER = "postmaster"


LISTS = select(MailingList)
DETAILS = {
    "anonym": Purpose.ANONYMOUS,
    "fortrolig": Purpose.CONFIDENTIAL,
    "nyt": Purpose.NEWS,
    "anonymous": Purpose.ANONYMOUS,
    "confidential": Purpose.CONFIDENTIAL,
    "news": Purpose.NEWS,
    "tilmeld": Purpose.SUBSCRIBE,
    "subscribe": Purpose.SUBSCRIBE,
    "join": Purpose.SUBSCRIBE,
    "afmeld": Purpose.UNSUBSCRIBE,
    "unsubscribe": Purpose.UNSUBSCRIBE,
    "leave": Purpose.UNSUBSCRIBE,
    "hjaelp": Purpose.HELP,
    "help": Purpose.HELP,
    "request": Purpose.HELP,
    "owner": Purpose.OWNER,
}
CHOICES = list(Choice)  # by the number that a token has of them
POSTMASTERS = ("postmaster", "abuse")  # RFC 2142
BOUNCE = "bounce"
TICKET = re.compile(
    r"([a-z0-9]{1,20})-([0-9]{1,9})"
)  # what stands behind the name of a list, where that is a ticket's: db-42
ANONYMOUS_DETAIL = re.compile(r"[+-]anonym(?:ous)?@", re.IGNORECASE)


@dataclass(frozen=True)
class Destination:
    """Where a message goes. `person_key` comes from a token that the portal signed, and `number` may."""

    purpose: Purpose
    mailing_list: MailingList | None = None
    number: int | None = None
    person_key: int | None = None
    delivery_key: int | None = None
    proposal_key: int | None = None
    choice: Choice | None = None  # of what is proposed, made by writing there
    consent_key: int | None = None
    digest_key: int | None = None
    is_internal: bool = False  # a reply that is for the list's lawyers alone


@dataclass(frozen=True)
class Directory:
    """Our lists and what they are called on the net, as they were at one moment."""

    domain: str
    signer: Signer
    lists: tuple[MailingList, ...]  # longest local part first: the longest name wins
    merged: Mapping[int, int] = field(default_factory=dict)  # who somebody is now, by the key signed once

    def find_destination(self, address: str) -> Destination:
        """What lives at this address. Raises UnknownAddress; a forged token lives nowhere."""
        local, _, domain = address.strip().lower().rpartition("@")
        if domain in self.domains and local in POSTMASTERS:
            return Destination(Purpose.POSTMASTER)
        if not local and domain in POSTMASTERS:  # RFC 5321 4.5.1: postmaster needs no domain
            return Destination(Purpose.POSTMASTER)
        if domain == self.domain and re.match(rf"{BOUNCE}[+-]", local):
            return self._find_bounce(local[len(BOUNCE) + 1 :], address)
        for mailing_list in self.lists:
            if domain == mailing_list.domain and (detail := _detail(mailing_list, local)) is not None:
                return self._find_at_detail(mailing_list, detail, address)
        raise UnknownAddress(f"Nothing lives at {address}")

    def knows(self, address: str) -> bool:
        """Whether something lives at an address."""
        try:
            self.find_destination(address)
        except UnknownAddress:
            return False
        return True

    @property
    def domains(self) -> set[str]:
        """The domains at which the portal has addresses."""
        return {self.domain, *(mailing_list.domain for mailing_list in self.lists)}

    def _find_bounce(self, token: str, address: str) -> Destination:
        delivery_key = self.signer.read_bounce_token(token)
        if delivery_key is None:
            raise UnknownAddress(f"Nothing lives at {address}")
        return Destination(Purpose.BOUNCE, delivery_key=delivery_key)

    def _find_at_detail(self, mailing_list: MailingList, detail: str, address: str) -> Destination:
        if not detail:
            return Destination(Purpose.QUESTION, mailing_list)
        if detail in DETAILS:
            return Destination(DETAILS[detail], mailing_list)
        if signed := self.signer.read_reply_token(mailing_list.key, detail):
            number, person_key = signed[0], self.merged.get(signed[1], signed[1])
            purpose = Purpose.REPLY if number else Purpose.UNSUBSCRIBE
            return Destination(purpose, mailing_list, number=number or None, person_key=person_key)
        if noted := self.signer.read_internal_token(mailing_list.key, detail):
            person_key = self.merged.get(noted[1], noted[1])
            return Destination(Purpose.REPLY, mailing_list, number=noted[0], person_key=person_key, is_internal=True)
        if (named := TICKET.fullmatch(detail)) and named[1] == mailing_list.prefix.lower():
            return Destination(Purpose.REPLY, mailing_list, number=int(named[2]))
        return self._find_decision(mailing_list, detail, address)

    def _find_decision(self, mailing_list: MailingList, token: str, address: str) -> Destination:
        """Where somebody decides: on a mail of theirs, by words or by writing there, or on what others may see."""
        if (proposal_key := self.signer.read_proposal_token(token)) is not None:
            return Destination(Purpose.DECISION, mailing_list, proposal_key=proposal_key)
        if chosen := self.signer.read_choice_token(token):
            proposal_key, number = chosen
            return Destination(Purpose.DECISION, mailing_list, proposal_key=proposal_key, choice=CHOICES[number])
        if (consent_key := self.signer.read_consent_token(token)) is not None:
            return Destination(Purpose.DECISION, mailing_list, consent_key=consent_key)
        if edited := self.signer.read_digest_token(token):
            person_key = self.merged.get(edited[1], edited[1])
            return Destination(Purpose.DECISION, mailing_list, person_key=person_key, digest_key=edited[0])
        raise UnknownAddress(f"Nothing lives at {address}")


def _detail(mailing_list: MailingList, local: str) -> str | None:
    """The detail (RFC 5233) behind the list's name: a word, a token or nothing; None for another's address."""
    name = mailing_list.local_part
    if local == name:
        return ""
    if local.startswith((f"{name}+", f"{name}-")):
        return local[len(name) + 1 :]
    return None


def read_directory(session: Session, domain: str, signer: Signer) -> Directory:
    """The addresses of the portal as the database has them now; longest local parts first."""
    lists = sorted(session.execute(LISTS).scalars(), key=lambda row: len(row.local_part), reverse=True)
    merged = {one.former_key: one.person_key for one in session.exec(select(MergedPerson))}
    return Directory(domain, signer, tuple(lists), merged)


class AddressBook:
    """The newest directory for the doors, which ask at every RCPT; read again when something was written."""

    def __init__(self, store: Store, domain: str, signer: Signer) -> None:
        self._store, self._domain, self._signer = store, domain, signer
        self._lock = threading.Lock()
        self._directory = self._read()

    def recalls(self, address: str) -> bool:
        """Whether something lives there for certain, without a question to the database."""
        return self._directory.knows(address)

    def knows(self, address: str) -> bool:
        """Whether anything lives there; only for an address that seems unknown is the database asked again."""
        if self.recalls(address):
            return True
        with self._lock:
            self._directory = self._read()
        return self._directory.knows(address)

    def _read(self) -> Directory:
        with self._store.reading() as session:
            return read_directory(session, self._domain, self._signer)


def check_list_address(directory: Directory, name: str, address: str) -> str:
    """The address of a new list, in lower case.

    Raises BadInput if it is none or too long for a token behind it (64 octets, RFC 5321 4.5.3.1.1), Conflict if
    mail to it, or to an address of it behind + or -, would reach something else.
    """
    address = address.strip().lower()
    local, _, domain = address.rpartition("@")
    if not re.fullmatch(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?", local) or "." not in domain:
        raise BadInput(f"{address!r} is no address for a list: use a-z, 0-9, dot and hyphen, as in dpo@example.dk")
    if len(local) > LONGEST_NAME or len(name) > LONGEST_NAME:
        raise BadInput(f"A list's name, and its address before the @, have at most {LONGEST_NAME} characters")
    if local in (*POSTMASTERS, BOUNCE):
        raise Conflict(f"{local}@ is taken by the portal itself")
    for other in directory.lists:
        clashes = other.domain == domain and (_clash(local, other.local_part) or _clash(other.local_part, local))
        if clashes:
            raise Conflict(
                f"{address} cannot be told from {other.address} and the addresses behind it; choose another address"
            )
    return address


def _clash(longer: str, shorter: str) -> bool:
    if longer == shorter:
        return True
    behind = longer.removeprefix(f"{shorter}-")
    return behind != longer and (behind in DETAILS or looks_like_token(behind) or bool(TICKET.fullmatch(behind)))


def addresses_of(directory: Directory, mailing_list: MailingList, addresses: Iterable[str]) -> list[Destination]:
    """Those of the addresses that live on this list."""
    found = destinations_of(directory, addresses)
    return [one for one in found if one.mailing_list is not None and one.mailing_list.id == mailing_list.id]


def destinations_of(directory: Directory, addresses: Iterable[str]) -> Iterator[Destination]:
    """Those of the addresses that are ours."""
    for address in addresses:
        with suppress(UnknownAddress):
            yield directory.find_destination(address)
