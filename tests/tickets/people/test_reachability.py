"""When letters to an address are paused, who is told, and how they go on."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from support.builders import a_lawyer, a_list, a_person, an_organisation
from tickets.database.models import Event, EventKind, MailingList, Mode, Person, Role, Subscription
from tickets.database.store import Store
from tickets.people import appointments, reachability, subscriptions
from tickets.people.reachability import score_bounce
from tickets.reasons import BounceKind

DAY = timedelta(days=1)
HARD, TRANSIENT, POLICY, COMPLAINT = BounceKind.HARD, BounceKind.TRANSIENT, BounceKind.POLICY, BounceKind.COMPLAINT


def score(now: datetime, *bounces: tuple[float, BounceKind]) -> float:
    """The score after bounces so many days from now."""
    total, last_at = 0.0, None
    for days, kind in bounces:
        at = now + days * DAY
        after = score_bounce(total, last_at, kind, at)
        total, last_at = after, at if after != total or last_at is None else last_at
    return total


def test_a_hard_bounce_counts_one_and_others_half(now: datetime) -> None:
    assert score(now, (0, HARD), (1, TRANSIENT), (2, POLICY)) == 2.0


def test_more_bounces_of_one_day_count_once(now: datetime) -> None:
    assert score(now, (0, TRANSIENT), (0.1, HARD), (0.2, HARD)) == 0.5


def test_nine_days_without_bounces_forget_the_score(now: datetime) -> None:
    assert score(now, (0, HARD), (9, HARD)) == 2.0
    assert score(now, (0, HARD), (9.1, HARD)) == 1.0


def test_weekly_letters_that_come_back_add_up_though_never_at_the_same_hour(now: datetime) -> None:
    late = (0.0, 0.3, 0.01, 0.9, 0.2)

    assert score(now, *((7 * week + late[week], HARD) for week in range(5))) == reachability.THRESHOLD


def test_one_complaint_warns_and_a_second_is_enough(now: datetime) -> None:
    assert reachability.WARNING <= score(now, (0, COMPLAINT)) < reachability.THRESHOLD
    assert score(now, (0, COMPLAINT), (0.1, COMPLAINT)) >= reachability.THRESHOLD


@pytest.fixture
def mailing_list(session: Session) -> MailingList:
    return a_list(session)


def subscribed(session: Session, mailing_list: MailingList, email: str, mode: Mode = Mode.WEEKLY) -> Person:
    person = a_person(session, email)
    session.add(
        Subscription(person_key=person.key, mailing_list_key=mailing_list.key, mode=mode, since=mailing_list.created_at)
    )
    session.flush()
    return person


def bounce(
    session: Session,
    person: Person,
    kind: BounceKind,
    now: datetime,
    days: int,
    mailing_list: MailingList | None = None,
) -> None:
    """Letters of this list, or of all that the person gets, come back on so many days."""
    query = select(Subscription.mailing_list_key).where(Subscription.person_key == person.id)
    keys = [mailing_list.id] if mailing_list else session.exec(query).all()
    for day in range(days):
        for key in keys:
            reachability.note_bounce(session, person, key, kind, now + day * DAY)


def pause(session: Session, person: Person, now: datetime) -> None:
    bounce(session, person, COMPLAINT, now - DAY, 2)


def is_mailed(session: Session, mailing_list: MailingList, person: Person) -> bool:
    return person in subscriptions.subscribers(session, mailing_list.key, Mode.WEEKLY)


def test_letters_are_paused_at_the_fifth_hard_bounce_and_not_before(
    session: Session, mailing_list: MailingList, now: datetime
) -> None:
    mette = subscribed(session, mailing_list, "mette@proevested.example.dk")

    bounce(session, mette, HARD, now, 4)
    before = is_mailed(session, mailing_list, mette)
    bounce(session, mette, HARD, now + 4 * DAY, 1)

    assert (before, is_mailed(session, mailing_list, mette)) == (True, False)
    assert [(one.email, at) for one, _, at in reachability.paused(session)] == [(mette.email, now + 4 * DAY)]


def test_full_mailboxes_take_ten_days(session: Session, mailing_list: MailingList, now: datetime) -> None:
    mette = subscribed(session, mailing_list, "mette@proevested.example.dk")

    bounce(session, mette, TRANSIENT, now, 9)
    before = is_mailed(session, mailing_list, mette)
    bounce(session, mette, TRANSIENT, now + 9 * DAY, 1)

    assert (before, is_mailed(session, mailing_list, mette)) == (True, False)


def told(store: Store) -> list[EventKind]:
    with store.reading() as session:
        return [EventKind(kind) for kind in session.exec(select(Event.kind).order_by(Event.id))]  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [HARD, TRANSIENT, POLICY, COMPLAINT])
def test_a_pause_is_warned_of_and_told_once(store: Store, now: datetime, kind: BounceKind) -> None:
    with store.transaction() as session:
        mette = subscribed(session, a_list(session), "mette@proevested.example.dk")
        bounce(session, mette, kind, now, 12)

    assert told(store) == [EventKind.WARNED, EventKind.PAUSED]


@pytest.mark.parametrize("kinds", [(COMPLAINT,) * 3, (HARD, COMPLAINT, COMPLAINT), (COMPLAINT, HARD, COMPLAINT)])
def test_nothing_is_paused_on_the_day_of_the_warning(
    store: Store, now: datetime, kinds: tuple[BounceKind, ...]
) -> None:
    with store.transaction() as session:
        mette = subscribed(session, a_list(session), "mette@proevested.example.dk")
        for kind in kinds:
            bounce(session, mette, kind, now, 1)

    assert told(store) == [EventKind.WARNED]


@pytest.mark.parametrize("kind", [HARD, TRANSIENT, POLICY, COMPLAINT])
def test_what_comes_back_pauses_the_list_that_wrote_and_no_other(
    session: Session, mailing_list: MailingList, now: datetime, kind: BounceKind
) -> None:
    mette = subscribed(session, mailing_list, "mette@proevested.example.dk")
    other = a_list(session, "sikkerhed", "SIK")
    subscriptions.subscribe(session, mette, other, Mode.WEEKLY, now)

    bounce(session, mette, kind, now, 12, mailing_list)

    assert (is_mailed(session, mailing_list, mette), is_mailed(session, other, mette)) == (False, True)


def test_a_letter_of_no_list_pauses_none(session: Session, mailing_list: MailingList, now: datetime) -> None:
    mette = subscribed(session, mailing_list, "mette@proevested.example.dk")

    for day in range(12):
        reachability.note_bounce(session, mette, None, HARD, now + day * DAY)

    assert is_mailed(session, mailing_list, mette)


def test_who_says_that_letters_arrive_is_not_paused_and_warned_anew(store: Store, now: datetime) -> None:
    with store.transaction() as session:
        mette = subscribed(session, a_list(session), "mette@proevested.example.dk")
        bounce(session, mette, HARD, now, 4)
        was_warned = reachability.is_warned(session, mette)
        reachability.resume(session, mette, now + 4 * DAY)
        is_warned = reachability.is_warned(session, mette)
        bounce(session, mette, HARD, now + 4 * DAY, 4)

    assert (was_warned, is_warned) == (True, False)
    assert told(store) == [EventKind.WARNED, EventKind.WARNED]


def test_a_resumed_address_starts_anew(session: Session, mailing_list: MailingList, now: datetime) -> None:
    mette = subscribed(session, mailing_list, "mette@proevested.example.dk")
    pause(session, mette, now)

    assert reachability.resume(session, mette, now)
    assert (reachability.is_warned(session, mette), is_mailed(session, mailing_list, mette)) == (False, True)
    assert not reachability.resume(session, mette, now)


def test_who_writes_is_reached(session: Session, mailing_list: MailingList, now: datetime) -> None:
    mette = subscribed(session, mailing_list, "mette@proevested.example.dk")
    pause(session, mette, now)

    reachability.heard_from(session, mette, now)

    assert not reachability.is_paused(session, mette)


def test_choosing_how_to_get_a_list_ends_the_pause(session: Session, mailing_list: MailingList, now: datetime) -> None:
    mette = subscribed(session, mailing_list, "mette@proevested.example.dk")
    pause(session, mette, now)

    subscriptions.subscribe(session, mette, mailing_list, Mode.WEEKLY, now)

    assert is_mailed(session, mailing_list, mette)


def test_who_left_a_list_is_not_paused_on_it(session: Session, mailing_list: MailingList, now: datetime) -> None:
    mette = subscribed(session, mailing_list, "mette@proevested.example.dk", Mode.NONE)

    pause(session, mette, now)

    assert reachability.count_paused(session) == 0


def test_colleagues_stand_in_and_after_the_last_of_them_who_runs_the_list(
    session: Session, mailing_list: MailingList, now: datetime
) -> None:
    an_organisation(session)
    mette = subscribed(session, mailing_list, "mette@proevested.example.dk")
    per = subscribed(session, mailing_list, "per@proevested.example.dk", Mode.EACH)
    subscribed(session, mailing_list, "ole@oeby.example.dk")
    anders = a_lawyer(session, mailing_list)
    bo = a_person(session, "bo@forening.example.dk", "Bo Drift")
    appointments.appoint(session, bo, Role.ADMINISTRATOR)

    pause(session, mette, now)
    colleagues = reachability.stand_ins(session, mette, mailing_list)
    pause(session, per, now)
    last = reachability.stand_ins(session, per, mailing_list)

    assert (colleagues, reachability.has_stand_in(mette, colleagues)) == ([per], True)
    assert ({one.email for one in last}, reachability.has_stand_in(per, last)) == ({bo.email, anders.email}, False)
