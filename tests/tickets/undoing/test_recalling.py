"""What its author takes back in time reaches nobody else, and whoever has it is told."""

from datetime import timedelta

import pytest
from sqlmodel import select

from support.command_desk import CommandDesk, plain
from support.command_desk import desk as desk
from tickets.database.models import (
    Act,
    ActKind,
    Arrival,
    Delivery,
    DeliveryState,
    MessageKind,
    Status,
    Visibility,
)
from tickets.people.sight import sight_of
from tickets.reasons import Reason

UNDO = timedelta(minutes=10)


@pytest.fixture
def office(desk: CommandDesk) -> CommandDesk:
    desk.employ(undo=UNDO)
    return desk


def states_of(office: CommandDesk, kind: str) -> dict[str, DeliveryState]:
    with office.store.reading() as session:
        found = session.exec(select(Delivery.recipient, Delivery.state).where(Delivery.kind == kind))
        return {recipient.partition("@")[0]: state for recipient, state in found}


def test_an_answer_that_is_taken_back_reaches_nobody_who_has_it_not(office: CommandDesk) -> None:
    office.asks()
    office.passes(11)
    office.replies(office.anders, "KORT: Nej.\n\nDet må I ikke.")
    office.is_delivered()
    office.forget()

    office.passes(5)
    office.replies(office.anders, "FORTRYD")
    office.passes(60)

    assert office.owed() == {("mette", "recalled"), ("sofie", "recalled"), ("anders", "done")}
    ticket = office.ticket()
    assert (ticket.status, ticket.answered_at, ticket.short_answer) == (Status.OPEN, None, "")
    assert office.messages()[-1].kind is MessageKind.RECALLED


def test_what_nobody_has_tried_to_send_is_withdrawn_and_not_told_of(office: CommandDesk) -> None:
    office.asks()
    office.is_delivered()
    office.replies(office.anders, "Det må I ikke.")
    office.forget()

    office.replies(office.anders, "FORTRYD")

    assert set(states_of(office, "answer").values()) == {DeliveryState.WITHDRAWN}
    assert office.owed() == {("anders", "done")}


def test_a_letter_that_is_under_way_is_let_go_and_told_of(office: CommandDesk) -> None:
    office.asks()
    office.is_delivered()
    office.replies(office.anders, "Det må I ikke.")
    with office.store.transaction() as session:
        to_mette = select(Delivery).where(Delivery.kind == "answer", Delivery.person_key == office.mette.id)
        delivery = session.exec(to_mette).one()
        delivery.lease, delivery.attempts = "somebody", 1
    office.forget()

    office.replies(office.anders, "FORTRYD")

    assert states_of(office, "answer")["mette"] is DeliveryState.WAITING
    assert ("mette", "recalled") in office.owed()
    assert "Regn ikke med det" in plain(office.letters_to(office.mette)[-1])


def test_only_its_author_and_the_lawyers_see_what_was_taken_back(office: CommandDesk) -> None:
    office.asks()
    office.replies(office.anders, "Det må I ikke.")
    office.replies(office.anders, "FORTRYD")

    message, ticket = office.messages()[-1], office.ticket()
    with office.store.reading() as session:
        seen_by = {
            one.name: sight_of(session, one, office.mailing_list).of_message(ticket, message)
            for one in (office.mette, office.ole, office.anders, office.sofie)
        }
    assert seen_by == {"Mette Eksempel": False, "Ole Følger": False, "Anders Jurist": True, "Sofie Berg": True}


def test_what_was_taken_back_can_be_given_again(office: CommandDesk) -> None:
    office.asks()
    office.passes(11)
    office.replies(office.anders, "KORT: Nej.\n\nDet må I ikke.")
    office.replies(office.anders, "FORTRYD")
    office.is_delivered()
    office.forget()

    office.replies(office.anders, "FORTRYD")
    assert {("mette", "answer"), ("sofie", "answer")} <= office.owed()
    assert ("ole", "answer") not in office.owed()
    office.passes(11)

    assert ("ole", "answer") in office.owed()
    ticket = office.ticket()
    assert (ticket.status, ticket.short_answer) == (Status.ANSWERED, "Nej.")
    assert ticket.answered_at is not None


def test_when_others_have_an_answer_its_author_is_told_what_can_be_done(office: CommandDesk) -> None:
    office.asks()
    office.replies(office.anders, "Det må I ikke.")
    office.passes(11)

    arrival: Arrival = office.replies(office.anders, "FORTRYD")

    assert arrival.reason is Reason.UNCLEAR
    assert "Skriv RET alene på første linje" in plain(office.letters_to(office.anders)[-1])
    assert office.ticket().status is Status.ANSWERED


def test_when_others_have_a_question_its_asker_is_told_what_can_be_done(office: CommandDesk) -> None:
    office.asks()
    office.passes(11)

    office.replies(office.mette, "FORTRYD")

    assert "TRÆK TILBAGE alene på første linje" in plain(office.letters_to(office.mette)[-1])
    assert office.ticket().visibility is Visibility.OPEN


def test_a_question_that_is_taken_back_is_its_askers_and_the_lawyers_alone(office: CommandDesk) -> None:
    office.asks()
    office.is_delivered()

    office.replies(office.mette, "FORTRYD")
    office.passes(60)

    assert office.owed() == {("anders", "recalled"), ("sofie", "recalled"), ("mette", "done")}
    ticket = office.ticket()
    assert (ticket.visibility, ticket.status) == (Visibility.CONFIDENTIAL, Status.CLOSED)


def test_a_question_that_is_given_again_reaches_the_others_then(office: CommandDesk) -> None:
    office.asks()
    office.replies(office.mette, "FORTRYD")

    office.replies(office.mette, "FORTRYD")
    office.passes(11)

    ticket = office.ticket()
    assert (ticket.visibility, ticket.status) == (Visibility.OPEN, Status.OPEN)
    assert ("ole", "question") in office.owed()


def test_a_correction_that_is_taken_back_lets_the_earlier_answer_hold(office: CommandDesk) -> None:
    office.asks()
    office.replies(office.anders, "KORT: Ja.\n\nDet må I.")
    office.passes(11)
    office.replies(office.anders, "RET\n\nDet må I alligevel ikke.")

    office.replies(office.anders, "FORTRYD")

    earlier = office.messages()[1]
    assert earlier.replaced_by_key is None
    ticket = office.ticket()
    assert (ticket.status, ticket.short_answer, ticket.answered_at) == (Status.ANSWERED, "Ja.", earlier.filed_at)


def test_what_is_written_beside_the_wish_is_not_what_is_taken_back(office: CommandDesk) -> None:
    office.asks()
    office.replies(office.anders, "Det må I ikke.")

    office.replies(office.anders, "FORTRYD\n\nDet må I, hvis borgeren har sagt ja.", to=office.messages()[1])

    kinds = [message.kind for message in office.messages()]
    assert kinds == [MessageKind.QUESTION, MessageKind.RECALLED, MessageKind.ANSWER]
    assert office.ticket().status is Status.ANSWERED


def test_an_answer_that_closed_its_question_opens_it_again(office: CommandDesk) -> None:
    office.asks()
    office.replies(office.anders, "LUK\n\nDet må I ikke.")
    assert office.ticket().status is Status.CLOSED

    office.replies(office.anders, "FORTRYD")

    assert office.ticket().status is Status.OPEN


def test_another_lawyer_takes_nothing_back(office: CommandDesk) -> None:
    office.asks()
    office.replies(office.anders, "Det må I ikke.")

    arrival = office.replies(office.sofie, "FORTRYD")

    assert arrival.reason is Reason.UNCLEAR
    assert office.messages()[1].kind is MessageKind.ANSWER


def test_it_stands_in_the_history_with_its_inverse(office: CommandDesk) -> None:
    office.asks()
    office.replies(office.anders, "Det må I ikke.")
    office.replies(office.anders, "FORTRYD")
    office.replies(office.anders, "FORTRYD")

    with office.store.reading() as session:
        acts = [act for act in session.exec(select(Act).order_by(Act.id)) if act.kind is ActKind.RECALL]  # type: ignore[arg-type]
    assert [act.undoes_key for act in acts] == [None, acts[0].id]
