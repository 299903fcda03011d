"""Who belongs here, who may see what, and who is told: the tables of the portal's promises, cell by cell."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from support.builders import LONG_AGO, a_filed_message, a_lawyer, a_list, a_person, an_organisation
from tickets.database.models import (
    Capacity,
    Event,
    EventKind,
    Letter,
    LetterKind,
    MailingList,
    Message,
    MessageKind,
    Mode,
    Organisation,
    Person,
    Role,
    Subscription,
    Ticket,
    TicketKind,
    Visibility,
)
from tickets.database.store import Store
from tickets.errors import BadInput, Conflict, NotFound
from tickets.people import appointments, audience, lists, organisations, persons, subscriptions
from tickets.people.sight import LAWYER, MEMBER, OF_KIND, PUBLIC, Sight, sight_of
from tickets.portal import Portal

# -- a town with one person of every kind --------------------------------------------------


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


def a_ticket(mailing_list: MailingList, visibility: Visibility, asker: Person, number: int) -> Ticket:
    return Ticket(
        id=number,
        mailing_list_key=mailing_list.key,
        number=number,
        subject="Må vi det?",
        visibility=visibility,
        asker_key=asker.key,
        asked_at=LONG_AGO,
        changed_at=LONG_AGO,
    )


def a_message_in(ticket: Ticket, kind: MessageKind, author: Person) -> Message:
    return Message(
        mailing_list_key=ticket.mailing_list_key,
        ticket_key=ticket.key,
        author_key=author.key,
        kind=kind,
        message_id="1@proevested.example.dk",
        own_id="1@example.dk",
        path="1",
        subject="Må vi det?",
        body_digest="",
        content_key="",
        sent_at=LONG_AGO,
        filed_at=LONG_AGO,
        visibility=OF_KIND.get(kind),
    )


MEMBERS_ANYWHERE = {"member", "other member", "guest", "restricted subscriber", "who left restricted"}
APPOINTED_ANYWHERE = {"lawyer of all", "editor of all", "administrator of all"}
LAWYERS = {"lawyer of closed", "lawyer of restricted", "lawyer of public"}
MEMBERS = {
    "closed": MEMBERS_ANYWHERE | APPOINTED_ANYWHERE | LAWYERS,
    "restricted": {"restricted subscriber", "lawyer of restricted"} | APPOINTED_ANYWHERE,
    "public": MEMBERS_ANYWHERE | APPOINTED_ANYWHERE | LAWYERS,
}


# -- who may see what ----------------------------------------------------------------------


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


# -- who is told ---------------------------------------------------------------------------


@dataclass
class Dialogue:
    """A list with two lawyers, one of them the ticket's assignee; an asker, another member, two subscribers."""

    session: Session
    mailing_list: MailingList
    people: dict[str, Person]
    ticket: Ticket

    def told(self, kind: MessageKind, author: str, visibility: Visibility = Visibility.OPEN) -> dict[str, Capacity]:
        self.ticket.visibility = visibility
        message = a_message_in(self.ticket, kind, self.people[author])
        names = {person.id: name for name, person in self.people.items()}
        told = audience.of_message(self.session, self.ticket, message)
        return {names[key]: capacity for key, (_, capacity) in told.items()}


@pytest.fixture
def dialogue(session: Session) -> Dialogue:
    mailing_list = a_list(session, last_number=1)
    people = {
        "asker": a_person(session),
        "assignee": a_lawyer(session, mailing_list),
        "lawyer": a_lawyer(session, mailing_list, "lone@forening.example.dk"),
        "reader": a_person(session, "ole@oeby.example.dk"),
        "weekly reader": a_person(session, "ulla@oeby.example.dk"),
        "member": a_person(session, "mona@moeby.example.dk"),
    }
    subscriptions.subscribe(session, people["reader"], mailing_list, Mode.EACH, LONG_AGO)
    subscriptions.subscribe(session, people["weekly reader"], mailing_list, Mode.WEEKLY, LONG_AGO)
    ticket = a_ticket(mailing_list, Visibility.OPEN, people["asker"], 1)
    ticket.id = None  # the database numbers it, and whatever comes after it
    ticket.assignee_key = people["assignee"].id
    session.add(ticket)
    session.flush()
    return Dialogue(session, mailing_list, people, ticket)


L, S, A = Capacity.LAWYER, Capacity.SUBSCRIBER, Capacity.ASKER
TOLD = [
    (MessageKind.QUESTION, "asker", {"assignee": L, "lawyer": L, "reader": S}),
    (MessageKind.ANSWER, "assignee", {"asker": A, "lawyer": L, "reader": S}),
    (MessageKind.FOLLOW_UP, "asker", {"assignee": L, "reader": S}),
    (MessageKind.REPLY, "member", {"asker": A, "assignee": L, "reader": S}),
    (MessageKind.NEWS, "lawyer", {"assignee": L, "reader": S}),
    (MessageKind.NOTE, "lawyer", {"assignee": L}),
    (MessageKind.AUTOMATIC, "asker", {}),
    (MessageKind.THANKS, "asker", {}),
    (MessageKind.THANKS, "member", {}),
]


@pytest.mark.parametrize(("kind", "author", "told"), TOLD)
def test_those_of_the_table_are_told_and_never_the_author(
    dialogue: Dialogue, kind: MessageKind, author: str, told: dict[str, Capacity]
) -> None:
    assert dialogue.told(kind, author) == told


@pytest.mark.parametrize(("kind", "author", "told"), TOLD)
def test_of_a_confidential_ticket_only_the_asker_and_the_lawyers_are_told(
    dialogue: Dialogue, kind: MessageKind, author: str, told: dict[str, Capacity]
) -> None:
    closest = {name: capacity for name, capacity in told.items() if capacity is not Capacity.SUBSCRIBER}

    assert dialogue.told(kind, author, Visibility.CONFIDENTIAL) == closest


def test_all_lawyers_are_told_of_a_follow_up_while_nobody_is_assigned(dialogue: Dialogue) -> None:
    dialogue.ticket.assignee_key = None

    assert dialogue.told(MessageKind.FOLLOW_UP, "asker") == {"assignee": L, "lawyer": L, "reader": S}


def test_all_lawyers_are_told_of_a_follow_up_once_the_assignee_is_none_of_them(dialogue: Dialogue) -> None:
    appointments.dismiss(dialogue.session, dialogue.people["assignee"], Role.LAWYER)

    told = dialogue.told(MessageKind.FOLLOW_UP, "asker", Visibility.CONFIDENTIAL)

    assert told == {"lawyer": L}


def test_nobody_is_told_twice_and_everybody_in_the_closest_capacity(dialogue: Dialogue) -> None:
    for name in ("asker", "lawyer", "assignee"):
        subscriptions.subscribe(dialogue.session, dialogue.people[name], dialogue.mailing_list, Mode.EACH, LONG_AGO)

    assert dialogue.told(MessageKind.ANSWER, "assignee") == {"asker": A, "lawyer": L, "reader": S}


def test_a_lawyer_who_asks_is_told_as_the_asker(dialogue: Dialogue) -> None:
    dialogue.ticket.asker_key = dialogue.people["lawyer"].key

    assert dialogue.told(MessageKind.ANSWER, "assignee")["lawyer"] is Capacity.ASKER


def test_an_asker_whom_nobody_let_in_is_not_told(dialogue: Dialogue) -> None:
    dialogue.people["asker"].organisation_key = None

    assert "asker" not in dialogue.told(MessageKind.ANSWER, "assignee")


def test_subscribers_of_an_organisation_that_was_shut_out_are_not_told(dialogue: Dialogue) -> None:
    organisation = dialogue.session.get_one(Organisation, dialogue.people["reader"].organisation_key)
    organisation.is_approved = False
    dialogue.session.flush()

    assert "reader" not in dialogue.told(MessageKind.QUESTION, "asker")


# -- who may still get what was written for them -------------------------------------------


def a_letter(session: Session, dialogue: Dialogue, kind: LetterKind = LetterKind.QUESTION) -> Letter:
    letter = Letter(
        kind=kind,
        language="da",
        mailing_list_key=dialogue.mailing_list.id,
        ticket_key=None if kind is LetterKind.DIGEST else dialogue.ticket.id,
        message_id="1@example.dk",
        octets=b"",
        made_at=LONG_AGO,
    )
    session.add(letter)
    session.flush()
    return letter


def entitled(dialogue: Dialogue, kind: LetterKind = LetterKind.QUESTION, **owed: Capacity) -> set[str]:
    """Who of these may still get a letter of this kind; `_` for a blank in their names."""
    capacities = {name.replace("_", " "): capacity for name, capacity in owed.items()}
    keys = {dialogue.people[name].key: name for name in capacities}
    wanted = {key: capacities[name] for key, name in keys.items()}
    letter = a_letter(dialogue.session, dialogue, kind)
    ticket = dialogue.ticket if letter.ticket_key else None
    return {keys[key] for key in audience.still_entitled(dialogue.session, letter, ticket, None, wanted)}


def test_everybody_who_is_told_is_entitled_to_the_letter(dialogue: Dialogue) -> None:
    assert entitled(dialogue, asker=A, lawyer=L, reader=S) == {"asker", "lawyer", "reader"}


def test_who_was_dismissed_left_or_chose_the_digest_gets_no_letter_that_still_waits(dialogue: Dialogue) -> None:
    appointments.dismiss(dialogue.session, dialogue.people["lawyer"], Role.LAWYER, dialogue.mailing_list)
    subscriptions.subscribe(dialogue.session, dialogue.people["reader"], dialogue.mailing_list, Mode.NONE, LONG_AGO)

    assert entitled(dialogue, asker=A, lawyer=L, reader=S, weekly_reader=S) == {"asker"}


def test_subscribers_get_nothing_more_of_a_ticket_that_became_confidential(dialogue: Dialogue) -> None:
    dialogue.ticket.visibility = Visibility.CONFIDENTIAL

    assert entitled(dialogue, asker=A, lawyer=L, reader=S) == {"asker", "lawyer"}


def test_the_digest_is_for_those_who_chose_it_still(dialogue: Dialogue) -> None:
    assert entitled(dialogue, LetterKind.DIGEST, reader=S, weekly_reader=S) == {"weekly reader"}


def test_what_was_written_to_oneself_one_gets(dialogue: Dialogue) -> None:
    assert entitled(dialogue, LetterKind.RECEIPT, asker=Capacity.SELF) == {"asker"}


def test_nobody_gets_what_the_asker_is_owed_but_the_asker(dialogue: Dialogue) -> None:
    assert entitled(dialogue, asker=A, member=A) == {"asker"}


# -- organisations and people --------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("Odense.Example.DK", "odense.example.dk"),
        (" @odense.example.dk. ", "odense.example.dk"),
        ("blåbærgrød.example.dk", "xn--blbrgrd-fxak7p.example.dk"),
    ],
)
def test_a_mail_domain_is_kept_in_lower_case_and_a_labels(given: str, normal: str) -> None:
    assert organisations.normal_domain(given) == normal


@pytest.mark.parametrize("given", ["", "odense", "odense dk", "a..dk", "-@-", "x" * 300 + ".dk", "odense.dk/x", "."])
def test_what_is_no_mail_domain_is_refused(given: str) -> None:
    with pytest.raises(BadInput):
        organisations.normal_domain(given)


@pytest.mark.parametrize("name", ["Odense Kommune", "odense", "  ODENSE kommune "])
def test_a_municipality_is_found_by_whatever_people_call_it(session: Session, name: str) -> None:
    assert organisations.organisation_named(session, name).name == "Odense Kommune"


def test_an_organisation_nobody_knows_is_told_with_what_to_do(session: Session) -> None:
    with pytest.raises(NotFound, match="organisation list"):
        organisations.organisation_named(session, "Atlantis")


def test_a_mail_domain_has_one_organisation(session: Session) -> None:
    an_organisation(session)
    other = organisations.organisation_named(session, "Odense")

    with pytest.raises(Conflict, match="Prøvested Kommune"):
        organisations.give_domains(session, other, ["proevested.example.dk"])


def test_people_known_already_become_members_with_their_mail_domain(session: Session) -> None:
    organisation = organisations.organisation_named(session, "Odense")
    eva = a_person(session, "eva@nyby.example.dk", organisation=organisation, organisation_key=None)
    namesake = a_person(session, "eva@sub.nyby.example.dk", organisation=organisation, organisation_key=None)

    organisations.give_domains(session, organisation, ["nyby.example.dk"])

    assert (eva.organisation_key, namesake.organisation_key) == (organisation.id, None)


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


@pytest.mark.parametrize("text", ["databeskyttelse", "DATABESKYTTELSE@example.dk", " db "])
def test_a_list_is_found_by_name_address_or_prefix(session: Session, text: str) -> None:
    mailing_list = a_list(session)

    assert lists.find_list(session, text) is mailing_list


def test_a_list_nobody_knows_is_told_with_what_to_do(session: Session) -> None:
    with pytest.raises(NotFound, match="list list"):
        lists.find_list(session, "jagt")


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


def test_a_person_reads_their_own_language_else_the_lists_else_the_portals(session: Session) -> None:
    english = a_list(session, language="en")
    dane, other = a_person(session, language="da"), a_person(session, "ole@oeby.example.dk")

    assert persons.language_of(dane, english, "en") == "da"
    assert persons.language_of(other, english, "da") == "en"
    assert persons.language_of(other, None, "da") == "da"


def test_news_is_told_like_any_message_of_its_list(session: Session, portal: Portal, dialogue: Dialogue) -> None:
    author = dialogue.people["lawyer"]
    message = a_filed_message(session, portal, dialogue.mailing_list, author, kind=TicketKind.NEWS)
    ticket = session.get_one(Ticket, message.ticket_key)

    told = audience.of_message(session, ticket, message)

    assert {person.email for person, _ in told.values()} == {"anders@forening.example.dk", "ole@oeby.example.dk"}
