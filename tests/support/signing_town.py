"""A mail room beside a name server, and mail that its authors' domains have signed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest

from mailer.intake.arrivals import Handover, store_handovers
from mailer.sandbox.verifier import Verifier
from support.builders import a_message
from support.mail_room import Desk
from support.nameservers import Answerer, answering
from support.signing import FORM, RECORD, sign
from support.town import ANDERS, ANDERSES, LIST, METTES
from tickets.database.models import Arrival, Message, Status
from tickets.database.store import Store
from tickets.portal import Portal
from tickets.tokens import Signer

OWN, STRANGE = "192.0.2.7", "198.51.100.9"  # the server of both domains, and one of somebody else's
SIGNED = ("from", "to", "subject", "date", "message-id", *FORM)
NEWS, LEAVE = "databeskyttelse+nyt@example.dk", "databeskyttelse+afmeld@example.dk"


@pytest.fixture(scope="module")
def name_server() -> Iterator[Answerer]:
    with answering() as answerer:
        for domain in (METTES, ANDERSES):
            answerer.text(f"s1._domainkey.{domain}", RECORD)
            answerer.text(domain, f"v=spf1 ip4:{OWN} -all")
        yield answerer


@pytest.fixture(scope="module")
def verifiers(name_server: Answerer) -> Iterator[dict[str, Verifier]]:
    made = {mode: Verifier(name_server.resolver, with_policies=mode == "dmarc") for mode in ("signatures", "dmarc")}
    yield made
    for verifier in made.values():
        verifier.close()


@dataclass
class Town:
    """A desk with a question of Mette's on it, DB-1, and who else may send mail there."""

    desk: Desk

    def send(self, octets: bytes, recipient: str = LIST, client: str = STRANGE, door: str = "smtp") -> Arrival:
        """Hand octets over, from a server of their author's or from elsewhere."""
        author = "anders@" + ANDERSES if b"From: Anders" in octets else "mette@" + METTES
        handover = Handover(octets, author, (recipient,), door, self.desk.now, client, "mx")
        with self.desk.store.transaction() as session:
            store_handovers(session, [handover])
        return self.desk.process()[-1]

    @property
    def question(self) -> Message:
        return self.desk.messages()[0]

    def newest(self) -> Message:
        return self.desk.messages()[-1]

    def is_untouched(self) -> bool:
        """Whether nothing was filed since the question."""
        return len(self.desk.messages()) == 1 and self.desk.ticket().status is Status.OPEN


def make_town(store: Store, portal: Portal, signer: Signer, now: datetime, verifier: Verifier) -> Town:
    desk = Desk(store, portal, signer, now)
    desk.employ(verifier=verifier)
    town = Town(desk)
    town.send(sign(bytes(a_message()), METTES), client=OWN)
    return town


@pytest.fixture(params=["signatures", "dmarc"])
def town(
    request: pytest.FixtureRequest,
    store: Store,
    portal: Portal,
    signer: Signer,
    now: datetime,
    verifiers: dict[str, Verifier],
) -> Town:
    return make_town(store, portal, signer, now, verifiers[request.param])


def a_private_mail(covers: tuple[str, ...] = SIGNED, **fields: str) -> bytes:
    """What a lawyer wrote to somebody else, who has it now."""
    letter = {"From": ANDERS, "To": "frank@example.org", "Subject": "Frokost", "text": "Nej, det kan jeg ikke."}
    return sign(bytes(a_message(**letter | fields)), ANDERSES, covers)


EXCHANGES = ("from", "date", "subject", "message-id", "content-type", "mime-version")
PRIVATE = {"To": "frank@example.org", "Subject": "Frokost", "text": "Jeg er træt af chefen."}


def a_members_mail(covers: tuple[str, ...] = SIGNED, **fields: str) -> bytes:
    return sign(bytes(a_message(**PRIVATE | fields)), METTES, covers)
