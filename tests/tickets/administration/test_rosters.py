"""A sheet goes in as a whole or not at all, and a second time it changes nothing."""

from datetime import datetime

import pytest
from sqlmodel import Session, col, func, select

from support.builders import a_list
from tickets.acts.acting import Hand
from tickets.administration import rosters
from tickets.administration.rosters import Registrar, Roster, RosterStep
from tickets.database.models import Event, EventKind, Mode, Organisation, Person, Subscription, Way
from tickets.database.store import Store
from tickets.people import lists, organisations, persons, registry, subscriptions

MUNICIPALITIES = "kommune;kode;maildomæne\nKøbenhavn;101;kk.example.dk\nOdense;;odense.example.dk, skole.example.dk\n"
PEOPLE = (
    "Fornavn;Efternavn;E-mail;Kommune;Rolle;Liste\n"
    "Åse;Sørensen;Aase@kk.example.dk;101;;\n"
    "Bo;Drift;bo@fri.example.org;Odense;redaktør;DB\n"
)


@pytest.fixture
def hand(now: datetime) -> Hand:
    return Hand(None, now, Way.SHELL)


def enter(session: Session, hand: Hand, text: str, *, is_rehearsal: bool = False) -> Roster:
    def take_in() -> Roster:
        return rosters.import_organisations(session, hand, text.encode())

    return rosters.whole_or_not(session, take_in, is_rehearsal=is_rehearsal)


def enter_people(
    session: Session, hand: Hand, text: str, registrar: Registrar | None = None, *, is_rehearsal: bool = False
) -> Roster:
    def take_in() -> Roster:
        return rosters.import_people(session, hand, text.encode("cp1252"), registrar or Registrar())

    return rosters.whole_or_not(session, take_in, is_rehearsal=is_rehearsal)


def test_organisations_get_their_domains_and_those_that_are_new_are_entered(session: Session, hand: Hand) -> None:
    before = session.exec(select(func.count()).select_from(Organisation)).one()

    roster = enter(session, hand, MUNICIPALITIES + "Foreningen;;forening.example.dk\n")

    assert [(step.line, step.what, step.about) for step in roster.steps] == [
        (2, "changed", "Københavns Kommune"), (3, "changed", "Odense Kommune"), (4, "new", "Foreningen"),
    ]  # fmt: skip
    assert session.exec(select(func.count()).select_from(Organisation)).one() == before + 1
    odense = organisations.organisation_named(session, "Odense")
    assert registry.domains_of(session, odense) == ["odense.example.dk", "skole.example.dk"]
    again = enter(session, hand, MUNICIPALITIES)
    assert (again.steps, again.same) == ([], 2)


def test_people_are_entered_with_what_they_are_and_a_second_time_nothing_changes(session: Session, hand: Hand) -> None:
    mailing_list = a_list(session, "Databeskyttelse")
    enter(session, hand, MUNICIPALITIES)

    roster = enter_people(session, hand, PEOPLE, Registrar(mailing_list, Mode.EACH))

    aase, bo = (persons.get_person(session, email) for email in ("aase@kk.example.dk", "bo@fri.example.org"))
    assert (aase.name, bo.name) == ("Åse Sørensen", "Bo Drift")
    assert organisations.organisation_name(session, aase) == "Københavns Kommune"
    assert organisations.organisation_name(session, bo) == "Odense Kommune"
    assert roster.steps[1] == RosterStep(3, "new", bo.email, ("editor", "Databeskyttelse: each"))
    assert subscriptions.mode_of(session, aase, mailing_list) is Mode.EACH
    again = enter_people(session, hand, PEOPLE, Registrar(mailing_list, Mode.EACH))
    assert (again.steps, again.same, again.faults) == ([], 2, {})


def test_who_left_a_list_is_not_put_back(session: Session, hand: Hand) -> None:
    mailing_list = a_list(session, "Databeskyttelse")
    enter_people(session, hand, "mail;navn\na@example.org;A\n", Registrar(mailing_list))
    subscriptions.subscribe(session, persons.get_person(session, "a@example.org"), mailing_list, Mode.NONE, hand.at)

    assert enter_people(session, hand, "mail;navn\na@example.org;A\n", Registrar(mailing_list)).same == 1


def test_a_rehearsal_says_what_would_change_and_changes_nothing(session: Session, hand: Hand) -> None:
    a_list(session, "Databeskyttelse")

    rehearsed = enter(session, hand, MUNICIPALITIES, is_rehearsal=True)
    people = enter_people(session, hand, "mail;navn\na@example.org;A\n", is_rehearsal=True)

    assert (len(rehearsed.steps), len(people.steps)) == (2, 1)
    assert persons.person_with(session, "a@example.org") is None
    assert registry.domains_of(session, organisations.organisation_named(session, "Odense")) == []


FAULTY = [
    ("mail;navn\ngod@example.org;God\nikke en adresse;X\n", 3, "is not a mail address"),
    ("mail;navn\ngod@example.org;\n", 2, "needs a name"),
    ("mail;navn;kommune\ngod@example.org;God;Atlantis\n", 2, "No organisation is called 'Atlantis'"),
    ("mail;navn;kommune\na@kk.example.dk;A;Odense\n", 2, "is of Københavns Kommune"),
    ("mail;navn;sprog\na@example.org;A;fr\n", 2, "no language"),
    ("mail;navn;rolle\na@example.org;A;konge\n", 2, "role is 'konge'; write one of member, lawyer"),
    ("mail;navn;rolle\na@example.org;A;administrator\n", 2, "one by one"),
    ("mail;navn;liste\na@example.org;A;XX\n", 2, "No list"),
    ("mail;navn\na@example.org;A\na@example.org;B\n", 3, "is called A in line 2, and B here"),
]


@pytest.mark.parametrize(("text", "line", "told"), FAULTY, ids=[told for *_, told in FAULTY])
def test_a_faulty_line_is_told_by_its_number_and_nothing_is_half_done(
    session: Session, hand: Hand, text: str, line: int, told: str
) -> None:
    enter(session, hand, MUNICIPALITIES)
    before = session.exec(select(func.count()).select_from(Person)).one()

    roster = enter_people(session, hand, text)

    assert [*roster.faults] == [line]
    assert told in roster.faults[line]
    assert session.exec(select(func.count()).select_from(Person)).one() == before


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("København;461;", "are Odense Kommune and Københavns Kommune|are Københavns Kommune and Odense Kommune"),
        (";9999;", "no organisation has the code 9999"),
        (";;x.example.dk", "neither name nor code"),
        ("Odense;;ikke et domæne æ ", "is not a mail domain"),
    ],
)
def test_a_faulty_organisation_is_told(session: Session, hand: Hand, line: str, told: str) -> None:
    roster = enter(session, hand, f"{MUNICIPALITIES}{line}\n")

    assert [*roster.faults] == [4]
    assert any(one in roster.faults[4] for one in told.split("|"))
    assert registry.domains_of(session, organisations.organisation_named(session, "Odense")) == []


@pytest.mark.parametrize("is_quiet", [True, False])
def test_new_subscribers_are_welcomed_only_where_that_is_wanted(store: Store, hand: Hand, is_quiet: bool) -> None:
    with store.transaction() as session:
        registrar = Registrar(a_list(session, "Databeskyttelse"), is_quiet=is_quiet)
        enter_people(session, hand, "mail;navn\na@example.org;A\n", registrar)

    with store.reading() as session:
        told = session.exec(select(Event.is_quiet).where(col(Event.kind) == EventKind.SUBSCRIBED))
        assert list(told) == [is_quiet]


@pytest.mark.slow
@pytest.mark.any_database
def test_six_hundred_people_of_all_municipalities_go_in_at_once(session: Session, hand: Hand) -> None:
    names = [one.name for one in session.exec(select(Organisation).where(col(Organisation.code).is_not(None)))]
    domains = "".join(f"{name};k{number}.example.dk\n" for number, name in enumerate(names))
    people = "".join(f"p{n}@k{n % 98}.example.dk;Person {n};{names[n % 98]}\n" for n in range(600))
    registrar = Registrar(a_list(session, "Databeskyttelse"))

    entered = (
        enter(session, hand, f"kommune;domæne\n{domains}"),
        enter_people(session, hand, f"mail;navn;kommune\n{people}", registrar),
    )

    assert [(len(one.steps), one.faults) for one in entered] == [(98, {}), (600, {})]
    assert session.exec(select(func.count()).select_from(Subscription)).one() == 600
    assert enter_people(session, hand, f"mail;navn;kommune\n{people}", registrar).same == 600
    assert lists.find_list(session, "Databeskyttelse")
