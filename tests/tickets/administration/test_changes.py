"""Who changed what is noted, in keys of people and not in their names."""

from datetime import datetime

import pytest
from sqlmodel import Session, select

from support.builders import a_lawyer, a_list, a_person, an_organisation
from tickets.acts.acting import Hand
from tickets.administration import changes, organisations, people
from tickets.database.models import AdministrativeChange, ChangeKind, Mode, Person, Role, Way
from tickets.errors import BadInput
from tickets.people import appointments


@pytest.fixture
def bo(session: Session) -> Person:
    """The only administrator."""
    person = a_person(session, "bo@forening.example.dk", "Bo Drift")
    appointments.appoint(session, person, Role.ADMINISTRATOR)
    return person


@pytest.fixture
def hand(now: datetime, bo: Person) -> Hand:
    return Hand(bo, now, Way.WEB)


def test_what_is_done_to_organisations_is_noted(session: Session, hand: Hand) -> None:
    new = organisations.add(session, hand, "Fælleskontoret", ["faelles.example.dk"])
    organisations.change(session, hand, new, new_name="Kontoret", add=["kontor.example.dk"], approved=False)
    organisations.change(session, hand, new, new_name="Kontoret")
    organisations.merge(session, hand, an_organisation(session, "Gammel", "gammel.example.dk"), new)
    organisations.remove(session, hand, new)

    removed, merged, changed, added = changes.newest(session, 9)
    assert [one.kind for one in (added, changed, merged, removed)] == [
        ChangeKind.ORGANISATION_ADDED, ChangeKind.ORGANISATION_CHANGED, ChangeKind.ORGANISATION_MERGED,
        ChangeKind.ORGANISATION_REMOVED,
    ]  # fmt: skip
    assert (added.by, added.way, added.whom) == ("Bo Drift", Way.WEB, "")
    assert changed.details["changed"]["name"] == ["Fælleskontoret", "Kontoret"]
    assert changed.details["changed"]["approved"] == [True, False]
    assert merged.details == {"name": "Kontoret", "other": "Gammel"}


def test_what_is_done_to_people_is_noted_without_their_names(session: Session, hand: Hand) -> None:
    mailing_list = a_list(session, "Databeskyttelse")
    mette = people.add(session, hand, "mette@example.org", "Mette Eksempel")
    people.change(session, hand, mette, name="Mette Ny", email="ny@example.org", language="en")
    people.change(session, hand, mette, name="Mette Ny")
    people.appoint(session, hand, mette, Role.EDITOR, mailing_list)
    people.appoint(session, hand, mette, Role.EDITOR, mailing_list)
    people.dismiss(session, hand, mette, Role.EDITOR, mailing_list)
    people.add_address(session, hand, mette, "mette@example.net")
    people.drop_address(session, hand, mette, "mette@example.net")
    people.subscribe(session, hand, mette, mailing_list, Mode.EACH)
    people.merge(session, hand, people.add(session, hand, "m@example.net", "M"), mette)
    told = [(one.kind, one.whom) for one in changes.newest(session, 20)]
    people.remove(session, hand, mette)

    assert set(told) == {(kind, "Mette Ny") for kind, _ in told}
    assert len(told) == 9
    assert {one.whom for one in changes.newest(session, 20)} == {""}
    rows = list(session.exec(select(AdministrativeChange)))
    assert "mette" not in str([row.details for row in rows]).lower()
    assert rows[1].details == {"changed": ["name", "address", "language"]}


def test_the_last_administrator_stays_one_unless_the_operator_says_otherwise(
    session: Session, hand: Hand, bo: Person
) -> None:
    with pytest.raises(BadInput, match="last administrator"):
        people.dismiss(session, hand, bo, Role.ADMINISTRATOR)
    with pytest.raises(BadInput, match="removes themselves"):
        people.remove(session, hand, bo)

    people.dismiss(session, Hand(None, hand.at, Way.SHELL), bo, Role.ADMINISTRATOR)
    assert not appointments.is_administrator(session, bo)


def test_somebody_is_placed_in_an_organisation_by_whoever_enters_them(session: Session, hand: Hand) -> None:
    office = organisations.add(session, hand, "Kontoret", [])

    person = people.add(session, hand, "fri@example.org", "Fri", organisation=office)

    assert (person.organisation_key, person.is_guest) == (office.id, False)
    with pytest.raises(Exception, match="is of Organisationen"):
        people.change(session, hand, a_lawyer(session, a_list(session)), organisation=office)
