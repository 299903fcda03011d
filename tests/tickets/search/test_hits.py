"""A hit is a ticket, with the message that says most, and who wrote it."""

from datetime import datetime

import pytest
from sqlmodel import Session

from support.builders import a_filed_message, a_lawyer, a_list, a_person
from tickets.database.models import Message, Person, Ticket, Visibility
from tickets.people.sight import sight_of
from tickets.portal import Portal
from tickets.search.hits import Hit, SearchTerms, make_hits
from tickets.search.ranking import Found

MARKS = SearchTerms({"logfil": 2.0, "månd": 1.0})


class Case:
    """A question and its answer, and what is shown of it to somebody."""

    def __init__(self, session: Session, portal: Portal, now: datetime, visibility: Visibility) -> None:
        self.session = session
        mailing_list, self.mette = a_list(session), a_person(session)
        self.ole = a_person(session, "ole@oeby.example.dk", "Ole Følger")
        self.anders = a_lawyer(session, mailing_list)
        self.question = a_filed_message(
            session, portal, mailing_list, self.mette, now, text="Om logfiler", visibility=visibility
        )
        self.ticket = session.get_one(Ticket, self.question.ticket_key)
        self.answer = a_filed_message(
            session, portal, mailing_list, self.anders, now, ticket=self.ticket, is_lawyer=True,
            text="Gem jeres logfiler kort",
        )  # fmt: skip

    def hits(self, person: Person, marks: SearchTerms = MARKS, *told: Message) -> tuple[Hit, ...]:
        keys = [message.key for message in told or (self.question, self.answer)]
        return make_hits(self.session, sight_of(self.session, person), {Found(self.ticket.key, 1.0): keys}, marks)


@pytest.fixture
def case(session: Session, portal: Portal, now: datetime) -> Case:
    return Case(session, portal, now, Visibility.OPEN)


def test_of_two_that_say_as_much_the_lawyers_answer_is_shown(case: Case) -> None:
    (hit,) = case.hits(case.ole)

    assert hit.message.id == case.answer.id
    assert hit.is_answer
    assert (hit.author.name, hit.author.is_lawyer) == ("Anders Jurist", True)
    assert hit.excerpt.parts == ("Gem jeres ", "logfiler", " kort")


def test_the_message_that_has_the_phrase_is_shown(case: Case) -> None:
    (hit,) = case.hits(case.ole, SearchTerms({"logfil": 2.0}, [("om", "logfiler")]))

    assert hit.message.id == case.question.id
    assert not hit.is_answer
    assert hit.author.name == "Mette Eksempel"


def test_who_asked_anonymously_is_not_told(session: Session, portal: Portal, now: datetime) -> None:
    case = Case(session, portal, now, Visibility.ANONYMOUS)
    marks = SearchTerms({}, [("om", "logfiler")])

    assert [hit.author.name for hit in case.hits(case.ole, marks)] == [""]
    assert [hit.author.name for hit in case.hits(case.anders, marks)] == ["Mette Eksempel"]


def test_what_may_not_be_seen_any_more_is_no_hit(case: Case) -> None:
    case.answer.visibility = Visibility.INTERNAL
    case.session.flush()

    assert case.hits(case.ole) == ()
    assert [hit.message.id for hit in case.hits(case.ole, MARKS, case.question)] == [case.question.id]
    assert len(case.hits(case.anders)) == 1

    case.ticket.visibility = Visibility.CONFIDENTIAL
    case.session.flush()

    assert case.hits(case.ole, MARKS, case.question) == ()
