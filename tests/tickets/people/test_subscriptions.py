"""How a subscription is changed."""

from datetime import datetime

from sqlmodel import col, select

from support.builders import a_list, a_person
from tickets.database.models import Event, EventKind, Mode
from tickets.database.store import Store
from tickets.people import subscriptions


def test_subscribing_changes_the_mode_and_tells_the_journal(store: Store, now: datetime) -> None:
    with store.transaction() as session:
        mailing_list, mette = a_list(session), a_person(session)
        modes = [subscriptions.mode_of(session, mette, mailing_list)]
        for mode in (Mode.EACH, Mode.WEEKLY, Mode.NONE):
            subscriptions.subscribe(session, mette, mailing_list, mode, now)
            modes.append(subscriptions.mode_of(session, mette, mailing_list))

    assert modes == [Mode.NONE, Mode.EACH, Mode.WEEKLY, Mode.NONE]
    with store.reading() as session:
        kinds = list(session.exec(select(Event.kind).order_by(col(Event.id))))
    assert kinds == [EventKind.SUBSCRIBED, EventKind.SUBSCRIBED, EventKind.UNSUBSCRIBED]
