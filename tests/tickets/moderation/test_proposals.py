"""What waits for its author's word: decided once, whoever comes first."""

import threading
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from support.builders import a_list, a_person
from support.held import an_arrival
from tickets.database.models import (
    Arrival,
    Choice,
    Content,
    Disposition,
    Event,
    EventKind,
    Proposal,
    ProposalKind,
    Redaction,
)
from tickets.database.store import Store
from tickets.errors import BadInput
from tickets.moderation import holding, originals, proposals
from tickets.reasons import Grounds, Reason


@pytest.fixture
def proposal(store: Store, now: datetime) -> Proposal:
    with store.transaction() as session:
        arrival = an_arrival(session, now)
        originals.keep_redacted(session, arrival.content_key, b"with dots", now)
        return proposals.make(session, ProposalKind.CPR, arrival, a_person(session), a_list(session), now)


def arrival_of(session: Session, proposal: Proposal) -> Arrival:
    return session.get_one(Arrival, proposal.arrival_key)


def events(store: Store) -> list[EventKind]:
    with store.reading() as session:
        return [EventKind(kind) for kind in session.exec(select(Event.kind).order_by(Event.id))]  # type: ignore[arg-type]


def test_an_author_is_asked_once_however_often_it_is_proposed(store: Store, proposal: Proposal, now: datetime) -> None:
    with store.transaction() as session:
        again = proposals.make(
            session, ProposalKind.CPR, arrival_of(session, proposal), a_person(session, "x@example.org"),
            a_list(session, "anden", "AN"), now,
        )  # fmt: skip

    assert again.id == proposal.id
    assert events(store) == [EventKind.CPR_FOUND]


def test_what_may_be_sent_is_processed_again_without_its_numbers(
    store: Store, proposal: Proposal, now: datetime
) -> None:
    with store.transaction() as session:
        assert proposals.decide(session, session.get_one(Proposal, proposal.id), Choice.SEND, now)

    with store.reading() as session:
        arrival = arrival_of(session, proposal)
        assert arrival.disposition is None
        assert session.get_one(Content, arrival.content_key).octets == b"with dots"
    assert events(store)[-1] is EventKind.PROPOSAL_DECIDED


def test_what_is_withdrawn_is_discarded_and_says_why(store: Store, proposal: Proposal, now: datetime) -> None:
    with store.transaction() as session:
        proposals.decide(session, session.get_one(Proposal, proposal.id), Choice.WITHDRAW, now)

    with store.reading() as session:
        arrival = arrival_of(session, proposal)
    assert (arrival.disposition, arrival.grounds) == (
        Disposition.DISCARDED, Grounds(Reason.WITHDRAWN, {"before": Grounds(Reason.HOLDS_CPR).stored()}),
    )  # fmt: skip


@pytest.mark.parametrize("later", [Choice.SEND, Choice.WITHDRAW])
def test_the_first_word_counts_and_a_later_one_changes_nothing(
    store: Store, proposal: Proposal, now: datetime, later: Choice
) -> None:
    with store.transaction() as session:
        proposals.decide(session, session.get_one(Proposal, proposal.id), Choice.WITHDRAW, now)

    with store.transaction() as session:
        known = session.get_one(Proposal, proposal.id)
        assert not proposals.decide(session, known, later, now + timedelta(hours=1))
        assert (known.choice, known.decided_at) == (Choice.WITHDRAW, now)

    assert events(store).count(EventKind.PROPOSAL_DECIDED) == 1


def test_of_many_who_decide_at_once_one_does(store: Store, proposal: Proposal, now: datetime) -> None:
    begin, done = threading.Barrier(8), []

    def decide(choice: Choice) -> None:
        begin.wait()
        with store.transaction() as session:
            done.append((proposals.decide(session, session.get_one(Proposal, proposal.id), choice, now), choice))

    threads = [threading.Thread(target=decide, args=(choice,)) for choice in [Choice.SEND, Choice.WITHDRAW] * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    (winner,) = (choice for decided, choice in done if decided)
    with store.reading() as session:
        assert session.get_one(Proposal, proposal.id).choice is winner
        expected = None if winner is Choice.SEND else Disposition.DISCARDED
        assert arrival_of(session, proposal).disposition is expected
    assert events(store).count(EventKind.PROPOSAL_DECIDED) == 1


def test_what_nobody_decides_is_withdrawn_after_fourteen_days(store: Store, proposal: Proposal, now: datetime) -> None:
    with store.transaction() as session:
        assert proposals.expire(session, now + timedelta(days=14, seconds=-1)) == 0
        assert not proposals.has_expired(session, now + timedelta(days=14, seconds=-1))
    with store.transaction() as session:
        assert proposals.has_expired(session, now + timedelta(days=14))
        assert proposals.expire(session, now + timedelta(days=14)) == 1
    with store.transaction() as session:
        assert proposals.expire(session, now + timedelta(days=15)) == 0

    with store.reading() as session:
        assert arrival_of(session, proposal).reason is Reason.EXPIRED
    assert events(store).count(EventKind.PROPOSAL_EXPIRED) == 1


def test_nobody_but_the_author_can_let_it_go_on(store: Store, proposal: Proposal, now: datetime) -> None:
    with store.transaction() as session, pytest.raises(BadInput, match="waits for its author"):
        holding.release(session, proposal.arrival_key, now)


def test_what_an_administrator_drops_is_decided(store: Store, proposal: Proposal, now: datetime) -> None:
    with store.transaction() as session:
        holding.discard(session, proposal.arrival_key, now)

    with store.transaction() as session:
        assert not proposals.decide(session, session.get_one(Proposal, proposal.id), Choice.SEND, now)
        assert arrival_of(session, proposal).disposition is Disposition.DISCARDED


def test_after_the_original_is_forgotten_its_author_can_still_send_it(
    store: Store, proposal: Proposal, now: datetime
) -> None:
    with store.transaction() as session:
        assert originals.forget(session, now - timedelta(seconds=1)) == 0
        assert originals.forget(session, now) == 1
    with store.transaction() as session:
        assert proposals.decide(session, session.get_one(Proposal, proposal.id), Choice.SEND, now)

    with store.reading() as session:
        assert [content.octets for content in session.exec(select(Content))] == [b"with dots"]
        assert session.exec(select(Redaction)).all() == []
        assert arrival_of(session, proposal).disposition is None
