"""What pages ask of the database by name, for one who may see some of it."""

from datetime import datetime

import pytest
from sqlmodel import Session

from support.builders import a_filed_message, a_person
from support.question_desk import QuestionDesk
from tickets.conversations import lookup
from tickets.database.models import Ticket, Visibility
from tickets.errors import NotFound
from tickets.people.sight import sight_of
from tickets.portal import Portal


@pytest.fixture
def desk(session: Session, portal: Portal, now: datetime) -> QuestionDesk:
    return QuestionDesk(session, portal, now)


def test_a_ticket_that_may_not_be_seen_is_not_found(desk: QuestionDesk) -> None:
    hidden = desk.asked[2]
    number = desk.session.get_one(Ticket, hidden.ticket_key).number
    sights = {who.id: sight_of(desk.session, who) for who in (desk.ole, desk.anders)}

    assert lookup.ticket_named(desk.session, sights[desk.anders.id], "db", number)[1].subject == "Nr. 2"
    with pytest.raises(NotFound):
        lookup.ticket_named(desk.session, sights[desk.ole.id], "DB", number)
    with pytest.raises(NotFound):
        lookup.message_at(desk.session, sights[desk.ole.id], hidden.path)


def test_organisations_that_asked_anonymously_or_in_confidence_are_not_told(desk: QuestionDesk) -> None:
    shy = a_person(desk.session, "sara@skjulested.example.dk", "Sara Skjult")
    a_filed_message(desk.session, desk.portal, desk.mailing_list, shy, visibility=Visibility.ANONYMOUS)
    quiet = a_person(desk.session, "dan@dulgtby.example.dk", "Dan Dulgt")
    a_filed_message(desk.session, desk.portal, desk.mailing_list, quiet, visibility=Visibility.CONFIDENTIAL)

    told = lookup.askers_organisations(desk.session, sight_of(desk.session, desk.ole))

    assert {one.id for one in told} == {desk.mette.organisation_key}
