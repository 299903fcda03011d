"""What is asked anonymously waits for its author, and what answers it waits with it."""

from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlmodel import select

from support.builders import a_message
from support.mail_room import Desk
from support.mail_room import desk as desk
from support.town import ANDERS, ANONYMOUS, OLE
from tickets.database.models import Arrival, Choice, Disposition, Proposal, ProposalKind, Visibility
from tickets.moderation import holding, proposals
from tickets.reasons import Reason


def test_an_anonymous_question_waits_for_its_askers_word(desk: Desk) -> None:
    address = "databeskyttelse+anonym@example.dk"

    arrival = desk.take(a_message(To=address, text="Hej\n\nMette her. Må vi?"), address)[0]

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, Reason.PREVIEWED)
    assert desk.messages() == []
    with desk.store.reading() as session:
        proposal = session.exec(select(Proposal)).one()
        preview = proposals.preview_of(session, proposal)
        assert holding.held(session) == []  # administrators are not to know who asks
    assert proposal.kind is ProposalKind.ANONYMOUS
    assert preview.text == "[navn] her. Må vi?"


def test_an_anonymous_question_that_its_asker_sends_is_filed_masked(desk: Desk) -> None:
    address = "databeskyttelse+anonym@example.dk"
    desk.take(a_message(To=address, text="Mette her. Må vi?"), address)
    with desk.store.transaction() as session:
        proposal = session.exec(select(Proposal)).one()
        proposals.decide(session, proposal, Choice.SEND, desk.now)

    desk.process()

    assert desk.ticket().visibility is Visibility.ANONYMOUS
    assert desk.messages()[0].text == "[navn] her. Må vi?"


def answer_in_copy(desk: Desk, author: str, asked: EmailMessage) -> Arrival:
    """What somebody writes to the list who had an anonymous question in copy."""
    reply = a_message(
        From=author, Subject="SV: Må vi det?", In_Reply_To=str(asked["Message-ID"]), text="Hej Mette\n\nGodt spurgt."
    )
    return desk.take(reply)[0]


@pytest.mark.parametrize("author", ["Peter Nabo <peter@proevested.example.dk>", OLE, ANDERS])
def test_an_answer_to_an_anonymous_question_waits_with_it_and_is_masked_with_it(desk: Desk, author: str) -> None:
    asked = a_message(To=ANONYMOUS, text="Mette her. Må vi?")
    desk.take(asked, ANONYMOUS)

    waiting = answer_in_copy(desk, author, asked)
    with desk.store.transaction() as session:
        proposals.decide(session, session.exec(select(Proposal)).one(), Choice.SEND, desk.now)
    desk.process()
    desk.now += timedelta(minutes=61)
    desk.process()

    assert (waiting.disposition, waiting.reason) == (None, Reason.ANSWERS_WAITING)
    assert desk.ticket().visibility is Visibility.ANONYMOUS
    texts = [message.text for message in desk.messages()]
    assert ["Mette" in text for text in texts] == [False, False]
    assert texts[1].endswith("Godt spurgt.")


def ask_anonymously(desk: Desk) -> EmailMessage:
    asked = a_message(To=ANONYMOUS, text="Mette her. Må vi?")
    desk.take(asked, ANONYMOUS)
    with desk.store.transaction() as session:
        proposals.decide(session, session.exec(select(Proposal)).one(), Choice.SEND, desk.now)
    desk.process()
    return asked


def test_an_answer_in_which_many_are_named_is_filed_and_tells_nobody_which_of_them_asked(desk: Desk) -> None:
    asked = ask_anonymously(desk)
    names = "Odense, Vejle, Aabenraa, Høje-Taastrup, Øby, Mette og Ole"

    for author in (OLE, ANDERS):
        desk.take(a_message(From=author, In_Reply_To=str(asked["Message-ID"]), text=f"Er det {names}?"))

    texts = [message.text for message in desk.messages()[1:]]
    assert texts[0] == "Er det " + "[kommunen], " * 5 + "[navn] og [navn]?"
    assert texts[1] == "Er det Odense, Vejle, Aabenraa, Høje-Taastrup, [kommunen], [navn] og [navn]?"


def test_an_answer_to_an_anonymous_question_that_was_taken_back_is_held(desk: Desk) -> None:
    asked = a_message(To=ANONYMOUS, text="Mette her. Må vi?")
    desk.take(asked, ANONYMOUS)
    with desk.store.transaction() as session:
        proposals.decide(session, session.exec(select(Proposal)).one(), Choice.WITHDRAW, desk.now)
    desk.process()

    arrival = answer_in_copy(desk, OLE, asked)

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, Reason.ANSWERS_WITHDRAWN)
    assert desk.messages() == []
