"""Whatever is done and undone, in whatever order: no message is lost, and none is shown to whom it was not for."""

from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from support.builders import a_filed_message, a_lawyer, a_list, a_person
from tickets.acts import assigning, describing, following, joining, noting, opening, parting, statuses
from tickets.acts.acting import Hand
from tickets.conversations import threads
from tickets.database.models import (
    MailingList,
    Message,
    MessageKind,
    Mode,
    Person,
    Ticket,
    UndoWindow,
    Visibility,
    Way,
)
from tickets.errors import PortalError
from tickets.moderation import spreading
from tickets.people import subscriptions
from tickets.people.audience import told_of
from tickets.people.sight import MEMBER, is_closed, sight_of
from tickets.portal import Portal
from tickets.undoing import inverses

UNDO = timedelta(minutes=10)
DOINGS = (
    "take", "assign", "topics", "close", "reopen", "put_off", "note", "confidential", "anonymous", "open", "merge",
    "split", "move", "move_back", "undo", "undo", "undo_by_asker", "withdraw", "solve", "ask_more", "reply", "answer",
    "wait", "wait", "answer_few",
)  # fmt: skip
PLANS = st.lists(st.tuples(st.sampled_from(DOINGS), st.integers(0, 3), st.integers(0, 3)), min_size=10, max_size=30)


class World:
    """Two lists with a lawyer of both, and four questions: two open, one confidential, one anonymous."""

    def __init__(self, session: Session, portal: Portal, now: datetime) -> None:
        self.session, self.portal, self.now = session, portal, now
        self.lists = [a_list(session), a_list(session, "nis2", "NI")]
        self.anders = a_lawyer(session, self.lists[0])
        self.nina = a_lawyer(session, self.lists[1], "nina@forening.example.dk", "Nina Nis")
        self.mette = a_person(session)
        self.karin = a_person(session, "karin@oeby.example.dk", "Karin Kollega")
        self.ole = a_person(session, "ole@noerby.example.dk", "Ole Følger")
        subscriptions.subscribe(session, self.ole, self.lists[0], Mode.EACH, now)
        self.told: set[int] = set()  # keys of what others have letters about
        self.secret: set[int] = set()  # keys of what members other than its author never were to see
        self.nameless: set[int] = set()
        self.numbers: set[tuple[int, int]] = set()
        self.written = 0
        for author, visibility in (
            (self.mette, Visibility.OPEN),
            (self.karin, Visibility.OPEN),
            (self.mette, Visibility.CONFIDENTIAL),
            (self.karin, Visibility.ANONYMOUS),
        ):
            self.write(author, None, visibility=visibility, text=f"Vi spørger. Hilsen\n{author.name}")

    def write(self, author: Person, ticket: Ticket | None, **more: object) -> Message:
        """File a message, and remember for whom it was."""
        self.now += timedelta(minutes=1)
        mailing_list = self.session.get_one(MailingList, ticket.mailing_list_key) if ticket else self.lists[0]
        where = {"ticket": ticket} if ticket else {}
        more = {"undo": UNDO} | where | more
        message = a_filed_message(self.session, self.portal, mailing_list, author, self.now, **more)
        self.written += 1
        self.remember(message)
        return message

    def remember(self, message: Message) -> None:
        visibility = self.session.get_one(Ticket, message.ticket_key).visibility
        is_for_few = message.visibility is not None and is_closed(message.visibility)
        if visibility is Visibility.CONFIDENTIAL or is_for_few:
            self.secret.add(message.key)
        if visibility is Visibility.ANONYMOUS:
            self.nameless.add(message.key)

    def do(self, doing: str, which: int, other: int) -> None:
        """Do one thing to one of the tickets; what cannot be done is refused, and changes nothing."""
        tickets = list(self.session.exec(select(Ticket).order_by(col(Ticket.id))))
        ticket, second = tickets[which % len(tickets)], tickets[other % len(tickets)]
        self.now += timedelta(minutes=1)
        with suppress(PortalError), self.session.begin_nested():
            self._do(doing, ticket, second, other)

    def _do(self, doing: str, ticket: Ticket, second: Ticket, other: int) -> None:
        session, hand = self.session, Hand(self.anders, self.now, Way.MAIL)
        asker = session.get_one(Person, ticket.asker_key)
        by_asker = Hand(asker, self.now, Way.MAIL)
        if doing == "take":
            assigning.take(session, ticket, hand)
        elif doing == "assign":
            assigning.assign(session, ticket, self.nina, hand)
        elif doing == "topics":
            describing.set_topics(session, ticket, ["logning"], hand)
        elif doing == "close":
            statuses.close(session, ticket, hand)
        elif doing == "reopen":
            statuses.reopen(session, ticket, hand)
        elif doing == "put_off":
            statuses.put_off(session, ticket, None, hand)
        elif doing == "note":
            self.written += 1
            self.remember(noting.add_note(session, self.portal, ticket, "Kun for os.", hand))
        elif doing in ("confidential", "anonymous", "open"):
            opening.change_visibility(session, ticket, Visibility(doing), hand)
        elif doing == "merge":
            joining.merge(session, self.portal, ticket, second, hand)
        elif doing == "split":
            messages = list(session.exec(select(Message).where(Message.ticket_key == ticket.id)))
            parting.split(session, self.portal, messages[other % len(messages)], hand)
        elif doing in ("move", "move_back"):
            opening.move(session, self.portal, ticket, self.lists[doing == "move"], hand)
        elif doing == "undo":
            inverses.undo_last(session, self.portal, ticket, hand)
        elif doing == "undo_by_asker":
            inverses.undo_last(session, self.portal, ticket, by_asker)
        elif doing == "withdraw":
            following.withdraw(session, self.portal, ticket, by_asker)
        elif doing == "solve":
            following.solve(session, ticket, by_asker)
        elif doing == "ask_more":
            self.write(asker, ticket, text=f"Og hvad nu? Hilsen\n{asker.name}")
        elif doing == "answer":
            self.write(self.anders, ticket, text="Ja.", is_lawyer=True)
        elif doing == "answer_few":
            few = Visibility.CONFIDENTIAL
            self.write(self.anders, ticket, text="Kun til jer.", is_lawyer=True, narrowed_to=few)
        elif doing == "wait":
            self.wait()
        elif doing == "reply" and sight_of(session, self.ole).of_ticket(ticket):
            self.write(self.ole, ticket, text="Hos os er det sådan.")

    def wait(self) -> None:
        """Let the time pass in which authors take back what they wrote, and others be told of the rest."""
        self.now += UNDO
        open_ones = list(self.session.exec(select(UndoWindow).where(col(UndoWindow.ended_at).is_(None))))
        spreading.spread(self.session, self.now)
        for window in open_ones:
            message = self.session.get_one(Message, window.message_key)
            if window.ended_at is not None and MEMBER in told_of(self.ticket_of(message), message):
                self.told.add(message.key)

    def ticket_of(self, message: Message) -> Ticket:
        return self.session.get_one(Ticket, message.ticket_key)

    def check_told(self) -> None:
        """In the end others have letters of all that they see and waited for, and of nothing that was taken back."""
        self.wait()
        for window in self.session.exec(select(UndoWindow)):
            message = self.session.get_one(Message, window.message_key)
            assert window.ended_at is not None
            assert message.kind is not MessageKind.RECALLED or message.key not in self.told
            assert MEMBER not in told_of(self.ticket_of(message), message) or message.key in self.told

    def check(self) -> None:
        """Nothing is lost, every number leads somewhere, and nobody reads what was not for them."""
        self.session.expire_all()
        messages = list(self.session.exec(select(Message)))
        tickets = {one.key: one for one in self.session.exec(select(Ticket))}
        assert len(messages) == self.written
        assert {one.ticket_key for one in messages} <= tickets.keys()
        self.numbers |= {(one.mailing_list_key, one.number) for one in tickets.values()}
        for list_key, number in self.numbers:
            mailing_list = self.session.get_one(MailingList, list_key)
            assert threads.find_ticket(self.session, mailing_list, number) is not None
        for reader in (self.ole, self.mette, self.karin):
            sight = sight_of(self.session, reader)
            for message in messages:
                ticket = tickets[message.ticket_key]
                if message.kind is MessageKind.RECALLED and message.author_key != reader.id:
                    assert not sight.of_message(ticket, message)
                if message.key in self.secret and (message.author_key != reader.id or message.kind is MessageKind.NOTE):
                    is_own = sight.asked(ticket) and message.kind is not MessageKind.NOTE
                    assert is_own or not sight.of_message(ticket, message)
        for message in messages:
            if message.key in self.nameless:
                assert "Karin" not in f"{message.text}{tickets[message.ticket_key].subject}"


@pytest.mark.any_database
@example(plan=[("confidential", 0, 0), ("ask_more", 0, 0), ("undo", 0, 0)])
@example(plan=[("withdraw", 0, 0), ("ask_more", 0, 0), ("undo_by_asker", 0, 0)])
@example(plan=[("merge", 1, 0), ("confidential", 0, 0), ("ask_more", 0, 0), ("undo", 0, 0), ("undo", 0, 0)])
@example(plan=[("reply", 0, 0), ("split", 0, 1), ("confidential", 4, 0), ("undo", 4, 0), ("undo", 4, 0)])
@example(plan=[("answer", 0, 0), ("undo", 0, 0), ("wait", 0, 0), ("undo", 0, 0)])
@example(plan=[("answer", 0, 0), ("undo", 0, 0), ("merge", 0, 1), ("undo", 1, 0), ("undo", 1, 0)])
@example(plan=[("undo_by_asker", 0, 0), ("wait", 0, 0), ("undo_by_asker", 0, 0)])
@example(plan=[("withdraw", 0, 0), ("wait", 0, 0), ("undo_by_asker", 0, 0)])
@example(plan=[("answer_few", 0, 0), ("merge", 0, 1), ("split", 1, 1), ("undo", 1, 0), ("open", 0, 0)])
@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=PLANS)
def test_no_order_of_acts_and_undoing_loses_or_reveals_a_message(
    session: Session, portal: Portal, now: datetime, plan: list[tuple[str, int, int]]
) -> None:
    everything = session.begin_nested()
    try:
        world = World(session, portal, now)
        for step in plan:
            world.do(*step)
            world.check()
        world.check_told()
    finally:
        everything.rollback()
        session.expunge_all()
    assert session.exec(select(Message)).first() is None
