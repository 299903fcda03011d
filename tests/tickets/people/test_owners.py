"""What members write to those who run a list reaches these as mail, to be answered by pressing Reply."""

import email
import email.policy
import re
from datetime import datetime
from email.message import EmailMessage
from io import BytesIO
from zipfile import ZipFile

import pytest
from sqlmodel import select

from mailer.letters.digests.timetable import make_digest
from mailer.letters.distribution import distributor
from mailer.letters.letters import Copier
from support.builders import a_list, a_message, a_person
from support.children import keeper_of
from support.mail_room import Desk as MailRoom
from support.town import LIST, OLE, STRANGER
from tickets import journal
from tickets.database.models import (
    Arrival,
    Choice,
    Delivery,
    Disposition,
    Letter,
    LetterKind,
    Message,
    Mode,
    OwnerMail,
    Proposal,
    Role,
)
from tickets.database.store import Store
from tickets.moderation import proposals
from tickets.people import appointments, persons, subscriptions
from tickets.portal import Portal
from tickets.reasons import Grounds, Reason
from tickets.tokens import Signer

OWNERS = "databeskyttelse+owner@example.dk"
NUMBER = "010190-1234"


class Desk(MailRoom):
    """A mail room whose list has Karen as its editor, Ole as a weekly reader, and Bo as its administrator."""

    def __init__(self, store: Store, portal: Portal, signer: Signer, now: datetime) -> None:
        super().__init__(store, portal, signer, now)
        self.follower = distributor(portal, signer, take_out=keeper_of(portal).take_out)
        with store.transaction() as session:
            self.karen = a_person(session, "karen@forening.example.dk", "Karen Redaktør")
            bo = a_person(session, "bo@drift.example.dk", "Bo Drift")
            appointments.appoint(session, self.karen, Role.EDITOR, self.mailing_list)
            appointments.appoint(session, bo, Role.ADMINISTRATOR)
            journal.place_bookmark(session, self.follower)
            subscriptions.subscribe(session, self.ole, self.mailing_list, Mode.WEEKLY, now)

    def follow(self) -> None:
        while journal.follow(self.store, self.follower, self.now):
            pass

    def letters(self, kind: LetterKind = LetterKind.TO_OWNERS) -> dict[str, EmailMessage]:
        """The letters of this kind, as they leave, by their recipient."""
        self.follow()
        with self.store.reading() as session:
            query = select(Delivery, Letter).join(Letter, Letter.id == Delivery.letter_key)  # type: ignore[arg-type]
            return {
                delivery.recipient.partition("@")[0]: self._read(letter, delivery)
                for delivery, letter in session.exec(query.where(Delivery.kind == kind))
            }

    def _read(self, letter: Letter, delivery: Delivery) -> EmailMessage:
        octets = Copier(self.portal, self.signer, letter, self.mailing_list, 0).copy(delivery)
        message = email.message_from_bytes(octets, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        return message

    def digest(self) -> EmailMessage:
        """The digest that Ole gets."""
        self.take(a_message(Subject="Må vi udlevere?"))
        with self.store.transaction() as session:
            make_digest(session, self.portal, self.signer, self.mailing_list, self.now)
        return self.letters(LetterKind.DIGEST)["ole"]

    def reply(self, letter: EmailMessage, text: str, **fields: str) -> EmailMessage:
        """What Ole's mail program makes of Reply."""
        return a_message(
            From=OLE, To=str(letter["Reply-To"]), Subject=f"SV: {letter['Subject']}",
            In_Reply_To=str(letter["Message-ID"]), References=str(letter["Message-ID"]), text=text, **fields,
        )  # fmt: skip


def text(letter: EmailMessage, kind: str = "plain") -> str:
    part = letter.get_body((kind,))
    assert part is not None
    return str(part.get_content())


@pytest.fixture
def desk(store: Store, portal: Portal, signer: Signer, now: datetime) -> Desk:
    return Desk(store, portal, signer, now)


def test_a_reply_to_the_digest_reaches_the_editors_as_mail(desk: Desk) -> None:
    digest = desk.digest()
    before = len(desk.messages())

    arrival = desk.take(desk.reply(digest, "Vi deltager gerne på mødet."), str(digest["Reply-To"]))[0]

    letters = desk.letters()
    assert (list(letters), len(desk.messages())) == (["karen"], before)
    letter = letters["karen"]
    assert arrival.disposition is Disposition.OBEYED
    assert arrival.grounds == Grounds(Reason.HANDED_ON, {"mailing_list": "databeskyttelse@example.dk"})
    assert str(letter["Subject"]).startswith("SV: Må vi udlevere?, uge 47")
    assert letter["Reply-To"] == "ole@oeby.example.dk"
    assert "Ole Følger - Øby Kommune via" in str(letter["From"])
    assert "List-Id" not in letter
    for kind in ("plain", "html"):
        assert "Vi deltager gerne på mødet." in text(letter, kind)
        assert "ole@oeby.example.dk" in text(letter, kind)


def test_answering_all_the_editor_reaches_no_list(desk: Desk) -> None:
    desk.take(a_message(From=OLE, text="Kan I bruge et eksempel?"), OWNERS)

    letter = desk.letters()["karen"]

    assert {letter["To"].addresses[0].addr_spec, letter["From"].addresses[0].addr_spec} == {OWNERS}


def test_without_editors_it_reaches_the_administrators(desk: Desk) -> None:
    with desk.store.transaction() as session:
        appointments.dismiss(session, desk.karen, Role.EDITOR, desk.mailing_list)

    desk.take(a_message(From=OLE), OWNERS)

    assert list(desk.letters()) == ["bo"]


def test_an_editors_own_goes_to_the_others_who_run_the_list(desk: Desk) -> None:
    desk.take(a_message(From="Karen Redaktør <karen@forening.example.dk>"), OWNERS)

    assert list(desk.letters()) == ["bo"]


def test_where_nobody_runs_the_list_it_is_held(desk: Desk) -> None:
    with desk.store.transaction() as session:
        appointments.dismiss(session, desk.karen, Role.EDITOR)
        bo = persons.get_person(session, "bo@drift.example.dk")
        appointments.dismiss(session, bo, Role.ADMINISTRATOR)

    arrival = desk.take(a_message(From=OLE), OWNERS)[0]

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, Reason.FOR_ADMINISTRATORS)


@pytest.mark.parametrize("address", [OWNERS, "databeskyttelse-owner@example.dk"])
def test_a_strangers_stays_held(desk: Desk, address: str) -> None:
    arrival = desk.take(a_message(From=STRANGER), address)[0]

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, Reason.FOR_ADMINISTRATORS)
    assert desk.letters() == {}
    with desk.store.reading() as session:
        assert persons.person_with(session, "frank@example.org") is None


def test_who_is_no_member_of_a_restricted_list_is_held(desk: Desk) -> None:
    with desk.store.transaction() as session:
        desk.mailing_list.is_restricted = True
        session.add(desk.mailing_list)

    arrival = desk.take(a_message(), OWNERS)[0]

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, Reason.FOR_ADMINISTRATORS)


def test_postmaster_is_the_administrators_as_before(desk: Desk) -> None:
    arrival = desk.take(a_message(From=OLE), "postmaster@example.dk")[0]

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, Reason.FOR_ADMINISTRATORS)


def test_an_automatic_answer_to_the_digest_troubles_nobody(desk: Desk) -> None:
    digest = desk.digest()

    arrival = desk.take(desk.reply(digest, "Jeg er på ferie.", Auto_Submitted="auto-replied"), OWNERS)[0]

    assert arrival.disposition is Disposition.DISCARDED
    assert desk.letters() == {}


def test_a_cpr_number_waits_for_its_author_and_goes_on_masked(desk: Desk) -> None:
    arrival = desk.take(a_message(From=OLE, text=f"Det gælder {NUMBER}."), OWNERS)[0]
    held = (arrival.disposition, arrival.reason, desk.letters())

    with desk.store.transaction() as session:
        proposals.decide(session, session.exec(select(Proposal)).one(), Choice.SEND, desk.now)
    desk.process()

    assert held == (Disposition.HELD, Reason.HOLDS_CPR, {})
    letter = desk.letters()["karen"]
    assert "Det gælder" in text(letter)
    with desk.store.reading() as session:
        letters = session.exec(select(Letter)).all()
    assert not any(NUMBER.encode() in one.octets for one in letters)


def test_files_go_with_it(desk: Desk) -> None:
    message = a_message(From=OLE, text="Her er vores skema.")
    message.add_attachment("navn;antal\nØby;3\n", subtype="csv", filename="Skema fra Øby.csv")
    message.add_attachment(message_of("Videresendt"), filename="mail.eml")

    desk.take(message, OWNERS)

    letter = desk.letters()["karen"]
    files = {part.get_filename(): part for part in letter.iter_attachments()}
    assert files["Skema fra Øby.csv"].get_payload(decode=True) == "navn;antal\r\nØby;3\r\n".encode()
    assert text(letter, "html").count("Her er vores skema.") == 1
    assert letter.get_content_type() == "multipart/mixed"


@pytest.mark.parametrize("wrap", ["text", "file", "message", "letter", "archive"])
def test_what_was_made_for_the_author_alone_reaches_no_editor_in_a_file(desk: Desk, wrap: str) -> None:
    digest = desk.digest()
    own = desk.reply_address(desk.ticket(), desk.ole)
    message = a_message(From=OLE, To=OWNERS, text=f"Min adresse er {own}")
    match wrap:
        case "file":
            message.add_attachment(f"Reply-To: {own}\n", filename="brev.txt")
        case "message":
            message.add_attachment(a_message(Subject="Brevet", Reply_To=own))
        case "letter":
            message.add_attachment(digest)
        case "archive":
            packed = BytesIO()
            with ZipFile(packed, "w") as archive:
                archive.writestr("brev.eml", bytes(digest) + own.encode())
            message.add_attachment(packed.getvalue(), maintype="application", subtype="zip", filename="breve.zip")

    desk.take(message, OWNERS)

    said = everything(desk.letters()["karen"])
    assert b"Min adresse" in said
    assert KEY.findall(said) == []


KEY = re.compile(rb"[+/][0-9a-z]{34}\b")


def everything(letter: EmailMessage) -> bytes:
    """All that a letter has, decoded and unpacked."""
    pieces = [part.get_payload(decode=True) or b"" for part in letter.walk() if not part.is_multipart()]
    inner = [bytes(part) for part in letter.walk() if part.get_content_type() == "message/rfc822"]
    opened = []
    for piece in pieces:
        if piece.startswith(b"PK"):
            with ZipFile(BytesIO(piece)) as archive:
                opened += [archive.read(name) for name in archive.namelist()]
    return b"\n".join([*pieces, *inner, *opened])


def message_of(words: str) -> EmailMessage:
    return a_message(Subject=words, text=words)


def test_reply_to_list_and_reply_all_are_no_question_to_everybody(desk: Desk) -> None:
    digest = desk.digest()
    before = len(desk.messages())

    to_list = desk.take(desk.reply(digest, "Vi deltager gerne."), LIST)[0]
    to_all = desk.take(desk.reply(digest, "Og vi tager kage med."), OWNERS, LIST)

    assert to_list.disposition is Disposition.OBEYED
    assert sorted(one.disposition or "" for one in to_all) == [Disposition.DISCARDED, Disposition.OBEYED]
    assert len(desk.messages()) == before
    desk.follow()
    with desk.store.reading() as session:
        assert len(session.exec(select(Delivery).where(Delivery.kind == LetterKind.TO_OWNERS)).all()) == 2


def test_a_reply_to_the_letter_of_welcome_reaches_the_editors(desk: Desk) -> None:
    welcome = desk.letters(LetterKind.SUBSCRIBED)["ole"]

    desk.take(desk.reply(welcome, "Kan min kollega også være med?"), str(welcome["Reply-To"]))
    desk.take(desk.reply(welcome, "Jeg mener Kai."), LIST)

    assert list(desk.letters()) == ["karen"]


def test_an_anonymous_question_that_cites_a_digest_is_a_question(desk: Desk) -> None:
    digest = desk.digest()

    arrival = desk.take(desk.reply(digest, "Må vi det?"), "databeskyttelse+anonym@example.dk")[0]

    assert arrival.disposition is Disposition.HELD
    assert arrival.reason is Reason.PREVIEWED


def test_who_cites_another_readers_letter_asks_everybody(desk: Desk) -> None:
    """A digest's id is no key: who never got it starts a ticket, as with any mail."""
    digest = desk.digest()
    reply = desk.reply(digest, "Hvor længe gemmer vi det?")
    del reply["From"]
    reply["From"] = "Mette Eksempel <mette@proevested.example.dk>"

    assert desk.take(reply, LIST)[0].disposition is Disposition.FILED


def test_nothing_of_it_is_kept_but_the_letter_and_the_mail_itself(desk: Desk) -> None:
    desk.take(a_message(From=OLE, text="Kun til jer."), OWNERS)
    with desk.store.reading() as session:
        waiting = len(session.exec(select(OwnerMail)).all())

    desk.follow()

    with desk.store.reading() as session:
        assert (waiting, session.exec(select(OwnerMail)).all(), session.exec(select(Message)).all()) == (1, [], [])
        assert len(session.exec(select(Arrival)).all()) == 1


def test_a_mail_to_those_who_run_two_lists_reaches_both_and_each_once(desk: Desk) -> None:
    with desk.store.transaction() as session:
        a_list(session, "sikkerhed", "SI")

    arrivals = desk.take(a_message(From=OLE), OWNERS, "databeskyttelse-owner@example.dk", "sikkerhed+owner@example.dk")

    told = sorted(str(one.disposition) for one in arrivals)
    assert told == [Disposition.DISCARDED, Disposition.OBEYED, Disposition.OBEYED]
    assert sorted(desk.letters()) == ["bo", "karen"]
