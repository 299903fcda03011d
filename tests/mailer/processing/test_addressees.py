"""What is known to be meant for elsewhere, or may be, is asked about before anything comes of it for others."""

import email
import email.policy

import pytest
from sqlmodel import select

from mailer.letters.distribution import distributor
from mailer.letters.letters import Copier
from support.builders import a_person
from support.signing_town import (
    EXCHANGES,
    LEAVE,
    SIGNED,
    Town,
    a_members_mail,
    a_private_mail,
    name_server,
    town,
    verifiers,
)
from support.town import LIST
from tickets import journal
from tickets.database.models import Choice, Delivery, Disposition, EventKind, Letter, LetterKind, MailingList, Role
from tickets.moderation import proposals
from tickets.people import appointments
from tickets.reasons import Reason

__all__ = ["name_server", "town", "verifiers"]  # pytest finds them here

OWNERS, SECRET = "databeskyttelse+owner@example.dk", "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n"


@pytest.fixture
def edited(town: Town) -> Town:
    """A town whose list has an editor, to whom what is written to those who run it is handed on."""
    with town.desk.store.transaction() as session:
        editor = a_person(session, "eva@oeby.example.dk", "Eva Redaktør")
        appointments.appoint(session, editor, Role.EDITOR, session.get_one(MailingList, town.desk.mailing_list.id))
        journal.place_bookmark(session, distributor(town.desk.portal, town.desk.signer))
    return town


def letters(town: Town, kind: LetterKind) -> list[tuple[str, str]]:
    """The id and the text of each letter of a kind that is owed by now."""
    desk = town.desk
    follower = distributor(desk.portal, desk.signer)
    while journal.follow(desk.store, follower, desk.now):
        pass
    with desk.store.reading() as session:
        query = select(Delivery, Letter).join(Letter, Letter.id == Delivery.letter_key)  # type: ignore[arg-type]
        return [
            (letter.message_id, read(Copier(desk.portal, desk.signer, letter, desk.mailing_list, 0).copy(delivery)))
            for delivery, letter in session.exec(query.where(Delivery.kind == kind).order_by(Delivery.id))  # type: ignore[arg-type]
        ]


def read(octets: bytes) -> str:
    part = email.message_from_bytes(octets, policy=email.policy.default).get_body(("plain",))
    assert part is not None
    return " ".join(str(part.get_content()).split())


@pytest.mark.alike
@pytest.mark.parametrize(
    ("fields", "recipient"),
    [
        ({}, OWNERS),
        ({}, "databeskyttelse-owner@example.dk"),
        ({"To": LIST}, OWNERS),  # meant for other readers
        ({"To": OWNERS}, LIST),
        ({"To": "databeskyttelse+help@example.dk"}, LIST),
        ({"text": SECRET}, LIST),
        ({"text": SECRET}, OWNERS),
        ({"text": "Det drejer sig om 010190-1234."}, OWNERS),  # of which the lawyers would be told
    ],
)
def test_a_members_mail_that_was_signed_for_elsewhere_waits_before_anything_comes_of_it(
    edited: Town, fields: dict[str, str], recipient: str
) -> None:
    arrival = edited.send(a_members_mail(**fields), recipient)

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, Reason.UNADDRESSED)
    assert edited.is_untouched()
    assert edited.desk.events()[-2:] == [EventKind.UNADDRESSED, EventKind.HELD]


def test_a_mail_to_those_who_run_a_list_goes_on_if_it_was_signed_for_them_or_its_author_says_so(edited: Town) -> None:
    signed = edited.send(a_members_mail(To=OWNERS), OWNERS)
    waiting = edited.send(a_members_mail(EXCHANGES, Message_ID="<2@proevested.example.dk>"), OWNERS)
    with edited.desk.store.transaction() as session:
        asked = proposals.newest_of(session, waiting.key)
        assert asked is not None
        proposals.decide(session, asked, Choice.SEND, edited.desk.now)

    assert (signed.disposition, waiting.disposition) == (Disposition.OBEYED, Disposition.HELD)
    assert edited.desk.process()[-1].disposition is Disposition.OBEYED
    assert edited.desk.events().count(EventKind.OWNERS_WRITTEN) == 2


def test_its_author_is_told_which_address_it_came_to_and_no_key_of_somebody_else(edited: Town) -> None:
    anothers = edited.desk.reply_address(edited.desk.ticket(), edited.desk.ole)
    for number, recipient in enumerate((OWNERS, anothers)):
        edited.send(a_members_mail(Message_ID=f"<{number}@proevested.example.dk>"), recipient)

    texts = [text for _, text in letters(edited, LetterKind.UNPROVEN)]

    assert f"i dit navn til {OWNERS} 23. nov." in texts[0]
    assert f"i dit navn til {LIST} 23. nov." in texts[1]
    assert anothers not in texts[1]


def test_a_lawyers_mail_for_their_own_reply_address_is_no_command_and_no_mail_to_editors(edited: Town) -> None:
    own = edited.desk.reply_address(edited.desk.ticket(), edited.desk.anders)

    arrivals = [edited.send(a_private_mail(To=own), recipient) for recipient in (LEAVE, OWNERS)]

    assert {(one.disposition, one.reason) for one in arrivals} == {(Disposition.HELD, Reason.REPLAYED)}


def test_an_automatic_reply_to_somebody_else_is_filed_on_no_ticket(town: Town) -> None:
    cited = f"<{town.question.own_id}>"
    notice = {"In_Reply_To": cited, "Auto_Submitted": "auto-replied", "text": "Jeg er på ferie."}

    elsewhere = town.send(a_members_mail((*SIGNED, "in-reply-to"), **notice))
    here = town.send(a_members_mail((*SIGNED, "in-reply-to"), To=LIST, Message_ID="<h@x.example.dk>", **notice))

    assert (elsewhere.disposition, here.disposition) == (Disposition.DISCARDED, Disposition.FILED)


def test_what_cites_our_question_about_a_mail_decides_only_if_it_was_for_the_list(edited: Town) -> None:
    """Whoever got it, as a colleague to whom the letter was passed on, could let the mail go out."""
    covers = (*SIGNED, "in-reply-to")
    waiting = edited.send(a_members_mail(EXCHANGES))
    asked, _ = letters(edited, LetterKind.UNPROVEN)[0]

    arrival = edited.send(a_members_mail(covers, text="SEND", In_Reply_To=f"<{asked}>", Message_ID="<s@x.example.dk>"))

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, Reason.UNADDRESSED)
    assert edited.is_untouched()
    edited.send(a_members_mail(covers, To=LIST, text="SEND", In_Reply_To=f"<{asked}>", Message_ID="<t@x.example.dk>"))
    assert {one.id: one for one in edited.desk.process()}[waiting.id].disposition is Disposition.FILED
