"""Claims: what is urgent leaves first, domains take turns, and a letter follows its person to their address."""

from datetime import datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import insert, update
from sqlmodel import Session, col, select

from mailer.delivery import bounces
from mailer.delivery.claims import Claims
from mailer.delivery.parcels import Parcel
from mailer.letters.registry import declarations
from mailer.reading.reports import Report
from support.builders import a_list, a_person
from support.owing import CONNECTIONS, a_delivery, a_letter, deliveries, delivering
from support.sinks import STUCK, Script, scripted_relay
from support.timing import costing_at_most
from support.waiting import eventually
from tickets.database.models import (
    Delivery,
    DeliveryState,
    LetterKind,
    MailingList,
    Mode,
    Subscription,
    Urgency,
    metadata,
)
from tickets.database.store import Store, system_clock
from tickets.people import persons, reachability, registry, subscriptions
from tickets.portal import Portal
from tickets.reasons import BounceKind
from tickets.tokens import Signer

ALL = list(Urgency)


@pytest.fixture
def claims(store: Store, portal: Portal, signer: Signer) -> Claims:
    return Claims(store, portal, signer, system_clock)


def owe_many(store: Store, kind: LetterKind, times: int, domain: str, now: datetime) -> None:
    """One letter of this kind, owed so often to somebody of this domain."""
    with store.transaction() as session:
        mailing_list = session.exec(select(MailingList)).first() or a_list(session)
        reader = persons.person_with(session, f"mange@{domain}") or a_person(session, f"mange@{domain}", "Mange")
        mode = Mode.WEEKLY if kind is LetterKind.DIGEST else Mode.EACH
        subscriptions.subscribe(session, reader, mailing_list, mode, now)
        letter = a_letter(session, mailing_list, kind, now)
        one = a_delivery(letter, reader, now)
        row = {column.name: getattr(one, column.name) for column in metadata.tables["deliveries"].columns}
        common = {name: row[name] for name in row if name not in ("id", "domain")}
        session.connection().execute(insert(metadata.tables["deliveries"]), [common] * times)


def kinds(parcels: list[Parcel]) -> list[LetterKind]:
    return [parcel.delivery.kind for parcel in parcels]


def domains(parcels: list[Parcel]) -> list[str]:
    return [parcel.delivery.domain for parcel in parcels]


# -- urgency ---------------------------------------------------------------------------


def test_a_way_in_is_claimed_first_then_what_is_for_one_person_then_tickets_then_digests(
    store: Store, claims: Claims, now: datetime
) -> None:
    in_their_order = [LetterKind.LOGIN, LetterKind.RECEIPT, LetterKind.ANSWER, LetterKind.DIGEST]
    for number, kind in enumerate(reversed(in_their_order)):
        owe_many(store, kind, 1, f"by{number}.example.dk", now + timedelta(seconds=number))

    claimed = [claims.claim(ALL, 1) for _ in in_their_order]

    assert [kinds(one) for one in claimed] == [[kind] for kind in in_their_order]


@pytest.mark.parametrize("kind", LetterKind)
def test_only_digests_and_news_are_less_urgent_than_tickets_and_only_a_way_in_most(kind: LetterKind) -> None:
    urgency = declarations()[kind].urgency

    assert (urgency is Urgency.BULK) == (kind in (LetterKind.DIGEST, LetterKind.NEWS))
    assert (urgency is Urgency.LOGIN) == (kind is LetterKind.LOGIN)


def test_among_the_same_who_came_first_goes_first(store: Store, claims: Claims, now: datetime) -> None:
    owe_many(store, LetterKind.ANSWER, 3, "oeby.example.dk", now + timedelta(seconds=1))
    owe_many(store, LetterKind.QUESTION, 3, "oeby.example.dk", now)

    assert kinds(claims.claim(ALL, 6)) == [LetterKind.QUESTION] * 3 + [LetterKind.ANSWER] * 3


def test_a_way_in_leaves_while_digests_fill_every_hand(
    store: Store, portal: Portal, signer: Signer, now: datetime
) -> None:
    """The connections are stuck one after the other but for one, which takes the most urgent letter there is."""
    owe_many(store, LetterKind.DIGEST, 1_000, "oeby.example.dk", now)
    stuck = count(1)
    script: Script = lambda at, to, tried: STUCK if at == "DATA" and next(stuck) < CONNECTIONS else None  # noqa: E731

    with scripted_relay(script) as (relay, port), delivering(store, portal, signer, port):
        eventually(lambda: len(relay.received) > 20)
        owe_many(store, LetterKind.LOGIN, 1, "nordby.example.dk", now)
        begun = len(relay.received)
        eventually(lambda: relay.recipients()["mange@nordby.example.dk"])
        assert len(relay.received) - begun < 200
        relay.let_go.set()


# -- turns -----------------------------------------------------------------------------


def test_one_reader_does_not_wait_behind_the_thousands_of_another_domain(
    store: Store, claims: Claims, now: datetime
) -> None:
    owe_many(store, LetterKind.DIGEST, 2_000, "storby.example.dk", now)
    owe_many(store, LetterKind.DIGEST, 1, "oeby.example.dk", now + timedelta(seconds=1))

    assert "oeby.example.dk" in domains(claims.claim(ALL, 100))


def test_of_many_domains_each_has_its_turn(store: Store, claims: Claims, now: datetime) -> None:
    names = [f"by{number:02}.example.dk" for number in range(50)]
    for name in names:
        owe_many(store, LetterKind.NEWS, 30, name, now)

    served = [domain for _ in range(3) for domain in domains(claims.claim(ALL, 100))]

    assert {served.count(name) for name in names} <= {5, 10}
    assert set(served) == set(names)


def test_all_is_claimed_once_whatever_the_turns(store: Store, claims: Claims, now: datetime) -> None:
    for number, name in enumerate(("storby.example.dk", "", "oeby.example.dk", "nordby.example.dk")):
        owe_many(store, LetterKind.NEWS, 40 * number + 1, name or "x.example.dk", now)
    with store.transaction() as session:  # as rows have it that were laid down before domains were noted
        session.execute(update(Delivery).where(col(Delivery.domain) == "x.example.dk").values(domain=""))

    claimed: list[int] = []
    while parcels := claims.claim(ALL, 25):
        claimed += [parcel.delivery.key for parcel in parcels]

    assert len(claimed) == len(set(claimed)) == 1 + 41 + 81 + 121


def test_what_is_passed_over_is_left_for_later(store: Store, claims: Claims, now: datetime) -> None:
    owe_many(store, LetterKind.ANSWER, 2, "oeby.example.dk", now)
    first, second = (one.key for one in deliveries(store))

    assert [parcel.delivery.id for parcel in claims.claim(ALL, 10, [first])] == [second]
    assert claims.claim(ALL, 10, [first]) == []
    assert [parcel.delivery.id for parcel in claims.claim(ALL, 10)] == [first]


def test_a_claim_is_cheap_however_many_wait(store: Store, claims: Claims, now: datetime) -> None:
    for number in range(98):
        owe_many(store, LetterKind.DIGEST, 1_020, f"by{number:02}.example.dk", now)
    owe_many(store, LetterKind.LOGIN, 1, "by00x.example.dk", now)

    with costing_at_most(2):  # a tenth of a second each, with room for two or three slow ones
        claimed = [claims.claim(ALL, 50) for _ in range(10)]

    assert min(map(len, claimed)) >= 50


# -- addresses -------------------------------------------------------------------------


def move(store: Store, to: str, now: datetime) -> None:
    with store.transaction() as session:
        person = persons.get_person(session, "mange@oeby.example.dk")
        registry.change_email(session, person, to, now)


def test_a_letter_that_waits_goes_to_the_address_that_its_person_has_by_then(
    store: Store, portal: Portal, signer: Signer, now: datetime
) -> None:
    owe_many(store, LetterKind.ANSWER, 2, "oeby.example.dk", now)
    owe_many(store, LetterKind.LOGIN, 1, "nordby.example.dk", now)
    move(store, "mange@nyby.example.dk", now)

    with scripted_relay() as (relay, port), delivering(store, portal, signer, port):
        eventually(lambda: {one.state for one in deliveries(store)} == {DeliveryState.SENT})

    assert relay.recipients() == {"mange@nyby.example.dk": 2, "mange@nordby.example.dk": 1}
    assert {(one.recipient, one.domain) for one in deliveries(store) if one.kind is LetterKind.ANSWER} == {
        ("mange@nyby.example.dk", "nyby.example.dk")
    }


def test_a_letter_that_was_put_off_follows_too(store: Store, claims: Claims, now: datetime) -> None:
    owe_many(store, LetterKind.ANSWER, 1, "oeby.example.dk", now)
    claims.claim(ALL, 1)
    claims.give_back()
    move(store, "mange@nyby.example.dk", now)

    (parcel,) = claims.claim(ALL, 1)

    assert parcel.delivery.recipient == "mange@nyby.example.dk"


def subscription(session: Session) -> Subscription:
    return session.exec(select(Subscription)).one()


def test_a_new_address_inherits_neither_score_nor_pause(store: Store, now: datetime) -> None:
    owe_many(store, LetterKind.ANSWER, 1, "oeby.example.dk", now)
    with store.transaction() as session:
        found = subscription(session)
        found.bounce_score, found.bounced_at, found.warned_at, found.paused_at = 5.0, now, now, now
        session.add(found)

    move(store, "mange@oeby.example.dk", now)
    with store.reading() as session:
        assert reachability.paused(session)  # the address is the same
    move(store, "mange@nyby.example.dk", now)

    with store.reading() as session:
        found = subscription(session)
        assert reachability.paused(session) == []
        assert (found.bounce_score, found.bounced_at, found.warned_at) == (0.0, None, None)


@pytest.mark.parametrize(("moves", "score"), [(False, 1.0), (True, 0.0)])
def test_what_comes_back_from_the_old_address_counts_nothing_for_the_new(
    moves: bool, score: float, store: Store, now: datetime
) -> None:
    owe_many(store, LetterKind.ANSWER, 1, "oeby.example.dk", now)
    if moves:
        move(store, "mange@nyby.example.dk", now)

    with store.transaction() as session:
        delivery = session.exec(select(Delivery)).one()
        bounces.count_bounce(session, delivery, Report(BounceKind.HARD, delivery.recipient, "5.1.1"), now)

    with store.reading() as session:
        assert subscription(session).bounce_score == score
        assert session.exec(select(Delivery.state)).one() is DeliveryState.FAILED
