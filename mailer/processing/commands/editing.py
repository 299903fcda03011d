"""Editing: what an editor says of a digest before it goes out: a word to each command, and an introduction."""

import re
from dataclasses import dataclass, field

from mailer.letters.digests import making
from mailer.processing import screens
from mailer.processing.screening import Verdict, held
from mailer.processing.submission import Inbound
from mailer.texts.quoting import Layer, read_layers
from tickets import journal
from tickets.database.models import Digest, Disposition, EventKind, MailingList, Person
from tickets.people import owners
from tickets.reasons import Grounds, Reason
from tickets.text.greetings import between_greetings

SEND = frozenset({"send", "send den", "send nu", "send it", "send now", "send den nu"})
STOP = frozenset({"vent", "wait", "hold"})
FEATURE = ("fremhæv", "fremhaev", "feature", "highlight")
LEAVE_OUT = ("udelad", "omit", "leave out")
NAMES = r"(?:[a-zæøå0-9]{1,20}-[0-9]{1,9}|og|and|[,&+\s])+"
COMMAND = re.compile(rf"\s*({'|'.join((*FEATURE, *LEAVE_OUT))})\s*:?\s+({NAMES})[.!]?\s*", re.IGNORECASE)
NAME = re.compile(r"([a-zæøå0-9]{1,20})-([0-9]{1,9})", re.IGNORECASE)


@dataclass
class DigestOrders:
    """What an editor wants of a digest; tickets by their numbers."""

    featured: list[int] = field(default_factory=list)
    left_out: list[int] = field(default_factory=list)
    sends: bool = False
    stops: bool = False
    introduction: str = ""


def read_orders(text: str, prefix: str) -> DigestOrders:
    """The commands, each in a line of its own, and what else is said, which is the introduction."""
    orders, said = DigestOrders(), list[str]()
    for line in text.split("\n"):
        if not _obey_line(orders, line, prefix):
            said.append(line)
    orders.introduction = between_greetings("\n".join(said)).strip() if any(map(str.strip, said)) else ""
    return orders


def _obey_line(orders: DigestOrders, line: str, prefix: str) -> bool:
    """Note the command of a line; False if it is none."""
    word = line.strip().rstrip(".!").casefold()
    if word in SEND | STOP:
        orders.sends, orders.stops = orders.sends or word in SEND, orders.stops or word in STOP
        return True
    if (command := COMMAND.fullmatch(line)) is None:
        return False
    numbers = [int(number) for name, number in NAME.findall(command[2]) if name.casefold() == prefix.casefold()]
    chosen = orders.featured if command[1].casefold() in FEATURE else orders.left_out
    chosen += numbers
    return bool(numbers)


def hear(inbound: Inbound, digest_key: int, person: Person | None) -> Verdict:
    """Do what an editor says of a digest that was not sent yet, and show all editors what it is like then."""
    session = inbound.session
    digest = session.get(Digest, digest_key, with_for_update=True, populate_existing=True)
    mailing_list = session.get(MailingList, digest.mailing_list_key) if digest else None
    if digest is None or mailing_list is None:
        return held(Reason.NOT_ASKED)
    is_theirs = person is not None and person.id == inbound.destination.person_key
    if person is None or not is_theirs or person not in owners.editors_of(session, mailing_list):
        return held(Reason.NOT_THEIRS)
    if making.newest_unsent(session, mailing_list.key) is not digest:
        return held(Reason.DIGEST_SENT)
    if verdict := screens.stop(inbound.submitted_by(person, mailing_list), screens.FOR_OTHERS):
        return verdict
    orders = read_orders(_own_words(inbound, person), mailing_list.prefix)
    if orders == DigestOrders():
        return held(Reason.NO_WORD)
    _change(digest, orders)
    session.flush()
    if orders.sends and not orders.stops:
        making.send(session, inbound.house.portal, inbound.directory.signer, digest, inbound.now)
    kind = EventKind.DIGEST_DRAFTED if digest.sent_at is None else EventKind.DIGEST_SENT
    journal.append(session, kind, inbound.now, list_key=mailing_list.id, person_key=person.id)
    return Verdict(Disposition.OBEYED, Grounds(Reason.DIGEST_EDITED))


def _own_words(inbound: Inbound, editor: Person) -> str:
    """What the editor wrote now: what they quote or pass on commands nothing, and introduces nothing."""
    return read_layers(inbound.post.text, editor.name).pick({Layer.OWN})


def _change(digest: Digest, orders: DigestOrders) -> None:
    digest.featured = [*digest.featured, *(one for one in orders.featured if one not in digest.featured)]
    digest.left_out = [one for one in [*digest.left_out, *orders.left_out] if one not in orders.featured]
    digest.introduction = orders.introduction or digest.introduction
    digest.is_stopped = orders.stops or (digest.is_stopped and not orders.sends)
