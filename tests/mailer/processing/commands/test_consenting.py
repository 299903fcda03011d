"""An asker's word on whether others may see more: of what they were asked about, and as it was when they were."""

from datetime import timedelta

import pytest

from mailer.processing.commands.consenting import read_word
from mailer.sandbox.verifier import Verifier
from support.builders import a_list, a_message
from support.command_desk import CommandDesk, desk, plain
from support.signing import sign
from support.signing_town import SIGNED, name_server, verifiers
from support.town import METTE, METTES
from tickets.database.models import MailingList, Person, Role, Ticket, Visibility
from tickets.people import appointments
from tickets.reasons import Reason

__all__ = ["desk", "name_server", "verifiers"]


@pytest.fixture
def asked(desk: CommandDesk) -> CommandDesk:
    """Mette asked in confidence, and is asked whether others may see it; Anders is a lawyer of a public list too."""
    with desk.store.transaction() as session:
        public = a_list(session, "aaben", "AA")
        public.is_public = True
        session.add(public)
        appointments.appoint(session, session.get_one(Person, desk.anders.id), Role.LAWYER, public)
    desk.asks(visibility=Visibility.CONFIDENTIAL)
    desk.replies(desk.anders, "ÅBEN")
    return desk


def says(desk: CommandDesk, text: str, address: str = "", **fields: str) -> Reason | None:
    """What became of Mette's answer to the newest letter, or at this address."""
    address = address or asked_at(desk)
    answer = {"From": "Mette Eksempel <mette@proevested.example.dk>", "To": address, "Subject": "SV: Må andre se?"}
    arrival = desk.take(a_message(**answer | {"text": text} | fields), address)[0]
    desk.distribute()
    return arrival.reason


def asked_at(desk: CommandDesk) -> str:
    return str(desk.letters_to(desk.mette)[-1]["Reply-To"]).strip("<>")


def where(desk: CommandDesk) -> tuple[str, Visibility]:
    with desk.store.reading() as session:
        ticket = session.get_one(Ticket, desk.messages()[-1].ticket_key)
        return session.get_one(MailingList, ticket.mailing_list_key).name, ticket.visibility


def test_what_was_allowed_on_one_list_is_asked_again_on_another(asked: CommandDesk) -> None:
    before = asked_at(asked)
    asked.replies(asked.anders, "FLYT aaben")

    says(asked, "JA", before)

    assert where(asked) == ("aaben", Visibility.CONFIDENTIAL)
    letter = plain(asked.letters_to(asked.mette)[-1])
    assert letter.startswith("Må andre se mere af dit spørgsmål? [AA-1]\n")
    says(asked, "JA", before)
    assert where(asked) == ("aaben", Visibility.CONFIDENTIAL)
    says(asked, "JA")
    assert where(asked) == ("aaben", Visibility.OPEN)


def test_what_was_opened_and_closed_since_is_asked_again(asked: CommandDesk) -> None:
    first = asked_at(asked)
    says(asked, "JA", first)
    asked.replies(asked.anders, "FORTROLIG")
    asked.replies(asked.anders, "ÅBEN")
    second = asked_at(asked)
    assert second != first

    says(asked, "JA", first)

    assert where(asked)[1] is Visibility.CONFIDENTIAL
    says(asked, "JA", second)
    assert where(asked)[1] is Visibility.OPEN


def test_two_things_allowed_one_by_one_are_not_allowed_together(desk: CommandDesk) -> None:
    desk.asks(visibility=Visibility.CONFIDENTIAL)
    desk.replies(desk.anders, "FLYT nis2")
    moved = asked_at(desk)
    desk.replies(desk.anders, "ÅBEN")
    opened = asked_at(desk)
    assert moved != opened

    says(desk, "JA", moved)
    says(desk, "JA", opened)

    assert where(desk) == ("nis2", Visibility.CONFIDENTIAL)
    says(desk, "JA")
    assert where(desk) == ("nis2", Visibility.OPEN)


def test_what_nobody_answered_in_time_may_be_asked_again(asked: CommandDesk) -> None:
    before = asked_at(asked)
    asked.now += timedelta(days=15)

    says(asked, "JA", before)
    assert where(asked)[1] is Visibility.CONFIDENTIAL
    asked.replies(asked.anders, "ÅBEN")
    says(asked, "JA")

    assert where(asked)[1] is Visibility.OPEN


def test_nobody_else_and_no_robot_has_a_word(asked: CommandDesk) -> None:
    address = asked_at(asked)
    others = [f"{one.name} <{one.email}>" for one in (asked.ole, asked.karin, asked.anders, asked.sofie)]

    heard = [says(asked, "JA", address, From=one) for one in others]
    says(asked, "JA", address, Auto_Submitted="auto-replied")
    says(asked, "JA", address, List_Id="<arkiv.example.org>")

    assert heard == [Reason.NOT_THEIRS] * 4
    assert where(asked)[1] is Visibility.CONFIDENTIAL


@pytest.mark.parametrize("mode", ["signatures", "dmarc"])
def test_a_private_yes_that_somebody_sends_here_allows_nothing(
    asked: CommandDesk, verifiers: dict[str, Verifier], mode: str
) -> None:
    asked.employ(verifier=verifiers[mode])
    address = asked_at(asked)

    def hand_over(to: str) -> Reason | None:
        mail = a_message(From=METTE, To=to, Subject="SV: Frokost", text="Ja tak")
        asked.hand_over(sign(bytes(mail), METTES, SIGNED), address)
        return asked.process()[-1].reason

    assert hand_over("frank@example.org") is Reason.REPLAYED
    assert where(asked)[1] is Visibility.CONFIDENTIAL
    assert hand_over(address) is Reason.CONSENTED


def test_a_secretary_allows_nothing_for_who_asked(asked: CommandDesk) -> None:
    assert says(asked, "JA", Sender="sekretariat@proevested.example.dk") is Reason.SENT_FOR

    assert where(asked)[1] is Visibility.CONFIDENTIAL
    assert says(asked, "NEJ", Sender="sekretariat@proevested.example.dk") is Reason.REFUSED
    says(asked, "JA")
    assert where(asked)[1] is Visibility.CONFIDENTIAL


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("JA", True), ("Ja tak.", True), ("Nej", False), ("> Må andre se?\n\nJa", True), ("Ja, men kun hvis", None),
        ("---------- Forwarded message ---------\nFra: Frank\n\nJa", None), ("", None), ("> JA", None),
    ],
)  # fmt: skip
def test_the_first_line_alone_is_heard(text: str, word: bool | None) -> None:
    assert read_word(text) is word
