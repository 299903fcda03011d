"""Askers: who asked a ticket, beside the first who did."""

from datetime import datetime

from sqlmodel import Session

from support.builders import a_filed_message, a_list, a_person
from tickets.database.models import Ticket
from tickets.people.askers import add_asker, asker_keys, askers_of, drop_asker
from tickets.portal import Portal


def test_somebody_who_asked_too_is_counted_once_and_may_go_again(
    session: Session, portal: Portal, now: datetime
) -> None:
    mailing_list, mette = a_list(session), a_person(session)
    ole = a_person(session, "ole@oeby.example.dk", "Ole Følger")
    question = a_filed_message(session, portal, mailing_list, mette, now)
    ticket = session.get_one(Ticket, question.ticket_key)

    assert [add_asker(session, ticket, key) for key in (mette.key, ole.key, ole.key)] == [False, True, False]
    assert [one.name for one in askers_of(session, ticket)] == ["Mette Eksempel", "Ole Følger"]
    drop_asker(session, ticket, ole.key)
    assert asker_keys(session, ticket) == {mette.id}
