"""The messages of a ticket as a tree, and as they stand on a page."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from support.builders import a_filed_message, a_lawyer, a_list, a_person
from tickets.conversations.conversation import Node, lay_out, one_message, people_of, thread_of
from tickets.database.models import MailingList, Message, MessageKind, Person, Ticket, Visibility
from tickets.people.sight import Sight, sight_of
from tickets.portal import Portal


class Talk:
    """A ticket in which people write to each other, a minute after the last."""

    def __init__(self, session: Session, portal: Portal, now: datetime, visibility: Visibility) -> None:
        self.session, self.portal, self.now = session, portal, now
        self.mailing_list: MailingList = a_list(session)
        self.mette, self.anders = a_person(session), a_lawyer(session, self.mailing_list)
        self.ole = a_person(session, "ole@oeby.example.dk", "Ole Følger")
        self.question = a_filed_message(
            session, portal, self.mailing_list, self.mette, now, visibility=visibility, subject="Q"
        )
        self.ticket = session.get_one(Ticket, self.question.ticket_key)

    def say(self, author: Person, to: Message, **more: object) -> Message:
        self.now += timedelta(minutes=1)
        return a_filed_message(
            self.session, self.portal, self.mailing_list, author, self.now, ticket=self.ticket,
            is_lawyer=author is self.anders, in_reply_to=(to.message_id,), **more,
        )  # fmt: skip

    def thread(self, reader: Person) -> list[Node]:
        return thread_of(self.session, self.sight(reader), self.ticket)

    def sight(self, reader: Person) -> Sight:
        return sight_of(self.session, reader)

    def levels(self, reader: Person) -> list[tuple[int | None, int]]:
        return [(placed.node.message.id, placed.level) for placed in lay_out(self.thread(reader))]


@pytest.fixture
def talk(session: Session, portal: Portal, now: datetime) -> Talk:
    return Talk(session, portal, now, Visibility.OPEN)


def test_a_to_and_fro_stays_in_one_column(talk: Talk) -> None:
    answer = talk.say(talk.anders, talk.question)
    more = talk.say(talk.mette, answer)
    again = talk.say(talk.anders, more)

    assert talk.levels(talk.ole) == [(talk.question.id, 0), (answer.id, 1), (more.id, 1), (again.id, 1)]


def test_where_a_thread_forks_a_step_is_made_inwards_and_the_way_back_is_named(talk: Talk) -> None:
    answer = talk.say(talk.anders, talk.question)
    first = talk.say(talk.ole, answer)
    second = talk.say(talk.mette, answer)
    to_first = talk.say(talk.anders, first)

    placed = list(lay_out(talk.thread(talk.ole)))

    assert [(one.node.message.id, one.level) for one in placed] == [
        (talk.question.id, 0), (answer.id, 1), (first.id, 2), (to_first.id, 2), (second.id, 2),
    ]  # fmt: skip
    assert [one.answers.message.id for one in placed if one.answers] == [answer.id]


def test_a_note_is_for_the_lawyers_and_what_answers_it_moves_up(talk: Talk) -> None:
    answer = talk.say(talk.anders, talk.question)
    note = talk.say(talk.anders, answer)
    note.kind, note.visibility = MessageKind.NOTE, Visibility.INTERNAL
    talk.session.add(note)
    reply = talk.say(talk.mette, note)

    (root,) = talk.thread(talk.ole)

    assert [one.message.id for one in root.replies] == [answer.id]
    assert [one.message.id for one in root.replies[0].replies] == [reply.id]
    assert (note.id, 1) in talk.levels(talk.anders)


def test_a_reply_with_a_clock_behind_still_stands_below_what_it_answers(talk: Talk) -> None:
    answer = talk.say(talk.anders, talk.question)
    answer.sent_at = talk.question.sent_at - timedelta(hours=1)
    talk.session.add(answer)
    talk.session.flush()

    assert talk.levels(talk.mette) == [(talk.question.id, 0), (answer.id, 1)]


def test_the_people_of_a_thread_are_told_once_and_lawyers_first(talk: Talk) -> None:
    answer = talk.say(talk.anders, talk.question)
    talk.say(talk.ole, answer)
    talk.say(talk.anders, answer)

    people = people_of(lay_out(talk.thread(talk.ole)))

    assert [(one.name, one.is_lawyer) for one in people] == [
        ("Anders Jurist", True), ("Mette Eksempel", False), ("Ole Følger", False),
    ]  # fmt: skip


def test_who_asked_anonymously_is_named_to_the_lawyers_and_to_herself_alone(
    session: Session, portal: Portal, now: datetime
) -> None:
    talk = Talk(session, portal, now, Visibility.ANONYMOUS)
    more = talk.say(talk.mette, talk.question)

    def names(reader: Person) -> set[str]:
        alone = one_message(session, talk.sight(reader), talk.ticket, more)
        placed = lay_out(talk.thread(reader))
        return {alone.author.name, alone.author.organisation} | {one.node.author.name for one in placed}

    assert names(talk.ole) == {""}
    assert "Mette Eksempel" in names(talk.anders) & names(talk.mette)
