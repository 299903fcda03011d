"""Encoded line breaks become no field anywhere: in over real sockets, and out in every kind of letter there is."""

import re
from collections import Counter
from datetime import timedelta
from email.parser import BytesParser
from smtplib import SMTP

import pytest
from sqlmodel import col, select

from mailer.letters.daily import make_report
from mailer.letters.digests.timetable import last_due, make_digest
from support.builders import a_lawyer, a_list, a_person
from support.documents import NUMBER
from support.served_town import Town
from support.served_town import town as town
from tickets.database.models import Letter, LetterKind, Mode, Role, Ticket
from tickets.database.store import system_clock
from tickets.people import appointments, subscriptions

Q = "=?utf-8?q?Hej=0D=0ABcc:_alle@example.org=0D=0A=0D=0AKrop?="
B = "=?utf-8?b?SGVqDQpCY2M6IGFsbGVAZXhhbXBsZS5vcmcNCg0KS3JvcA==?="
PLAIN = {
    "list": "Databeskyttelse", "subject": "Hej", "name": "Mette", "file": 'filename="bilag.txt"', "id": "1",
}  # fmt: skip
EVIL = {
    "list": "=?utf-8?q?=0D=0ABcc:a@b.dk?=", "subject": f"{Q} {B}", "name": Q,
    "file": "filename*=utf-8''a%0D%0ABcc:%20alle@example.org%0D%0A.txt", "id": "=?utf-8?q?1=0D=0ABcc:_a?=",
}  # fmt: skip
BARE_END = re.compile(rb"(?<!\r)\n|\r(?!\n)")
Fields = set[tuple[LetterKind, tuple[str, ...]]]


class Correspondence:
    """A list and its people, all of whose letters are made of the same words."""

    def __init__(self, town: Town, words: dict[str, str], place: str, prefix: str) -> None:
        self.town, self.words, self.place, self.prefix, self.number = town, words, place, prefix, 0
        self.asker, self.lawyer, self.address = f"anne@{place}", f"jurist@{place}", f"liste-{prefix.lower()}@example.dk"
        with town.store.transaction() as session:
            self.mailing_list = a_list(session, words["list"], prefix, address=self.address)
            a_person(session, self.asker, words["name"])
            a_lawyer(session, self.mailing_list, self.lawyer, words["name"])
            for mode in (Mode.EACH, Mode.WEEKLY):
                reader = a_person(session, f"{mode}@{place}", words["name"])
                subscriptions.subscribe(session, reader, self.mailing_list, mode, system_clock())

    def write(self, author: str, recipient: str, text: str, subject: str = "") -> None:
        """A message whose every field says it, handed over as it is."""
        self.number += 1
        words, of = self.words, f"{self.number}.{self.place}"
        octets = (
            f"From: {words['name']} <{author}>\r\nTo: {words['name']} <{recipient}>\r\n"
            f"Subject: {words['subject']} {subject}\r\nReply-To: {words['name']} <andre@example.org>\r\n"
            f"Message-ID: <{words['id']}.{of}>\r\nIn-Reply-To: <{words['id']}@{of}>\r\n"
            f"References: <{words['id']}@{of}> <{words['id']}.2@{of}>\r\n"
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
            f"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
            f"--b\r\nContent-Disposition: attachment; {words['file']}\r\n\r\nhej\r\n--b--\r\n"
        )
        with SMTP("127.0.0.1", self.town.smtp, timeout=30) as client:
            client.sendmail(author, [recipient], octets.encode())
        self.town.settled()

    def reply_address(self, reader: str) -> str:
        """The address of their own in the newest letter to somebody."""
        newest = [one.octets for one in self.town.sink.messages() if reader in one.recipients][-1]
        return str(BytesParser().parsebytes(newest)["Reply-To"]).strip("<>")

    def take_place(self) -> Fields:
        """Everything that makes letters, one after the other; the fields of each of them, by kind."""
        name, domain = self.address.split("@")
        earlier = self._letters()
        self.write(self.asker, self.address, f"Må vi? {self.words['subject']}")
        self.write(self.lawyer, self.reply_address(self.lawyer), f"Ja. {self.words['subject']}")
        self.write(f"fremmed@{self.place}.org", self.address, "Jeg er ny.")
        self.write(self.asker, f"{name}+anonym@{domain}", "Uden navn?")
        self.write(self.asker, self.reply_address(self.asker), "SEND")
        self.write(self.asker, self.address, "Om borgeren.", NUMBER)
        self.write(self.asker, self.reply_address(self.asker), "SEND MASKERET")
        self.write(self.asker, f"{name}+hjaelp@{domain}", "Hjælp")
        with self.town.store.transaction() as session:
            portal, now = self.town.house.settings.portal, system_clock()
            next_week = last_due(portal, self.mailing_list, now) + timedelta(days=7)
            assert make_digest(session, portal, self.town.house.signer, self.mailing_list, next_week, now)
        self.town.settled()
        return self._fields_of(self._letters() - earlier)

    def _letters(self) -> set[str]:
        with self.town.store.reading() as session:
            return set(session.exec(select(Letter.message_id)))

    def _fields_of(self, ours: set[str]) -> Fields:
        with self.town.store.reading() as session:
            kinds = {letter.message_id: letter.kind for letter in session.exec(select(Letter))}
        found: Fields = set()
        for one in self.town.sink.messages():
            message = BytesParser().parsebytes(one.octets)
            message_id = str(message["Message-ID"]).strip("<>")
            if message_id in ours:
                found.add((kinds[message_id], tuple(message.keys())))
        return found


def daily_letter(town: Town, days: int) -> bytes:
    """What administrators are told so many days later."""
    at = system_clock() + timedelta(days=days)
    with town.store.transaction() as session:
        assert make_report(session, town.house.settings.portal, at)
        newest = select(Letter.octets).where(Letter.kind == LetterKind.WAITING).order_by(col(Letter.id).desc())
        octets = session.exec(newest).first()
    assert octets
    return octets


@pytest.mark.any_database
@pytest.mark.slow
def test_an_encoded_line_break_becomes_no_field_in_any_letter(town: Town) -> None:
    with town.store.transaction() as session:
        appointments.appoint(session, a_person(session, "bo@drift.example.dk"), Role.ADMINISTRATOR)

    sound = Correspondence(town, PLAIN, "sund.example.dk", "SU").take_place()
    evil = Correspondence(town, EVIL, "ond.example.dk", "ON").take_place()
    sound_report, evil_report = (daily_letter(town, days) for days in (10, 11))

    assert sound == evil
    assert {kind for kind, _ in sound} >= {
        LetterKind.RECEIPT, LetterKind.QUESTION, LetterKind.ANSWER, LetterKind.PREVIEW, LetterKind.CPR,
        LetterKind.CPR_HELD, LetterKind.DIGEST, LetterKind.HELP,
    }  # fmt: skip
    assert b"ond.example.dk" in evil_report
    letters = [*(one.octets for one in town.sink.messages()), sound_report, evil_report]
    for octets in letters:
        message = BytesParser().parsebytes(octets)
        assert not {"bcc", "krop"} & set(map(str.lower, message))
        assert max(Counter(message.keys()).values()) == 1
        assert not message.defects
        assert BARE_END.search(octets) is None
    assert BytesParser().parsebytes(sound_report).keys() == BytesParser().parsebytes(evil_report).keys()
    with town.store.reading() as session:
        subjects = session.exec(select(Ticket.subject)).all()
    assert any("Bcc: alle@example.org" in subject for subject in subjects)  # it arrived, as words
