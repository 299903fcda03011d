"""Who becomes a member with a first mail, who is a guest, and what they read."""

from datetime import datetime

import pytest
from sqlmodel import Session, select

from support.builders import a_list, a_person, an_organisation
from tickets.database.models import Event, EventKind, Subscription
from tickets.database.store import Store
from tickets.people import persons, subscriptions


def test_a_first_mail_makes_its_author_a_member_and_subscribes_nobody(store: Store, now: datetime) -> None:
    with store.transaction() as session:
        organisation = an_organisation(session)
        mailing_list = a_list(session)

        person = persons.welcome(session, "Mette@proevested.example.dk", "Mette", now)

        assert person is not None
        assert (person.email, person.organisation_key) == ("mette@proevested.example.dk", organisation.id)
        assert subscriptions.is_member(session, person, mailing_list)
    with store.reading() as session:
        assert session.exec(select(Subscription)).all() == []
        assert [event.kind for event in session.exec(select(Event))] == [EventKind.JOINED]


def test_a_second_mail_changes_nothing_but_a_missing_name(session: Session, now: datetime) -> None:
    an_organisation(session)
    first = persons.welcome(session, "mette@proevested.example.dk", "", now)

    second = persons.welcome(session, "mette@proevested.example.dk", "Mette Eksempel", now)
    third = persons.welcome(session, "mette@proevested.example.dk", "Ondsindet Navn", now)

    assert first is second is third
    assert third is not None
    assert third.name == "Mette Eksempel"


def test_a_stranger_is_nobody_until_let_in_as_a_guest(session: Session, now: datetime) -> None:
    stranger = persons.welcome(session, "sam@example.com", "Sam", now)

    guest = persons.welcome(session, "sam@example.com", "Sam", now, as_guest=True)

    assert stranger is None
    assert guest is not None
    assert guest.is_guest


@pytest.mark.parametrize("email", ["x@sub.proevested.example.dk", "x@evil-proevested.example.dk"])
def test_only_the_very_domain_makes_a_member(session: Session, now: datetime, email: str) -> None:
    an_organisation(session)

    assert persons.welcome(session, email, "X", now) is None


def test_nobody_of_an_organisation_that_was_shut_out_is_let_in(session: Session, now: datetime) -> None:
    an_organisation(session).is_approved = False
    session.flush()

    assert persons.welcome(session, "mette@proevested.example.dk", "Mette", now) is None


def test_a_person_reads_their_own_language_else_the_lists_else_the_portals(session: Session) -> None:
    english = a_list(session, language="en")
    dane, other = a_person(session, language="da"), a_person(session, "ole@oeby.example.dk")

    assert persons.language_of(dane, english, "en") == "da"
    assert persons.language_of(other, english, "da") == "en"
    assert persons.language_of(other, None, "da") == "da"
