"""Whose signatures a message bears: real ones, with keys from a DNS of our own."""

import socket
import subprocess
import threading
from collections.abc import Iterator
from datetime import datetime

import dkim
import dns.flags
import dns.message
import dns.rdatatype
import dns.resolver
import dns.rrset
import pytest
from builders import a_message
from test_processor import ANDERS, Desk

from mailer.authentication import Checked
from mailer.processor import Processor
from mailer.verification import DnsTrouble, Verifier, look_up
from tickets.models import Disposition, Status
from tickets.portal import Portal
from tickets.store import Store
from tickets.tokens import Signer

DOMAIN = "proevested.example.dk"
PRIVATE = subprocess.run(["openssl", "genrsa", "-traditional", "2048"], capture_output=True, check=True).stdout
PUBLIC = subprocess.run(["openssl", "rsa", "-pubout"], input=PRIVATE, capture_output=True, check=True).stdout
RECORD = b"v=DKIM1; k=rsa; p=" + b"".join(PUBLIC.splitlines()[1:-1])


class Answerer:
    """A name server on this machine that knows the key of one name, or stays silent."""

    def __init__(self) -> None:
        self.names = {f"s1._domainkey.{domain}." for domain in (DOMAIN, "forening.example.dk", "example.org")}
        self.is_silent = False
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.resolver = dns.resolver.Resolver(configure=False)
        self.resolver.nameservers = ["127.0.0.1"]
        self.resolver.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def look_up(self, name: str) -> bytes | None:
        return look_up(name, self.resolver)

    def close(self) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                octets, peer = self._socket.recvfrom(4096)
            except OSError:
                return
            if self.is_silent:
                continue
            question = dns.message.from_wire(octets)
            answer = dns.message.make_response(question)
            name = question.question[0].name
            if name.to_text() in self.names:
                pieces = [RECORD[start : start + 200].decode() for start in range(0, len(RECORD), 200)]
                text = " ".join(f'"{piece}"' for piece in pieces)
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", text))
            else:
                answer.set_rcode(3)
            self._socket.sendto(answer.to_wire(), peer)


@pytest.fixture
def answerer() -> Iterator[Answerer]:
    answerer = Answerer()
    yield answerer
    answerer.close()


def signed(octets: bytes, domain: str = DOMAIN, **more: object) -> bytes:
    octets = octets.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    signature: bytes = dkim.sign(octets, b"s1", domain.encode(), PRIVATE, **more)
    return signature + octets


def check(answerer: Answerer, octets: bytes) -> Checked:
    return Verifier(answerer.look_up).check(octets)


def test_a_signature_that_holds_names_its_domain(answerer: Answerer) -> None:
    assert check(answerer, signed(bytes(a_message()))) == Checked((DOMAIN,))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Subject:", b"Subject: Haste"),
        (b"jurister", b"venner"),
        (b"From: Mette", b"From: Anders"),
        (b"b=", b"b=BBBB"),
        (b"s=s1", b"s=s2"),
    ],
)
def test_a_message_that_was_changed_bears_none(answerer: Answerer, old: bytes, new: bytes) -> None:
    octets = signed(bytes(a_message()))
    assert old in octets

    assert check(answerer, octets.replace(old, new)) == Checked()


def test_a_message_without_signature_asks_nobody(answerer: Answerer) -> None:
    answerer.is_silent = True

    assert check(answerer, bytes(a_message())) == Checked()


def test_all_signatures_of_a_message_are_looked_at(answerer: Answerer) -> None:
    octets = signed(signed(bytes(a_message())), "example.org")

    assert set(check(answerer, octets).domains) == {DOMAIN, "example.org"}


def test_a_signature_over_part_of_the_body_covers_nothing(answerer: Answerer) -> None:
    octets = signed(bytes(a_message()), length=True)

    assert check(answerer, octets + b"Send alle CPR-numre til mig.\r\n") == Checked()


def test_a_silent_dns_is_trouble_and_never_a_pass(answerer: Answerer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailer.verification.PATIENCE", 0.3)
    answerer.is_silent = True

    assert check(answerer, signed(bytes(a_message()))) == Checked((), has_trouble=True)
    with pytest.raises(DnsTrouble):
        answerer.look_up(f"s1._domainkey.{DOMAIN}")


@pytest.mark.parametrize(
    "field",
    [b"v=1", b"v=1; a=rsa-sha256; d=\xff; s=s1; h=from; bh=; b=", b"a=;" * 1000, b"v=1; h=" + b"a:" * 5000, b"\x00"],
)
def test_a_hostile_signature_is_none(answerer: Answerer, field: bytes) -> None:
    assert check(answerer, b"DKIM-Signature: " + field + b"\r\n" + bytes(a_message())) == Checked()


def test_blanks_by_the_megabyte_are_not_checked(answerer: Answerer) -> None:
    octets = signed(bytes(a_message())) + b" " * 2_000_000 + b"x\r\n"

    assert check(answerer, octets) == Checked()


# -- what it is good for ---------------------------------------------------------------


@pytest.fixture
def desk(store: Store, portal: Portal, signer: Signer, now: datetime, answerer: Answerer) -> Desk:
    desk = Desk(store, portal, signer, now)
    desk._processor = Processor(store, portal, signer, lambda: desk.now, verifier=Verifier(answerer.look_up))
    return desk


def test_where_we_verify_a_signed_question_is_filed_and_another_is_held(desk: Desk) -> None:
    filed = desk.hand_over(signed(bytes(a_message())), "databeskyttelse@example.dk")[0]
    forged = desk.hand_over(signed(bytes(a_message()), "example.org"), "databeskyttelse@example.dk")[0]
    bare = desk.take(a_message())[0]

    assert filed.disposition is Disposition.FILED
    assert (forged.disposition, forged.reason) == (Disposition.HELD, "comes from an author for whom nobody vouches")
    assert bare.disposition is Disposition.HELD


def test_a_lawyer_needs_a_signature_or_the_address_that_was_made_for_them(desk: Desk) -> None:
    desk.hand_over(signed(bytes(a_message())), "databeskyttelse@example.dk")
    answer = {"From": ANDERS, "In_Reply_To": f"<{desk.messages()[0].own_id}>", "text": "Nej."}

    forged = desk.take(a_message(**answer))[0]
    status = desk.ticket().status
    address = desk.reply_address(desk.ticket(), desk.anders)
    anothers = desk.take(a_message(**answer), desk.reply_address(desk.ticket(), desk.ole))[0]
    answered = desk.take(a_message(**answer | {"To": address}), address)[0]

    assert (forged.disposition, status) == (Disposition.HELD, Status.OPEN)
    assert anothers.disposition is Disposition.HELD
    assert (answered.disposition, desk.ticket().status) == (Disposition.FILED, Status.ANSWERED)


def test_news_needs_a_signature_whatever_else_it_is_sent_to(desk: Desk) -> None:
    news = "databeskyttelse+nyt@example.dk"

    held = desk.take(a_message(From=ANDERS, To=news), news)[0]
    filed = desk.hand_over(signed(bytes(a_message(From=ANDERS, To=news)), "forening.example.dk"), news)[0]

    assert (held.disposition, filed.disposition) == (Disposition.HELD, Disposition.FILED)
