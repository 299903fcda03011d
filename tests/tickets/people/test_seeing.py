"""Who may see what, cell by cell: a town with one person, one list and one ticket of every kind."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from support.builders import LONG_AGO, a_lawyer, a_list, a_person, an_organisation
from support.rows import a_message_in, a_ticket
from tickets.database.models import MailingList, MessageKind, Mode, Person, Role, Ticket, Visibility
from tickets.people import appointments, subscriptions
from tickets.people.sight import LAWYER, MEMBER, PUBLIC, Sight, sight_of


@dataclass
class Town:
    """Every kind of person, every kind of list, and on each list a ticket of every visibility by every asker."""

    session: Session
    lists: dict[str, MailingList] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    tickets: list[Ticket] = field(default_factory=list)

    def found(self, sight: Sight) -> set[int | None]:
        """The tickets that the sight's condition finds."""
        return set(self.session.exec(select(Ticket.id).where(sight.tickets())))

    def seen(self, sight: Sight) -> set[int | None]:
        return {ticket.id for ticket in self.tickets if sight.of_ticket(ticket)}

    def who(self, fact: Callable[[Sight], bool]) -> set[str]:
        """The names of all for whose sight this is so; the public's is "anybody"."""
        people = {"anybody": None, **self.people}
        return {name for name, person in people.items() if fact(sight_of(self.session, person))}

    def members(self, mailing_list: MailingList) -> set[str]:
        return {
            name for name, person in self.people.items() if subscriptions.is_member(self.session, person, mailing_list)
        }

    def all_that_are(self, *visibilities: Visibility) -> Iterator[tuple[Ticket, str, str]]:
        """Each ticket of these visibilities, the name of its list and of its asker."""
        lists = {mailing_list.id: name for name, mailing_list in self.lists.items()}
        people = {person.id: name for name, person in self.people.items()}
        for ticket in self.tickets:
            if ticket.visibility in visibilities:
                yield ticket, lists[ticket.mailing_list_key], people[ticket.asker_key]


@pytest.fixture
def town(session: Session) -> Town:
    built = Town(session)
    built.lists = {
        "closed": a_list(session),
        "restricted": a_list(session, "fortrolige", "FO", is_restricted=True),
        "public": a_list(session, "offentlig", "OF", is_public=True),
    }
    built.people = dict(the_people(session, built.lists))
    askers = [person for name, person in built.people.items() if name in ("member", "shut out")]
    cells = product(built.lists.values(), Visibility, askers)
    for number, (mailing_list, visibility, asker) in enumerate(cells, 1):
        ticket = a_ticket(mailing_list, visibility, asker, number)
        session.add(ticket)
        built.tickets.append(ticket)
    session.flush()
    return built


def the_people(session: Session, lists: dict[str, MailingList]) -> Iterator[tuple[str, Person]]:
    shut_out = an_organisation(session, "Lukket Forening", "lukket.example.dk")
    shut_out.is_approved = False
    yield "member", a_person(session)
    yield "other member", a_person(session, "ole@oeby.example.dk")
    yield "shut out", a_person(session, "lis@lukket.example.dk", organisation=shut_out)
    yield "guest", a_person(session, "gaest@example.org", is_guest=True, organisation_key=None)
    yield "stranger", a_person(session, "fremmed@example.com", organisation_key=None)
    for name, mailing_list in lists.items():
        yield f"lawyer of {name}", a_lawyer(session, mailing_list, f"jurist-{name}@forening.example.dk")
    for role in (Role.LAWYER, Role.EDITOR, Role.ADMINISTRATOR):
        person = a_person(session, f"{role}@forening.example.dk")
        appointments.appoint(session, person, role)
        yield f"{role} of all", person
    subscriber = a_person(session, "abonnent@oeby.example.dk")
    subscriptions.subscribe(session, subscriber, lists["restricted"], Mode.WEEKLY, LONG_AGO)
    yield "restricted subscriber", subscriber
    leaver = a_person(session, "forhenvaerende@oeby.example.dk")
    subscriptions.subscribe(session, leaver, lists["restricted"], Mode.NONE, LONG_AGO)
    yield "who left restricted", leaver


MEMBERS_ANYWHERE = {"member", "other member", "guest", "restricted subscriber", "who left restricted"}


APPOINTED_ANYWHERE = {"lawyer of all", "editor of all", "administrator of all"}


LAWYERS = {"lawyer of closed", "lawyer of restricted", "lawyer of public"}


MEMBERS = {
    "closed": MEMBERS_ANYWHERE | APPOINTED_ANYWHERE | LAWYERS,
    "restricted": {"restricted subscriber", "lawyer of restricted"} | APPOINTED_ANYWHERE,
    "public": MEMBERS_ANYWHERE | APPOINTED_ANYWHERE | LAWYERS,
}


def test_what_is_seen_and_what_is_found_is_the_same_for_everybody(town: Town) -> None:
    for person in (None, *town.people.values()):
        sight = sight_of(town.session, person)

        assert town.seen(sight) == town.found(sight), person


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_seen_and_what_is_found_is_the_same_for_whatever_sight(town: Town, data: st.DataObject) -> None:
    some_lists = st.frozensets(st.sampled_from([row.key for row in town.lists.values()]))
    somebody = st.none() | st.sampled_from([person.id for person in town.people.values()])
    lists = {relation: data.draw(some_lists) for relation in (PUBLIC, MEMBER, LAWYER)}
    sight = Sight(data.draw(somebody), lists)

    assert town.seen(sight) == town.found(sight)


def test_members_are_those_of_the_table(town: Town) -> None:
    assert {kind: town.members(mailing_list) for kind, mailing_list in town.lists.items()} == MEMBERS


def test_a_confidential_ticket_is_seen_by_its_asker_and_the_lists_lawyers_alone(town: Town) -> None:
    for ticket, kind, asker in town.all_that_are(Visibility.CONFIDENTIAL):
        assert town.who(lambda sight: sight.of_ticket(ticket)) == {asker, f"lawyer of {kind}", "lawyer of all"}  # noqa: B023


def test_open_and_anonymous_tickets_are_seen_by_members_and_those_of_a_public_list_by_all(town: Town) -> None:
    for ticket, kind, asker in town.all_that_are(Visibility.OPEN, Visibility.ANONYMOUS):
        expected = {"anybody", *town.people} if kind == "public" else MEMBERS[kind] | {asker}

        assert town.who(lambda sight: sight.of_ticket(ticket)) == expected  # noqa: B023


def test_the_asker_of_an_anonymous_ticket_is_known_to_herself_and_the_lists_lawyers_alone(town: Town) -> None:
    for ticket, kind, asker in town.all_that_are(Visibility.ANONYMOUS):
        assert town.who(lambda sight: sight.of_asker(ticket)) == {asker, f"lawyer of {kind}", "lawyer of all"}  # noqa: B023


def test_the_asker_of_an_open_ticket_is_known_to_whoever_sees_it(town: Town) -> None:
    for ticket, _, _ in town.all_that_are(Visibility.OPEN):
        assert town.who(lambda sight: sight.of_asker(ticket)) == town.who(lambda sight: sight.of_ticket(ticket))  # noqa: B023


@pytest.mark.parametrize(
    ("kind", "seers"),
    [
        (MessageKind.NOTE, {"lawyer of closed", "lawyer of all"}),
        (MessageKind.AUTOMATIC, {"lawyer of closed", "lawyer of all", "guest"}),
        (MessageKind.ANSWER, MEMBERS["closed"]),
    ],
)
def test_notes_are_the_lawyers_and_automatic_mail_nobody_elses(town: Town, kind: MessageKind, seers: set[str]) -> None:
    ticket = a_ticket(town.lists["closed"], Visibility.OPEN, town.people["member"], 99)
    message = a_message_in(ticket, kind, town.people["guest"])

    assert town.who(lambda sight: sight.of_message(ticket, message)) == seers


def test_a_sight_of_one_list_is_a_sight_of_no_other(town: Town) -> None:
    sight = sight_of(town.session, town.people["lawyer of all"], town.lists["closed"])

    assert sight.of_list(town.lists["closed"].key)
    assert not sight.of_list(town.lists["restricted"].key)


def test_subscribers_who_are_told_are_those_who_are_members(town: Town) -> None:
    for person, mailing_list in product(town.people.values(), town.lists.values()):
        subscriptions.subscribe(town.session, person, mailing_list, Mode.EACH, LONG_AGO)

    for mailing_list in town.lists.values():
        told = subscriptions.subscribers(town.session, mailing_list.key, Mode.EACH)
        assert {person.id for person in told} == {town.people[name].id for name in town.members(mailing_list)}
        assert subscriptions.subscribers(town.session, mailing_list.key, Mode.WEEKLY) == []
