"""A day of four people by real mail: Postfix in front of the portal, Dovecot behind their mail programs."""

import email
import email.policy
import re
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from support.portals import RunningPortal, answer, compose, plain_text
from support.postfix import Postfix
from support.servers import Dovecot, free_port
from support.town import ANDERS, KAREN, LIST, METTE, OLE
from support.waiting import eventually

PEOPLE = {"mette": METTE, "anders": ANDERS, "karen": KAREN, "ole": OLE}
ADDRESSES = [who[who.find("<") + 1 : -1] for who in PEOPLE.values()]
PATIENCE = 60.0
COMMANDS = (
    "TAG", "NOTAT", "VENT 3 dage", "SAMME", "RET", "FLET DB-1", "UDSKIL", "OFFENTLIGGØR", "OK",
    "KORT: Ja, i tredive dage.",
    "KORT: Ja, i fjorten dage.",
)  # fmt: skip
SECRET = "Hun har spurgt om det samme før"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


class Office:
    """The four, their mailboxes, and what has come since each of them looked last."""

    def __init__(self, portal: RunningPortal, postfix: Postfix, dovecot: Dovecot) -> None:
        self.portal, self.postfix, self._dovecot = portal, postfix, dovecot
        self.read = dict.fromkeys(PEOPLE, 0)

    def mailbox(self, name: str) -> list[EmailMessage]:
        """All that lies in a mailbox, oldest first, as IMAP shows it."""
        with self._dovecot.client(name) as client:
            client.select_folder("INBOX", readonly=True)
            found: dict[int, Any] = client.fetch(client.search(), ["BODY.PEEK[]"])
        return [email.message_from_bytes(found[uid][b"BODY[]"], policy=email.policy.default) for uid in sorted(found)]

    def letter(self, name: str, words: str) -> EmailMessage:
        """The newest letter in a mailbox that has these words."""
        return next(one for one in reversed(self.mailbox(name)) if words in whole(one))

    def writes(self, name: str, to: str, subject: str, text: str) -> None:
        self._send(compose(PEOPLE[name], to, subject, text))

    def replies(self, name: str, words: str, text: str) -> None:
        """Press Reply in the letter with these words."""
        self._send(answer(self.letter(name, words), PEOPLE[name], text))

    def _send(self, message: EmailMessage) -> None:
        """Hand it to Postfix, and return when the portal has settled it."""
        before = self._settled_arrivals()
        self.postfix.send(message)
        eventually(lambda: self._settled_arrivals() > before, PATIENCE)

    def _settled_arrivals(self) -> int:
        arrivals: dict[str, int] = self.portal.ask("status")["arrivals"]
        return sum(count for word, count in arrivals.items() if word != "waiting")

    def hold(self, **expected: list[str]) -> None:
        """Each mailbox holds one new letter for each of these words, in any order; the others hold nothing new."""
        wanted = {name: expected.get(name, []) for name in PEOPLE}
        self.settled()
        for name, words in wanted.items():
            letters = [whole(one) for one in self.mailbox(name)[self.read[name] :]]
            assert len(letters) == len(words), f"{name} got {letters}"
            assert all(any(one in letter for letter in letters) for one in words), f"{name}: {words} in {letters}"
            self.read[name] += len(letters)

    def settled(self) -> None:
        """Return when nothing is under way any more, in the portal or in Postfix."""
        eventually(lambda: self._is_calm() and self._is_calm(), PATIENCE)

    def _is_calm(self) -> bool:
        status = self.portal.ask("status")
        lag = status["followers"].get("distribution", 0)
        return not (status["arrivals"]["waiting"] or lag or status["deliveries"]["waiting"] or self.postfix.queued())

    def ticket(self, name: str) -> dict[str, Any]:
        shown: dict[str, Any] = self.portal.ask("show", name)
        return shown


def whole(letter: EmailMessage) -> str:
    return f"{letter['Subject']}\n{plain_text(letter)}".replace("\r\n", "\n")


@pytest.fixture
def office(tmp_path: Path, database_url: str) -> Iterator[Office]:
    port = free_port()
    with Dovecot(tmp_path / "dovecot") as dovecot, RunningPortal(tmp_path, database_url, port) as portal:
        for name in PEOPLE:
            dovecot.client(name).logout()  # which makes the mailbox
        with Postfix(dovecot, "example.dk", ADDRESSES, port=port, lmtp=portal.lmtp_port) as postfix:
            move_in(portal)
            portal.start()
            yield Office(portal, postfix, dovecot)


def move_in(portal: RunningPortal) -> None:
    for name, domain in (("Prøvested Kommune", "proevested"), ("Øby Kommune", "oeby"), ("Foreningen", "forening")):
        portal.run("organisation", "add", name, "--domain", f"{domain}.example.dk")
    for who in PEOPLE.values():
        name, address = re.fullmatch(r"(.+) <(.+)>", who).groups()  # type: ignore[union-attr]
        portal.run("person", "add", address, "--name", name)
    portal.run(
        "list", "add", "Databeskyttelse", "--address", LIST, "--prefix", "DB", "--answer-days", "5",
        "--lawyer", "anders@forening.example.dk", "--lawyer", "karen@forening.example.dk",
    )  # fmt: skip
    portal.run("subscribe", "ole@oeby.example.dk", "Databeskyttelse", "--mode", "each")


@pytest.mark.any_database
def test_a_day_of_four_people_by_mail_alone(office: Office) -> None:
    asks_and_is_told_when_the_answer_comes(office)
    lawyers_work_on_it_unseen(office)
    the_answer_comes_and_is_thanked_for(office)
    the_answer_is_corrected(office)
    a_second_question_is_merged_and_split_off(office)
    the_answer_is_published(office)
    what_was_out_before_still_leads_there(office)

    for name in ("mette", "ole"):
        lines = {line.strip() for one in office.mailbox(name) for line in body(one).split("\n")}
        assert lines.isdisjoint(COMMANDS), name
        assert not [one for one in office.mailbox(name) if SECRET in whole(one)]


def body(letter: EmailMessage) -> str:
    """What a letter says above its foot."""
    return plain_text(letter).replace("\r\n", "\n").partition("\n--------")[0]


def asks_and_is_told_when_the_answer_comes(office: Office) -> None:
    office.writes(
        "mette", LIST, "Kamera på genbrugspladsen", "Kære jurister\n\nHvor længe må vi gemme optagelser?\n\nMette"
    )
    office.hold(
        mette=["Du kan vente det senest"], anders=["Det skal besvares senest"], karen=["Det skal besvares senest"],
        ole=["Hvor længe må vi gemme optagelser?"],
    )  # fmt: skip


def lawyers_work_on_it_unseen(office: Office) -> None:
    office.replies("anders", "gemme optagelser", "TAG")
    office.hold()
    assert office.ticket("DB-1")["assignee"] == "anders@forening.example.dk"
    office.replies("anders", "gemme optagelser", f"NOTAT\n\n{SECRET}.")
    office.hold(karen=[SECRET])
    office.replies("anders", "gemme optagelser", "VENT 3 dage\n\nVi spørger Datatilsynet og vender tilbage.")
    office.hold(mette=["vender tilbage"], karen=["vender tilbage"])
    assert office.ticket("DB-1")["status"] == "pending"


def the_answer_comes_and_is_thanked_for(office: Office) -> None:
    office.replies(
        "anders", "gemme optagelser", "KORT: Ja, i tredive dage.\n\nI må gemme dem i tredive dage.\n\nAnders"
    )
    office.hold(mette=["i tredive dage"], karen=["i tredive dage"], ole=["i tredive dage"])
    assert office.ticket("DB-1")["status"] == "answered"
    office.replies("ole", "i tredive dage", "SAMME")
    office.hold()
    office.replies("mette", "i tredive dage", "Tak, det var en stor hjælp for os alle.")
    office.hold()
    assert office.ticket("DB-1")["status"] == "answered"


def the_answer_is_corrected(office: Office) -> None:
    office.replies(
        "anders", "gemme optagelser", "RET\nKORT: Ja, i fjorten dage.\n\nI må gemme dem i fjorten dage.\n\nAnders"
    )
    told = ["i fjorten dage"]
    office.hold(mette=told, karen=told, ole=told)
    assert "som ikke gælder længere" in whole(office.letter("mette", "i fjorten dage"))


def a_second_question_is_merged_and_split_off(office: Office) -> None:
    office.writes(
        "ole", LIST, "Optagelser fra svømmehallen", "Kære jurister\n\nHvornår skal svømmehallen slette?\n\nOle"
    )
    asked = ["Hvornår skal svømmehallen slette?"]
    office.hold(ole=["nummeret DB-2"], anders=asked, karen=asked)
    office.replies("anders", "svømmehallen slette", "FLET DB-1")
    office.hold(anders=["DB-2 er nu en del af DB-1"], ole=["DB-1"])
    office.replies("ole", "nummeret DB-2", "Gælder det også omklædningsrummet?")
    more = ["Gælder det også omklædningsrummet?"]
    office.hold(anders=more)
    assert office.ticket("DB-1")["status"] == "open"
    office.replies("anders", "omklædningsrummet", "UDSKIL")
    office.hold(anders=["DB-3"], ole=["DB-3"])
    office.replies("anders", "omklædningsrummet", "Nej, der må slet ikke filmes.")
    no = ["der må slet ikke filmes"]
    office.hold(ole=no, karen=no, anders=["Dit svar på én linje?"])


def the_answer_is_published(office: Office) -> None:
    office.replies("anders", "Hvor længe må vi gemme optagelser?", "OFFENTLIGGØR")
    office.hold(anders=["som det står nedenfor"], mette=["skal offentliggøres"], ole=["skal offentliggøres"])
    office.replies("anders", "som det står nedenfor", "OK")
    office.hold(anders=["Svaret fra DB-1 er offentliggjort"])


def what_was_out_before_still_leads_there(office: Office) -> None:
    office.replies("mette", "nummeret DB-1", "Må vi også gemme lyden?")
    late = ["Må vi også gemme lyden?"]
    office.hold(anders=late, ole=late)
    assert office.ticket("DB-1")["status"] == "open"
    office.replies("ole", "der må slet ikke filmes", "Tak!")
    office.hold()
