"""Whatever is done and undone: the journal goes on, and nothing that stands in it is written anew."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from support.builders import a_filed_message, a_lawyer, a_list, a_person
from tickets.acts import (
    assigning,
    correcting,
    describing,
    following,
    joining,
    noting,
    opening,
    parting,
    statuses,
)
from tickets.acts.acting import Hand
from tickets.database.models import Act, ActKind, Message, Person, Ticket, Visibility, Way
from tickets.database.store import Store
from tickets.desk import absences
from tickets.portal import Portal
from tickets.publishing import agreeing, drafting
from tickets.undoing import inverses, recalling


class Office:
    """Two lists with a lawyer of both, a question of Mette's with an answer and a reply, and one of Ole's."""

    def __init__(self, session: Session, portal: Portal, now: datetime) -> None:
        self.session, self.portal, self.now = session, portal, now
        self.mailing_list, self.elsewhere = a_list(session), a_list(session, "nis2", "NI")
        self.anders = a_lawyer(session, self.mailing_list)
        self.sofie = a_lawyer(session, self.mailing_list, "sofie@forening.example.dk", "Sofie Berg")
        self.mette = a_person(session)
        self.ole = a_person(session, "ole@oeby.example.dk", "Ole Følger")
        self.hand, self.by_mette, self.by_ole = (
            Hand(one, now + timedelta(minutes=5), Way.MAIL) for one in (self.anders, self.mette, self.ole)
        )

    def asks(self, author: Person) -> Ticket:
        question = a_filed_message(self.session, self.portal, self.mailing_list, author, self.now)
        return self.session.get_one(Ticket, question.ticket_key)

    def says(self, author: Person, ticket: Ticket, **more: object) -> Message:
        return a_filed_message(self.session, self.portal, self.mailing_list, author, self.now, ticket=ticket, **more)

    def answers(self, ticket: Ticket, **more: object) -> Message:
        return self.says(self.anders, ticket, text="Ja, når den er anonymiseret.", is_lawyer=True, **more)


def reopen(office: Office, ticket: Ticket) -> None:
    statuses.close(office.session, ticket, office.hand)
    statuses.reopen(office.session, ticket, office.hand)


def merge_one_that_was_merged_into(office: Office, ticket: Ticket) -> None:
    middle, target = office.asks(office.ole), office.asks(office.ole)
    office.answers(ticket)
    joining.merge(office.session, office.portal, ticket, middle, office.hand)
    joining.merge(office.session, office.portal, middle, target, office.hand)


def split(office: Office, ticket: Ticket) -> None:
    parting.split(office.session, office.portal, office.says(office.ole, ticket), office.hand)


def correct(office: Office, ticket: Ticket) -> None:
    office.answers(ticket)
    correcting.add_correction(office.session, office.portal, ticket, "Nej.", "Nej", office.hand)


def unfollow(office: Office, ticket: Ticket) -> None:
    following.follow(office.session, ticket, office.by_ole)
    following.unfollow(office.session, ticket, office.by_ole)


def go_away(office: Office, ticket: Ticket) -> None:
    back_on = (office.now + timedelta(days=7)).date()
    absences.leave_word(office.session, office.portal, ticket, back_on, office.sofie, office.hand)


def draft(office: Office, ticket: Ticket) -> None:
    drafting.draft(office.session, ticket, office.answers(ticket), office.hand)


def publish(office: Office, ticket: Ticket) -> None:
    row = drafting.draft(office.session, ticket, office.answers(ticket), office.hand)
    agreeing.publish(office.session, row, office.hand)


def recall(office: Office, ticket: Ticket) -> None:
    answer = office.answers(ticket, undo=timedelta(minutes=10))
    recalling.recall(office.session, ticket, answer, office.hand)


DOINGS: Mapping[ActKind, Callable[[Office, Ticket], Any]] = {
    ActKind.TAKE: lambda office, ticket: assigning.take(office.session, ticket, office.hand),
    ActKind.ASSIGN: lambda office, ticket: assigning.assign(office.session, ticket, office.sofie, office.hand),
    ActKind.NOTE: lambda office, ticket: noting.add_note(
        office.session, office.portal, ticket, "Ring først.", office.hand
    ),
    ActKind.CLOSE: lambda office, ticket: statuses.close(office.session, ticket, office.hand),
    ActKind.REOPEN: reopen,
    ActKind.PENDING: lambda office, ticket: statuses.put_off(office.session, ticket, None, office.hand),
    ActKind.TOPICS: lambda office, ticket: describing.set_topics(office.session, ticket, ["logning"], office.hand),
    ActKind.SHORT: lambda office, ticket: describing.shorten(office.session, ticket, "Ja", office.hand),
    ActKind.CORRECT: correct,
    ActKind.MERGE: merge_one_that_was_merged_into,
    ActKind.SPLIT: split,
    ActKind.MOVE: lambda office, ticket: opening.move(
        office.session, office.portal, ticket, office.elsewhere, office.hand
    ),
    ActKind.VISIBILITY: lambda office, ticket: opening.change_visibility(
        office.session, ticket, Visibility.CONFIDENTIAL, office.hand
    ),
    ActKind.FOLLOW: lambda office, ticket: following.follow(office.session, ticket, office.by_ole),
    ActKind.UNFOLLOW: unfollow,
    ActKind.SAME: lambda office, ticket: following.follow(office.session, ticket, office.by_ole, has_same=True),
    ActKind.WITHDRAW: lambda office, ticket: following.withdraw(office.session, office.portal, ticket, office.by_mette),
    ActKind.AWAY: go_away,
    ActKind.DRAFT: draft,
    ActKind.PUBLISH: publish,
    ActKind.RECALL: recall,
}


def journal(store: Store) -> list[tuple[Any, ...]]:
    """The journal as it lies in the database."""
    with store.reading() as session:
        return [tuple(row) for row in session.connection().exec_driver_sql("SELECT * FROM events ORDER BY id")]


def undo_all(office: Office, kind: ActKind) -> int:
    """Undo what was done of a kind, the latest first; how much that was."""
    acts = office.session.exec(select(Act).where(Act.kind == kind).order_by(col(Act.id).desc())).all()
    for act in acts:
        office.session.refresh(act)
        ticket = office.session.get_one(Ticket, act.ticket_key)
        inverses.undo(
            office.session, office.portal, ticket, act, Hand(act_person(office, act), office.hand.at, Way.WEB)
        )
    return len(acts)


def act_person(office: Office, act: Act) -> Person:
    return office.session.get_one(Person, act.person_key)


@pytest.mark.parametrize("kind", DOINGS)
def test_no_act_and_no_undoing_writes_the_journal_anew(
    store: Store, portal: Portal, now: datetime, kind: ActKind
) -> None:
    with store.transaction() as session:
        office = Office(session, portal, now)
        ticket = office.asks(office.mette)
    asked = journal(store)

    with store.transaction() as office.session:
        DOINGS[kind](office, office.session.get_one(Ticket, ticket.id))
    done = journal(store)
    if kind in inverses.INVERSES:
        with store.transaction() as office.session:
            assert undo_all(office, kind)
    undone = journal(store)

    assert done[: len(asked)] == asked
    assert undone[: len(done)] == done


def test_every_act_and_every_inverse_is_tried() -> None:
    assert {*DOINGS} == {*ActKind} >= {*inverses.INVERSES}
