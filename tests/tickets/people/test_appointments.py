"""Which roles people have, on one list or on all."""

from sqlmodel import Session

from support.builders import a_lawyer, a_list, a_person
from tickets.database.models import Role
from tickets.people import appointments


def test_a_role_on_one_list_is_none_on_another(session: Session) -> None:
    one, other = a_list(session), a_list(session, "sikkerhed", "SIK")
    anders = a_lawyer(session, one)

    assert appointments.roles_of(session, anders, one) == {Role.LAWYER}
    assert appointments.roles_of(session, anders, other) == set()


def test_a_role_on_all_lists_is_one_on_each(session: Session) -> None:
    mailing_list = a_list(session)
    anders = a_person(session)
    appointments.appoint(session, anders, Role.LAWYER)

    assert appointments.lawyers(session, mailing_list.key) == [anders]


def test_who_is_appointed_twice_is_told_once(session: Session) -> None:
    mailing_list = a_list(session)
    anders = a_lawyer(session, mailing_list)
    appointments.appoint(session, anders, Role.LAWYER, mailing_list)
    appointments.appoint(session, anders, Role.LAWYER)

    assert appointments.lawyers(session, mailing_list.key) == [anders]


def test_an_administrator_is_one_everywhere(session: Session) -> None:
    bo = a_person(session)
    appointments.appoint(session, bo, Role.ADMINISTRATOR, a_list(session))

    assert appointments.is_administrator(session, bo)
    assert appointments.administrators(session) == [bo]


def test_a_role_taken_away_on_one_list_stays_on_the_other(session: Session) -> None:
    one, other = a_list(session), a_list(session, "sikkerhed", "SIK")
    anders = a_lawyer(session, one)
    appointments.appoint(session, anders, Role.LAWYER, other)

    appointments.dismiss(session, anders, Role.LAWYER, one)

    assert appointments.lawyers(session, one.key) == []
    assert appointments.lawyers(session, other.key) == [anders]
