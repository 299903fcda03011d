"""What became of a ticket and when, as its reader sees it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from support.builders import a_filed_message, a_lawyer, a_list, a_person
from tickets.acts import describing, statuses
from tickets.acts.acting import Hand
from tickets.archive.course import course_of
from tickets.conversations.statuses import close_answered
from tickets.database.models import Act, Message, Ticket, Way
from tickets.database.store import Store
from tickets.portal import Portal
from tickets.undoing.inverses import undo


class Case:
    """A question that is answered, asked again and answered again."""

    def __init__(self, store: Store, portal: Portal, now: datetime) -> None:
        self.store, self.portal, self.now = store, portal, now
        with store.transaction() as session:
            mailing_list = a_list(session)
            mette, self.anders = a_person(session), a_lawyer(session, mailing_list)
            self.ticket_key = a_filed_message(session, portal, mailing_list, mette, now).ticket_key
            ticket = session.get_one(Ticket, self.ticket_key)
            for day, author, is_lawyer in ((1, self.anders, True), (2, mette, False), (3, self.anders, True)):
                at = now + timedelta(days=day)
                a_filed_message(session, portal, mailing_list, author, at, ticket=ticket, is_lawyer=is_lawyer)

    def words(self, *, is_lawyer: bool = False, seen: Sequence[int] | None = None) -> list[str]:
        with self.store.reading() as session:
            keys = session.exec(select(Message.id).where(Message.ticket_key == self.ticket_key)).all()
            ticket = session.get_one(Ticket, self.ticket_key)
            steps = course_of(session, ticket, keys if seen is None else seen, is_lawyer=is_lawyer)  # type: ignore
        return [step.word for step in steps]

    def hand(self, day: int) -> Hand:
        return Hand(self.anders, self.now + timedelta(days=day), Way.MAIL)


@pytest.fixture
def case(store: Store, portal: Portal, now: datetime) -> Case:
    return Case(store, portal, now)


def test_asked_answered_asked_again_and_closed_in_time(case: Case) -> None:
    with case.store.transaction() as session:
        close_answered(session, case.now + timedelta(days=40))

    assert case.words() == ["asked", "answered", "reopened", "answered", "closed"]


def test_what_a_lawyer_did_by_hand_is_told_and_what_was_undone_is_not(case: Case) -> None:
    with case.store.transaction() as session:
        ticket = session.get_one(Ticket, case.ticket_key)
        pending = statuses.put_off(session, ticket, case.now + timedelta(days=9), case.hand(4))
        describing.shorten(session, ticket, "Ja.", case.hand(5))
    told = case.words()
    assert pending
    with case.store.transaction() as session:
        ticket = session.get_one(Ticket, case.ticket_key)
        undo(session, case.portal, ticket, session.get_one(Act, pending.id), case.hand(6))

    assert told[-2:] == ["pending", "shortened"]
    assert case.words()[-2:] == ["answered", "shortened"]


def test_only_lawyers_are_told_what_is_theirs_and_nobody_of_a_message_they_do_not_see(case: Case) -> None:
    with case.store.transaction() as session:
        describing.set_topics(session, session.get_one(Ticket, case.ticket_key), ["indsigt"], case.hand(4))

    assert "topics" in case.words(is_lawyer=True)
    assert "topics" not in case.words()
    assert set(case.words(seen=())) == {"reopened"}
