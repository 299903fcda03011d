"""An author's word: read from a reply, obeyed once, and heard from nobody else."""

from datetime import datetime

import pytest
from sqlmodel import select

from mailer.processing.decisions import read_choice
from support.builders import LONG_AGO, a_list, a_message, a_post
from support.mail_room import Desk
from tickets import links
from tickets.database.models import Attachment, Choice, Content, Disposition, EventKind, MailingList, Proposal
from tickets.database.store import Store
from tickets.numbers.cpr import MASK
from tickets.portal import Portal
from tickets.reasons import Grounds, Reason
from tickets.tokens import Signer

NUMBER = "010190-1234"
LIST = MailingList(name="db", address="db@example.dk", prefix="DB", created_at=LONG_AGO)


@pytest.fixture
def desk(store: Store, portal: Portal, signer: Signer, now: datetime) -> Desk:
    return Desk(store, portal, signer, now)


@pytest.mark.parametrize(
    "text",
    ["SEND", "send maskeret", "Send maskeret, tak.\n\nMvh Mette", "Ja tak, send den maskeret!", "\nSEND MASKED\n",
     "Send den bare", "OK, send den så nu", "Send den uden nummeret", "> Din mail venter\n\nSEND MASKERET"],
)  # fmt: skip
def test_words_that_send(text: str) -> None:
    assert read_choice(a_post(text=text), LIST) is Choice.SEND


@pytest.mark.parametrize("text", ["TRÆK TILBAGE", "Træk den tilbage, tak", "withdraw please", "Traek tilbage."])
def test_words_that_withdraw(text: str) -> None:
    assert read_choice(a_post(text=text), LIST) is Choice.WITHDRAW


@pytest.mark.parametrize(
    "text",
    [
        "Send ikke",
        "Så send den ikke nu",
        "ok",
        "nu",
        "Send det til Anders",
        "Send den ikke, tak",
        "send, men uden navnet",
        "Hvad betyder det?",
        "",
        "SENDT",
        "send " * 99,
    ],
)
def test_what_decides_nothing(text: str) -> None:
    assert read_choice(a_post(text=text, subject="SV: Din mail venter på dig"), LIST) is None


@pytest.mark.parametrize(
    ("subject", "choice"),
    [
        ("SEND MASKERET", Choice.SEND),
        ("SV: TRÆK TILBAGE", Choice.WITHDRAW),
        ("[EKSTERN] Re: withdraw", Choice.WITHDRAW),
    ],
)
def test_the_subject_of_a_prepared_mail_is_enough(subject: str, choice: Choice) -> None:
    assert read_choice(a_post(subject=subject, text="Med venlig hilsen\nMette"), LIST) is choice


def test_the_text_counts_more_than_the_subject() -> None:
    assert read_choice(a_post(subject="SEND MASKERET", text="Træk tilbage"), LIST) is Choice.WITHDRAW


def held_mail(desk: Desk) -> str:
    """The address at which Mette decides on her mail."""
    message = a_message(Subject=f"Om {NUMBER}", text=f"Hej\n\nBorgeren {NUMBER} vil have indsigt.\n")
    message.add_attachment(b"a harmless file", maintype="text", subtype="plain", filename=f"brev {NUMBER}.txt")
    assert desk.take(message)[0].disposition is Disposition.HELD
    with desk.store.reading() as session:
        proposal = session.exec(select(Proposal)).one()
    return links.decision_address(desk.signer, desk.mailing_list, proposal.key)


def test_send_files_the_mail_with_its_numbers_masked_everywhere(desk: Desk) -> None:
    address = held_mail(desk)

    decision = desk.take(a_message(text="SEND MASKERET"), address)[0]

    assert (decision.disposition, decision.grounds) == (
        Disposition.OBEYED, Grounds(Reason.DECIDED, {"choice": Choice.SEND}),
    )  # fmt: skip
    (message,) = desk.messages()
    assert (message.subject, message.text) == (f"Om {MASK}", f"Hej\n\nBorgeren {MASK} vil have indsigt.")
    assert desk.process()[0].subject == f"Om {MASK}"
    with desk.store.reading() as session:
        assert session.exec(select(Attachment.name)).one() == f"brev {MASK}.txt"
        assert NUMBER.encode() not in session.get_one(Content, message.content_key).octets
    assert desk.events() == [EventKind.CPR_FOUND, EventKind.HELD, EventKind.PROPOSAL_DECIDED, EventKind.ASKED]


def test_withdraw_discards_it(desk: Desk) -> None:
    decision = desk.take(a_message(text="træk tilbage"), held_mail(desk))[0]

    assert decision.grounds == Grounds(Reason.DECIDED, {"choice": Choice.WITHDRAW})
    assert desk.process()[0].disposition is Disposition.DISCARDED
    assert desk.messages() == []


def test_anything_else_is_answered_and_decides_nothing(desk: Desk) -> None:
    decision = desk.take(a_message(text="Hvad mener I?"), held_mail(desk))[0]

    assert (decision.disposition, decision.reason) == (Disposition.OBEYED, Reason.DECIDES_NOTHING)
    assert desk.process()[0].disposition is Disposition.HELD
    assert desk.events()[-1] is EventKind.PROPOSAL_UNCLEAR


def test_a_second_word_changes_nothing(desk: Desk) -> None:
    address = held_mail(desk)
    desk.take(a_message(text="træk tilbage"), address)

    decision = desk.take(a_message(text="send"), address)[0]

    assert decision.grounds == Grounds(Reason.DECIDED_BEFORE, {"choice": Choice.WITHDRAW})
    assert desk.messages() == []


def test_nobody_else_may_decide(desk: Desk) -> None:
    decision = desk.take(a_message(From="Ole Følger <ole@oeby.example.dk>", text="SEND"), held_mail(desk))[0]

    assert decision.disposition is Disposition.HELD
    assert desk.messages() == []


def test_a_robots_answer_decides_nothing(desk: Desk) -> None:
    decision = desk.take(a_message(text="SEND", Auto_Submitted="auto-replied"), held_mail(desk))[0]

    assert decision.disposition is Disposition.DISCARDED
    assert desk.messages() == []


def test_a_token_of_another_list_decides_nothing(desk: Desk) -> None:
    address = held_mail(desk)
    with desk.store.transaction() as session:
        a_list(session, "sikkerhed", "SIK")

    decision = desk.take(a_message(text="SEND"), address.replace("databeskyttelse", "sikkerhed"))[0]

    assert (decision.disposition, decision.reason) == (Disposition.HELD, Reason.NOT_ASKED)


def test_a_copy_of_what_was_filed_masked_is_a_copy(desk: Desk) -> None:
    message = a_message(text=f"Borgeren {NUMBER} vil have indsigt.")
    desk.take(message)
    with desk.store.reading() as session:
        key = session.exec(select(Proposal.id)).one()
    desk.take(a_message(text="SEND"), links.decision_address(desk.signer, desk.mailing_list, key or 0))
    message["Received"] = "by another way"

    assert desk.take(message)[0].reason == Reason.COPY_OF_FILED


def test_a_confidential_address_still_counts_when_the_mail_goes_on(desk: Desk) -> None:
    message = a_message(text=f"Borgeren {NUMBER} vil have indsigt.")
    desk.take(message, "databeskyttelse@example.dk", "databeskyttelse+fortrolig@example.dk")
    with desk.store.reading() as session:
        key = session.exec(select(Proposal.id)).one()

    desk.take(a_message(text="SEND"), links.decision_address(desk.signer, desk.mailing_list, key or 0))

    assert desk.ticket().visibility == "confidential"
