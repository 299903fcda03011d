"""Askers: who asked a ticket, beside the first who did, and what those without a name are called."""

from datetime import datetime

from sqlmodel import Session

from support.builders import LONG_AGO, a_filed_message, a_lawyer, a_list, a_person, an_organisation
from tickets.database.models import Mode, OrganisationKind, Person, Role, Ticket
from tickets.people import appointments, subscriptions
from tickets.people.askers import Nameless, add_asker, asker_keys, askers_of, drop_asker, nameless_on
from tickets.portal import Portal


def test_somebody_who_asked_too_is_counted_once_and_may_go_again(
    session: Session, portal: Portal, now: datetime
) -> None:
    mailing_list, mette = a_list(session), a_person(session)
    ole = a_person(session, "ole@oeby.example.dk", "Ole Følger")
    question = a_filed_message(session, portal, mailing_list, mette, now)
    ticket = session.get_one(Ticket, question.ticket_key)

    assert [add_asker(session, ticket, key) for key in (mette.key, ole.key, ole.key)] == [False, True, False]
    assert [one.name for one in askers_of(session, ticket)] == ["Mette Eksempel", "Ole Følger"]
    drop_asker(session, ticket, ole.key)
    assert asker_keys(session, ticket) == {mette.id}


def test_one_word_is_for_all_who_have_no_name_on_a_list(session: Session) -> None:
    everybodys, closed = a_list(session), a_list(session, "lukket", "LU", is_restricted=True)
    a_person(session)
    office = an_organisation(session, "Foreningen", "foreningen.example.dk", OrganisationKind.ASSOCIATION)
    anders = a_lawyer(session, everybodys, "anders@foreningen.example.dk")
    appointments.appoint(session, anders, Role.LAWYER, closed)
    a_person(session, "karen@foreningen.example.dk", "Karen Leder", office)

    def words() -> list[Nameless]:
        return [nameless_on(session, one) for one in (everybodys, closed)]

    assert words() == [Nameless.MUNICIPALITY, Nameless.MUNICIPALITY]
    region = an_organisation(session, "Region Prøveland", "region.example.dk", OrganisationKind.REGION)
    assert words() == [Nameless.MUNICIPALITY, Nameless.MUNICIPALITY]  # nobody of it could have asked
    rita = a_person(session, "rita@region.example.dk", "Rita Region", region)
    assert words() == [Nameless.AUTHORITY, Nameless.MUNICIPALITY]
    subscriptions.subscribe(session, rita, closed, Mode.EACH, LONG_AGO)
    assert words() == [Nameless.AUTHORITY, Nameless.AUTHORITY]
    region.is_approved = False
    session.flush()
    assert words() == [Nameless.MUNICIPALITY, Nameless.MUNICIPALITY]


def test_a_guest_is_no_municipality(session: Session) -> None:
    mailing_list = a_list(session)
    guest = Person(email="gitte@raadgiver.example.dk", name="Gitte Gæst", is_guest=True, joined_at=LONG_AGO)
    session.add(guest)
    session.flush()

    assert nameless_on(session, mailing_list) is Nameless.AUTHORITY
    appointments.appoint(session, guest, Role.ADMINISTRATOR)
    assert nameless_on(session, mailing_list) is Nameless.MUNICIPALITY
