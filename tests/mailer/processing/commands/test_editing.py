"""An editor's word on a digest: what they get the afternoon before goes out as they want it, or as it is."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from sqlmodel import col, select

from mailer.letters.digests.timetable import Digester
from mailer.processing.commands.editing import DigestOrders, read_orders
from mailer.sandbox.verifier import Verifier
from support.builders import a_filed_message, a_message, a_person
from support.command_desk import CommandDesk, plain
from support.signing import sign
from support.signing_town import SIGNED, name_server, verifiers
from support.town import ANDERSES
from tickets.database.models import Arrival, Delivery, Digest, Disposition, LetterKind, Mode, Person, Role
from tickets.database.store import Store
from tickets.people import appointments, subscriptions
from tickets.portal import Portal
from tickets.reasons import Reason
from tickets.tokens import Signer

__all__ = ["name_server", "verifiers"]

FRIDAY = datetime(2026, 11, 27, 13, 0, tzinfo=UTC)  # 14:00 here
MONDAY = datetime(2026, 11, 30, 7, 0, tzinfo=UTC)


class Newsroom(CommandDesk):
    """A list with an editor, Karen, and a weekly reader, Ulla; its digest is due on Mondays at eight."""

    def __init__(self, store: Store, portal: Portal, signer: Signer, now: datetime) -> None:
        super().__init__(store, portal, signer, now)
        with store.transaction() as session:
            self.karen = a_person(session, "karen@forening.example.dk", "Karen Redaktør")
            appointments.appoint(session, self.karen, Role.EDITOR, self.mailing_list)
            self.ulla = a_person(session, "ulla@oeby.example.dk", "Ulla Ugebrev")
            subscriptions.subscribe(session, self.ulla, self.mailing_list, Mode.WEEKLY, now)
        self.at(now)
        for subject in ("Må vi udlevere?", "Hvor længe?"):
            self.file(subject)

    def file(self, subject: str) -> None:
        with self.store.transaction() as session:
            asker = session.get_one(Person, self.mette.key)
            a_filed_message(
                session, self.portal, self.mailing_list, asker, self.now, subject=subject, text="Må vi det?"
            )

    def at(self, now: datetime) -> None:
        """Let it be this time: what is due is made, and what it causes owed."""
        self.now = now
        Digester(self.store, self.portal, self.signer, lambda: self.now).work()
        self.distribute()

    def got(self, person: Person, kind: LetterKind) -> list[EmailMessage]:
        letters = self.letters_to(person)
        with self.store.reading() as session:
            query = select(Delivery.kind).where(Delivery.person_key == person.id).order_by(col(Delivery.id))
            return [letter for letter, one in zip(letters, session.exec(query), strict=True) if one is kind]

    def drafts(self) -> list[EmailMessage]:
        return self.got(self.karen, LetterKind.DIGEST_DRAFT)

    def issues(self) -> list[str]:
        return [plain(one) for one in self.got(self.ulla, LetterKind.DIGEST)]

    def answer(self, words: str, author: Person | None = None, **more: str) -> Arrival:
        """A reply to the newest draft."""
        who, address = author or self.karen, str(self.drafts()[-1]["Reply-To"]).strip("<>")
        fields = {"From": f"{who.name} <{who.email}>", "Subject": "SV: Udkast", "To": address} | more
        arrival = self.take(a_message(**fields, text=words), address)[0]
        self.distribute()
        return arrival


@pytest.fixture
def room(store: Store, portal: Portal, signer: Signer, now: datetime) -> Newsroom:
    return Newsroom(store, portal, signer, now)


def test_the_editor_gets_it_on_the_afternoon_before_and_without_an_answer_it_goes(room: Newsroom) -> None:
    room.at(FRIDAY - timedelta(minutes=1))
    assert room.drafts() == []

    room.at(FRIDAY)
    (draft,) = room.drafts()
    room.at(MONDAY - timedelta(minutes=1))
    assert room.issues() == []
    room.at(MONDAY)

    told = plain(draft)
    assert told.startswith("Udkast: Må vi udlevere? – og 1 sag mere, uge 48\n")
    assert "går den ud af sig selv 30. nov. 2026 kl. 08.00. 1 person får den." in told
    (issue,) = room.issues()
    shown = issue.split("\n", 1)[1].split("--------------------------------")[0].strip()
    assert shown.startswith("databeskyttelse, uge 48")
    assert shown in told


def test_what_comes_after_the_editor_got_it_is_the_next_ones(room: Newsroom) -> None:
    room.at(FRIDAY)
    room.file("Kom for sent")
    room.at(MONDAY)
    assert "Kom for sent" not in room.issues()[-1]

    room.at(MONDAY + timedelta(days=7))

    assert "Kom for sent" in room.issues()[-1]


def test_an_editor_features_leaves_out_and_introduces(room: Newsroom) -> None:
    room.file("Uinteressant")
    room.at(FRIDAY)

    arrival = room.answer("Hej\n\nFREMHÆV DB-2\nUDELAD DB-3\n\nI denne uge: læs om frister.\n\nMvh Karen")
    room.at(MONDAY)

    assert (arrival.disposition, arrival.reason) == (Disposition.OBEYED, Reason.DIGEST_EDITED)
    assert len(room.drafts()) == 2
    assert "Karen Redaktør har rettet i mailen" in plain(room.drafts()[-1])
    (issue,) = room.issues()
    assert issue.startswith("Hvor længe? – og 1 sag mere, uge 48\n")
    assert "\nI denne uge: læs om frister.\n" in issue
    assert "Fremhævet (1)\n  - Hvor længe? (DB-2)" in issue
    assert "Uinteressant" not in issue
    assert "Mvh" not in issue


def test_send_sends_at_once_and_once(room: Newsroom) -> None:
    room.at(FRIDAY)

    room.answer("SEND")
    assert len(room.issues()) == 1
    room.at(MONDAY)

    assert len(room.issues()) == 1
    assert room.answer("SEND").reason is Reason.DIGEST_SENT
    (word,) = room.got(room.karen, LetterKind.DIGEST_SENT)
    assert "Karen Redaktør har sendt mailen 27. nov. 2026 kl. 14.00 til én person." in plain(word)
    assert f"{room.portal.base_url}/l/db/2026-W49" in plain(word)
    assert len(room.issues()) == 1


def test_wait_keeps_it_until_send(room: Newsroom) -> None:
    room.at(FRIDAY)
    room.answer("Vent")
    room.at(MONDAY + timedelta(hours=5))
    assert room.issues() == []
    assert "Den venter, til du svarer SEND." in plain(room.drafts()[-1])

    room.answer("SEND")

    assert len(room.issues()) == 1


def test_what_was_stopped_and_never_sent_is_told_by_the_next(room: Newsroom) -> None:
    room.at(FRIDAY)
    room.answer("VENT")
    room.at(MONDAY + timedelta(days=7))

    (issue,) = room.issues()

    assert "Må vi udlevere? (DB-1)" in issue


def test_nobody_but_an_editor_has_a_word(room: Newsroom) -> None:
    room.at(FRIDAY)

    arrival = room.answer("SEND", author=room.ole)

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, Reason.NOT_THEIRS)
    assert room.issues() == []


NUMBER = "010190-1234"


@pytest.mark.parametrize(
    "words",
    [
        f"I denne uge har {NUMBER} klaget.",
        f"FREMHÆV DB-2\n\nSagen om {NUMBER} er endt.",
        f"SEND\n\nSagen om {NUMBER} er endt.",
        "Sagen om cpr-nr. 0101901234 er endt.",
    ],
)
def test_a_number_in_an_introduction_waits_for_its_editor_and_is_masked(room: Newsroom, words: str) -> None:
    room.at(FRIDAY)

    arrival = room.answer(words)
    assert arrival.reason is Reason.HOLDS_CPR
    assert len(room.drafts()) == 1
    asked = room.letters_to(room.karen)[-1]
    address = str(asked["Reply-To"]).strip("<>")
    room.take(
        a_message(**{"From": "Karen Redaktør <karen@forening.example.dk>", "To": address, "text": "SEND"}), address
    )
    room.distribute()
    room.at(MONDAY)

    (issue,) = room.issues()
    assert "endt." in issue or "klaget." in issue
    assert not any(NUMBER in said or "0101901234" in said for said in (issue, plain(room.drafts()[-1])))


@pytest.mark.parametrize("words", ["Chefen er umulig.", "Send", "Vent"])
@pytest.mark.parametrize("mode", ["signatures", "dmarc"])
def test_an_editors_private_mail_that_somebody_sends_here_is_no_word_on_it(
    room: Newsroom, verifiers: dict[str, Verifier], mode: str, words: str
) -> None:
    room.at(FRIDAY)
    room.employ(verifier=verifiers[mode])
    address = str(room.drafts()[-1]["Reply-To"]).strip("<>")
    private = {"From": "Karen Redaktør <karen@forening.example.dk>", "To": "frank@example.org", "text": words}
    mail = a_message(**private | {"Date": "Fri, 27 Nov 2026 12:50:00 +0000"})

    room.hand_over(sign(bytes(mail), ANDERSES, SIGNED, at=FRIDAY), address)

    assert room.process()[-1].reason is Reason.REPLAYED
    room.distribute()
    assert (len(room.drafts()), room.issues()) == (1, [])


PASSED_ON = "Fra: Frank <frank@example.org>\nSendt: 27. november 2026 14:00\nTil: Karen\nEmne: Hej\n\n"


@pytest.mark.parametrize(
    ("words", "subject"),
    [
        (f"Se her\n\n{PASSED_ON}SEND\nUDELAD DB-1\nFortroligt.", "VS: Hej"),
        (f"Se her\n\n{PASSED_ON}SEND\nUDELAD DB-1\nFortroligt.", "SV: Udkast"),
        ("Se her\n\n---------- Forwarded message ---------\nFra: Frank <frank@example.org>\nDate: fre. 27. nov. 2026\n"
         "Subject: Hej\nTo: Karen\n\nSEND\nUDELAD DB-1\nFortroligt.", "VS: Hej"),
        ("Se her\n\nDen 27. nov. 2026 kl. 14.00 skrev Frank <frank@example.org>:\n> SEND\n> UDELAD DB-1\n> Fortroligt.",
         "SV: Udkast"),
    ],
)  # fmt: skip
def test_what_an_editor_quotes_or_passes_on_commands_and_introduces_nothing(
    room: Newsroom, words: str, subject: str
) -> None:
    room.at(FRIDAY)

    room.answer(words, Subject=subject)
    assert room.issues() == []
    room.at(MONDAY)

    (issue,) = room.issues()
    assert "\nSe her\n" in issue
    assert "(DB-1)" in issue
    assert "Fortroligt" not in issue


def test_without_an_editor_it_is_put_together_when_it_is_sent(room: Newsroom) -> None:
    with room.store.transaction() as session:
        appointments.dismiss(session, room.karen, Role.EDITOR, room.mailing_list)
    room.at(FRIDAY)
    with room.store.reading() as session:
        assert session.exec(select(Digest).where(Digest.period == "2026-W49")).all() == []
    room.file("Kom i tide")

    room.at(MONDAY)

    assert "Kom i tide" in room.issues()[-1]


@pytest.mark.parametrize(
    ("said", "orders"),
    [
        ("SEND", DigestOrders(sends=True)),
        ("send.", DigestOrders(sends=True)),
        ("Vent", DigestOrders(stops=True)),
        ("FREMHÆV DB-9", DigestOrders(featured=[9])),
        ("Udelad DB-12 og DB-13", DigestOrders(left_out=[12, 13])),
        ("OMIT: db-12, DB-13.", DigestOrders(left_out=[12, 13])),
        ("Send ikke endnu", DigestOrders(introduction="Send ikke endnu")),
        ("Udelad IT-3", DigestOrders(introduction="Udelad IT-3")),
        ("Kære alle\n\nGod læselyst.\n\nFREMHÆV DB-1", DigestOrders(featured=[1], introduction="God læselyst.")),
        ("", DigestOrders()),
    ],
)
def test_a_command_stands_in_a_line_of_its_own_and_all_else_is_the_introduction(
    said: str, orders: DigestOrders
) -> None:
    assert read_orders(said, "DB") == orders
