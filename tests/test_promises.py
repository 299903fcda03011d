"""What must never happen, and what must always: a whole portal over real sockets, its letters caught by a relay."""

import email
import email.policy
import smtplib
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from builders import a_lawyer, a_list, a_person
from portals import answer, compose, eventually, plain_text
from servers import Conversation, Sink, free_port
from sqlmodel import func, select

from dialogportal.serving import House, Service
from dialogportal.settings import Settings
from mailer.digest import last_due, make_digest
from mailer.relay import Relay
from tickets import holding, lookup, membership
from tickets.models import Arrival, Bookmark, Delivery, DeliveryState, Disposition, Event, Message, Mode, Person, Ticket
from tickets.portal import Portal
from tickets.store import Store, system_clock

METTE = "Mette Eksempel <mette@proevested.example.dk>"
ANDERS = "Anders Jurist <anders@forening.example.dk>"
OLE = "Ole Følger <ole@oeby.example.dk>"
LIST = "databeskyttelse@example.dk"
PRIVATE = "databeskyttelse+fortrolig@example.dk"


class Town:
    """A served portal with an asker, a lawyer, one who gets every letter and one who gets the weekly one."""

    def __init__(self, store: Store, folder: Path, sink: Sink) -> None:
        self.store, self.sink = store, sink
        self.smtp, self.lmtp = free_port(), free_port()
        portal = Portal(domain="example.dk", base_url="https://portal.example.dk", data_dir=folder)
        settings = Settings.model_validate(
            {
                "portal": portal,
                "listen": {"smtp": f"127.0.0.1:{self.smtp}", "lmtp": f"127.0.0.1:{self.lmtp}"},
                "relay": Relay(host="127.0.0.1", port=sink.port, starttls="never", connections=4),
            }
        )
        with store.transaction() as session:
            self.mailing_list = a_list(session)
            self.other_list = a_list(session, "sikkerhed", "SIK")
            self.mette, self.ole = a_person(session), a_person(session, "ole@oeby.example.dk", "Ole Følger")
            self.ulla = a_person(session, "ulla@oeby.example.dk", "Ulla Ugebrev")
            self.anders = a_lawyer(session, self.mailing_list)
            for person, mode in ((self.ole, Mode.EACH), (self.ulla, Mode.WEEKLY)):
                membership.subscribe(session, person, self.mailing_list, mode, system_clock())
        self.house = House(settings, store, b"a secret that only the tests know")
        self.service = Service(self.house, ("smtp", "lmtp", "process", "follow", "deliver"))

    def send(self, message: EmailMessage, *recipients: str) -> None:
        with smtplib.SMTP("127.0.0.1", self.smtp, timeout=30) as client:
            client.send_message(message, to_addrs=list(recipients) or None)

    def count(self, table: type, *conditions: object) -> int:
        with self.store.reading() as session:
            return int(session.exec(select(func.count()).select_from(table).where(*conditions)).one())  # type: ignore[arg-type]

    def settled(self) -> None:
        """Return when nothing is under way any more: every arrival, event and delivery is done with."""

        def is_calm() -> bool:  # asked in the order in which mail flows, so that nothing slips past between two looks
            if self.count(Arrival, Arrival.disposition.is_(None)):  # type: ignore[union-attr]
                return False
            return self._all_followed() and not self.count(Delivery, Delivery.state == DeliveryState.WAITING)

        eventually(is_calm)

    def _all_followed(self) -> bool:
        with self.store.reading() as session:
            behind = select(func.count()).select_from(Event).where(Event.id > _bookmark(self))  # type: ignore[operator]
            return session.exec(behind).one() == 0

    def letters_to(self, person: str) -> list[EmailMessage]:
        address = person[person.find("<") + 1 :].rstrip(">")
        return [
            email.message_from_bytes(one.octets, policy=email.policy.default)  # type: ignore[misc]
            for one in self.sink.messages()
            if address in one.recipients
        ]

    def tickets(self) -> list[Ticket]:
        with self.store.reading() as session:
            return list(session.exec(select(Ticket).order_by(Ticket.id)))  # type: ignore[arg-type]


def _bookmark(town: Town) -> int:
    with town.store.reading() as session:
        found = session.get(Bookmark, "distribution")
        return found.event_key if found else 0


@pytest.fixture
def town(store: Store, tmp_path: Path) -> Iterator[Town]:
    with Sink() as sink:
        running = Town(store, tmp_path, sink)
        running.service.start()
        yield running
        running.service.stop()


def in_threads(*steps: Callable[[], None]) -> None:
    threads = [threading.Thread(target=step) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_the_same_message_twenty_times_over_four_connections_is_one_post(town: Town) -> None:
    message = compose(METTE, LIST, "Logfiler", "Hvor længe?")

    def send_five_times() -> None:
        for _ in range(5):
            town.send(message)

    in_threads(*[send_five_times] * 4)
    town.settled()

    assert town.count(Arrival) == 20
    assert town.count(Message) == 1
    assert len(town.letters_to(OLE)) == 1


def test_lmtp_answers_for_each_recipient_and_files_in_each_list(town: Town) -> None:
    octets = bytes(compose(METTE, LIST, "Begge", "Til begge lister")).replace(b"\n", b"\r\n")
    with Conversation(town.lmtp, "LHLO client.example.org") as lmtp:
        replies = [lmtp.say("MAIL FROM:<mette@proevested.example.dk>")]
        for recipient in (LIST, "sikkerhed@example.dk", "findes-ikke@example.dk"):
            replies.append(lmtp.say(f"RCPT TO:<{recipient}>"))
        after = lmtp.data(octets, replies=2)
    town.settled()

    assert [reply[:3] for reply in replies] == ["250", "250", "250", "550"]
    assert [reply[:3] for reply in after] == ["250", "250"]
    assert {ticket.mailing_list_key for ticket in town.tickets()} == {town.mailing_list.id, town.other_list.id}


def test_a_real_reply_lands_by_its_address_alone_and_by_references_alone(town: Town) -> None:
    town.send(compose(METTE, LIST, "Logfiler", "Hvor længe?"))
    town.settled()
    letter = town.letters_to(ANDERS)[0]

    by_address = compose(ANDERS, str(letter["Reply-To"]), "Helt andet emne", "Fem år.")
    by_references = compose(ANDERS, LIST, "Et tredje emne", "Eller seks.", References=str(letter["Message-ID"]))
    town.send(by_address)
    town.send(by_references)
    town.settled()

    assert len(town.tickets()) == 1
    assert town.count(Message) == 3


def test_a_reply_address_in_somebody_elses_hands_is_worth_nothing(town: Town) -> None:
    town.send(compose(METTE, LIST, "Logfiler", "Hvor længe?"))
    town.settled()

    town.send(compose(OLE, str(town.letters_to(ANDERS)[0]["Reply-To"]), "SV: Logfiler", "Et svar?"))
    town.settled()

    assert town.count(Message) == 1
    assert town.count(Arrival, Arrival.disposition == Disposition.HELD) == 1


def test_reply_all_makes_one_message(town: Town) -> None:
    town.send(compose(METTE, LIST, "Logfiler", "Hvor længe?"))
    town.settled()
    reply = answer(town.letters_to(ANDERS)[0], ANDERS, "Fem år.")
    address = str(reply["To"])
    reply.replace_header("To", f"{address}, {LIST}")

    town.send(reply, address, LIST)
    town.settled()

    assert (len(town.tickets()), town.count(Message)) == (1, 2)
    assert len(town.letters_to(OLE)) == 2


def test_a_confidential_ticket_leaves_no_trace_with_others(town: Town) -> None:
    town.send(compose(METTE, PRIVATE, "Hemmeligheden", "Hemmeligheden om borgeren"))
    town.settled()
    town.send(answer(town.letters_to(ANDERS)[0], ANDERS, "Svar på hemmeligheden"))
    town.send(compose(METTE, LIST, "Åbent", "Et åbent spørgsmål"))
    town.settled()
    with town.store.transaction() as session:
        portal = town.house.settings.portal
        next_week = last_due(portal, town.mailing_list, system_clock()) + timedelta(days=7)
        assert make_digest(session, portal, town.house.signer, town.mailing_list, next_week, system_clock())
    town.settled()

    assert len(town.letters_to(ANDERS)) == 2
    assert len(town.letters_to(METTE)) == 3  # two receipts and the answer
    others = [one.octets for one in town.sink.messages() if "oeby" in one.recipients[0]]
    assert len(others) == 2
    for octets in others:
        letter = email.message_from_bytes(octets, policy=email.policy.default)
        assert "emmelighed" not in str(letter["Subject"]) + plain_text(letter)  # type: ignore[arg-type]
        assert b"DB-1]" not in octets
    while town.house.search.update(system_clock()):
        pass
    with town.store.reading() as session:
        sight = membership.sight_of(session, town.ole)
        assert town.house.search.find(session, sight, "hemmeligheden").total == 0
        assert lookup.tickets(session, sight).total == 1
        assert sum(lookup.counts_by_status(session, sight, town.mailing_list).values()) == 1


def test_a_stranger_gets_no_answer_and_leaves_no_trace_until_released(town: Town) -> None:
    town.send(compose("Frank Fremmed <frank@example.org>", LIST, "Hej", "Må jeg spørge?"))
    town.settled()
    assert town.sink.messages() == []
    assert town.count(Message) == 0
    with town.store.reading() as session:
        held = holding.held(session)
        assert (
            session.exec(select(func.count()).select_from(Person).where(Person.email == "frank@example.org")).one() == 0
        )

    with town.store.transaction() as session:
        holding.release(session, held[0].id or 0, system_clock())
    town.settled()

    assert town.count(Message) == 1
    assert "Må jeg spørge?" in plain_text(town.letters_to(OLE)[0])


def test_a_cpr_number_is_in_no_letter_and_its_author_is_told(town: Town) -> None:
    town.send(compose(METTE, LIST, "Borger", "Borgeren 010190-1234 vil have indsigt."))
    town.settled()

    assert [len(town.letters_to(one)) for one in (METTE, ANDERS, OLE)] == [1, 1, 0]
    assert not [one for one in town.sink.messages() if b"010190" in one.octets]
    assert town.count(Message) == 0


def test_a_robot_is_never_answered(town: Town) -> None:
    for fields in ({"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"Subject": "Automatisk svar: Ferie"}):
        subject = fields.pop("Subject", "Ferie")
        town.send(compose(METTE, LIST, subject, "Jeg er på ferie.", **fields))
    town.settled()

    assert town.sink.messages() == []


def test_who_leaves_by_the_letters_own_address_gets_no_more(town: Town) -> None:
    town.send(compose(METTE, LIST, "Et", "Spørgsmål et"))
    town.settled()
    leave = str(town.letters_to(OLE)[0]["List-Unsubscribe"]).partition("<mailto:")[2].partition("?")[0]

    town.send(compose(OLE, leave, "afmeld", "afmeld"))
    town.settled()
    before = len(town.letters_to(OLE))
    town.send(compose(METTE, LIST, "To", "Spørgsmål to"))
    town.settled()

    assert len(town.letters_to(OLE)) == before


def test_a_bounce_is_counted_and_shown(town: Town) -> None:
    town.send(compose(METTE, LIST, "Et", "Spørgsmål et"))
    town.settled()
    return_path = next(one.return_path for one in town.sink.messages() if "ole@oeby.example.dk" in one.recipients)
    report = (
        "From: MAILER-DAEMON@oeby.example.dk\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\r\n\r\n'
        "--x\r\nContent-Type: text/plain\r\n\r\nSorry\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; oeby.example.dk\r\n\r\n"
        "Final-Recipient: rfc822; ole@oeby.example.dk\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--x--\r\n"
    )

    with smtplib.SMTP("127.0.0.1", town.smtp) as client:
        client.sendmail("", [return_path], report.encode())
    town.settled()

    with town.store.reading() as session:
        failed = session.exec(select(Delivery).where(Delivery.state == DeliveryState.FAILED)).one()
    assert (failed.recipient, failed.reply) == ("ole@oeby.example.dk", "came back 5.1.1")
    assert town.count(Arrival, Arrival.disposition == Disposition.COUNTED) == 1


def test_an_absence_reply_to_a_letters_return_path_is_no_bounce(town: Town) -> None:
    town.send(compose(METTE, LIST, "Et", "Spørgsmål et"))
    town.settled()
    return_path = next(one.return_path for one in town.sink.messages() if "ole@oeby.example.dk" in one.recipients)

    town.send(compose(OLE, return_path, "Automatisk svar: Et", "Jeg er på ferie til 3. januar."))
    town.settled()

    assert town.count(Delivery, Delivery.state == DeliveryState.FAILED) == 0
