"""The registry: what an operator enters is checked, changed as asked, and taken out without losing anything."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from support.builders import a_filed_message, a_lawyer, a_list, a_person, an_organisation
from tickets.database.models import (
    Appointment,
    Capacity,
    Delivery,
    DeliveryState,
    Digest,
    DraftFile,
    DraftKind,
    Letter,
    LetterKind,
    LoginLink,
    MailDomain,
    MailingList,
    Mode,
    OrganisationKind,
    Person,
    Role,
    StandardAnswer,
    Subscription,
    Ticket,
    WebDraft,
    WebSession,
)
from tickets.errors import BadInput, Conflict, NotFound
from tickets.people import appointments, lists, logins, organisations, persons, registry, subscriptions
from tickets.portal import Portal
from tickets.writing import drafts

# -- organisations -------------------------------------------------------------------------


def test_a_municipality_that_came_with_the_portal_gets_its_mail_domains(session: Session) -> None:
    odense = registry.add_organisation(session, "odense", ["Odense.Example.dk", "skole.odense.example.dk"])

    assert (odense.name, odense.kind) == ("Odense Kommune", OrganisationKind.MUNICIPALITY)
    assert registry.domains_of(session, odense) == ["odense.example.dk", "skole.odense.example.dk"]


def test_an_organisation_that_nobody_knows_is_entered(session: Session) -> None:
    entered = registry.add_organisation(session, "  Foreningen   af Prøver ", ["proever.example.dk"])

    assert (entered.name, entered.kind, entered.is_approved) == ("Foreningen af Prøver", OrganisationKind.OTHER, True)


def test_an_organisation_is_entered_once(session: Session) -> None:
    registry.add_organisation(session, "Odense", ["odense.example.dk"])

    with pytest.raises(Conflict, match="organisation change"):
        registry.add_organisation(session, "Odense Kommune", ["mere.odense.example.dk"])


@pytest.mark.parametrize(("name", "domain"), [("  ", "a.example.dk"), ("Foreningen", "ingen domæne"), ("F", "dk")])
def test_an_organisation_needs_a_name_and_real_mail_domains(session: Session, name: str, domain: str) -> None:
    with pytest.raises(BadInput):
        registry.add_organisation(session, name, [domain])


def test_an_organisation_is_renamed_and_its_domains_change_hands(session: Session) -> None:
    old = an_organisation(session, "Gammel Kommune", "gammel.example.dk")
    new = organisations.organisation_named(session, "Odense")
    registry.change_organisation(session, old, drop=["gammel.example.dk"])

    registry.change_organisation(session, new, add=["GAMMEL.example.dk"])
    registry.change_organisation(session, old, new_name="Nedlagt Kommune", approved=False)

    assert registry.domains_of(session, new) == ["gammel.example.dk"]
    assert (old.name, old.is_approved, registry.domains_of(session, old)) == ("Nedlagt Kommune", False, [])


def test_only_a_domain_that_an_organisation_has_is_dropped(session: Session) -> None:
    organisation = an_organisation(session)
    an_organisation(session, "Øby Kommune", "oeby.example.dk")

    with pytest.raises(NotFound, match="oeby"):
        registry.change_organisation(session, organisation, drop=["oeby.example.dk"])


def test_an_organisation_with_people_stays(session: Session) -> None:
    organisation = an_organisation(session)
    person = a_person(session)

    with pytest.raises(Conflict, match="1 people"):
        registry.remove_organisation(session, organisation)

    person.organisation_key = None
    session.flush()
    registry.remove_organisation(session, organisation)
    session.flush()
    assert session.exec(select(MailDomain).where(MailDomain.organisation_key == organisation.id)).all() == []
    with pytest.raises(NotFound):
        organisations.organisation_named(session, "Prøvested")


@pytest.mark.parametrize(
    "name",
    ["København", "københavns", "KØBENHAVNS KOMMUNE", "Københavns  kommune", "Koebenhavn", "101", "0101", "101,00"],
)
def test_a_municipality_is_known_by_its_place_its_genitive_and_its_code(session: Session, name: str) -> None:
    organisation = registry.add_organisation(session, name, ["kk.example.dk"])

    assert (organisation.name, organisation.code) == ("Københavns Kommune", "0101")


def test_a_place_does_not_stand_for_another_that_is_called_like_it(session: Session) -> None:
    assert organisations.organisation_named(session, "Assens").name == "Assens Kommune"
    assert registry.add_organisation(session, "Foreningen", []).name == "Foreningen"
    assert registry.add_organisation(session, "Foreningens", []).name == "Foreningens"
    with pytest.raises(NotFound):
        organisations.organisation_named(session, "9999")


def test_two_organisations_become_one_with_the_people_and_domains_of_both(session: Session) -> None:
    real, second = organisations.organisation_named(session, "101"), an_organisation(session, "Kbh", "kk.example.dk")
    mette = a_person(session, "mette@kk.example.dk")

    registry.merge_organisations(session, second, real)

    session.expire_all()
    assert mette.organisation_key == real.id
    assert registry.domains_of(session, real) == ["kk.example.dk"]
    with pytest.raises(NotFound):
        organisations.organisation_named(session, "Kbh")
    with pytest.raises(BadInput, match="one organisation already"):
        registry.merge_organisations(session, real, real)


# -- people --------------------------------------------------------------------------------


def test_a_person_belongs_where_their_mail_domain_does_and_is_a_guest_elsewhere(
    session: Session, now: datetime
) -> None:
    organisation = an_organisation(session)

    member = registry.add_person(session, "Mette@Proevested.example.dk ", "Mette  Eksempel", now, language="en")
    guest = registry.add_person(session, "gaest@example.org", "Gæst", now)

    assert (member.email, member.name, member.language) == ("mette@proevested.example.dk", "Mette Eksempel", "en")
    assert (member.organisation_key, member.is_guest) == (organisation.id, False)
    assert (guest.organisation_key, guest.is_guest) == (None, True)


def test_a_role_holds_on_the_list_that_is_named_or_on_all(session: Session, now: datetime) -> None:
    one, other = a_list(session), a_list(session, "sikkerhed", "IT")

    here = registry.add_person(session, "a@example.org", "A", now, Role.LAWYER, mailing_list=one)
    everywhere = registry.add_person(session, "b@example.org", "B", now, Role.LAWYER)

    assert appointments.lawyers(session, one.key) == [here, everywhere]
    assert appointments.lawyers(session, other.key) == [everywhere]


def test_a_person_is_entered_once_and_no_address_is_given_twice(session: Session, now: datetime) -> None:
    mette, ole = a_person(session), a_person(session, "ole@oeby.example.dk")

    with pytest.raises(Conflict, match="person change"):
        registry.add_person(session, "METTE@proevested.example.dk", "Mette", now)
    with pytest.raises(Conflict, match="address of"):
        registry.change_email(session, ole, mette.email, now)
    registry.change_email(session, mette, "METTE@proevested.example.dk", now)


def test_a_new_address_ends_the_ways_in_of_who_reads_the_old_one(session: Session, now: datetime) -> None:
    person = a_person(session)
    secret = logins.make_login_link(session, person, now)
    session.add(WebSession(secret_hash="x", person_key=person.key, made_at=now, expires_at=now + timedelta(days=30)))
    logins.ask_for_link(session, person, "192.0.2.0", 3, now)

    registry.change_email(session, person, "mette@ny.example.dk", now)

    assert secret
    assert [session.exec(select(table)).all() for table in logins.WAYS_IN] == [[] for _ in logins.WAYS_IN]


def test_with_a_new_address_comes_the_organisation_it_belongs_to(session: Session, now: datetime) -> None:
    new = an_organisation(session, "Øby Kommune", "oeby.example.dk")
    person = a_person(session)

    registry.change_email(session, person, "mette@oeby.example.dk", now)
    assert (person.organisation_key, person.is_guest) == (new.id, False)

    registry.change_email(session, person, "mette@example.org", now)
    assert (person.organisation_key, person.is_guest) == (None, True)


@pytest.mark.parametrize(
    "wrong", ["", "mette", "@example.dk", "a b@example.dk", "a@dk", "å@example.dk", "a,b@example.dk", "<a@example.dk>"]
)
def test_what_no_mail_can_be_sent_to_is_no_address(wrong: str) -> None:
    with pytest.raises(BadInput):
        registry.normal_email(wrong)


def test_a_removed_person_leaves_what_they_wrote_and_nothing_of_themselves(
    session: Session, portal: Portal, now: datetime
) -> None:
    mailing_list = a_list(session)
    anders, mette = a_lawyer(session, mailing_list), a_person(session)
    message = a_filed_message(session, portal, mailing_list, mette)
    ticket = session.get_one(Ticket, message.ticket_key)
    ticket.assignee_key = anders.id
    subscriptions.subscribe(session, anders, mailing_list, Mode.EACH, now)
    logins.make_login_link(session, anders, now)
    draft = drafts.save(session, "a" * 24, DraftKind.REPLY, mette, {"text": "Mette skriver"}, now, ticket)
    assert draft is not None
    drafts.add_files(session, draft, [DraftFile(draft_token="", name="mette.txt", type="text/plain", octets=b"x")])

    for email in (anders.email, mette.email):
        registry.remove_person(session, email, now)
    session.flush()
    session.expire_all()

    assert registry.messages_of(session, mette) == 1
    assert ticket.assignee_key is None
    for table in (Appointment, Subscription, LoginLink, WebDraft, DraftFile):
        assert session.exec(select(table)).all() == []
    assert {(one.name, one.organisation_key, one.is_guest) for one in session.exec(select(Person))} == {
        ("", None, False)
    }
    assert not [one for one in session.exec(select(Person.email)) if "example" in one]
    assert persons.name_of(mette) == ""
    with pytest.raises(NotFound):
        persons.get_person(session, "mette@proevested.example.dk")


def test_what_waits_for_a_removed_person_is_withdrawn_and_where_the_rest_went_is_forgotten(
    session: Session, now: datetime
) -> None:
    mette, ole = a_person(session), a_person(session, "ole@oeby.example.dk")
    letter = a_letter(session, now)
    for person, state in [(mette, DeliveryState.WAITING), (mette, DeliveryState.SENT), (ole, DeliveryState.WAITING)]:
        owe(session, letter, person, state)

    registry.remove_person(session, mette.email, now)
    session.expire_all()

    gone = f"removed-{mette.id}@invalid"
    assert [
        (one.recipient, one.state, one.lease) for one in session.exec(select(Delivery).order_by(col(Delivery.id)))
    ] == [
        (gone, DeliveryState.WITHDRAWN, None),
        (gone, DeliveryState.SENT, None),
        ("ole@oeby.example.dk", DeliveryState.WAITING, "in hand"),
    ]


def a_letter(session: Session, now: datetime, mailing_list: MailingList | None = None) -> Letter:
    letter = Letter(
        kind=LetterKind.ANSWER, language="da", message_id="1@x", octets=b"", made_at=now,
        mailing_list_key=mailing_list.id if mailing_list else None,
    )  # fmt: skip
    session.add(letter)
    session.flush()
    return letter


def owe(session: Session, letter: Letter, person: Person, state: DeliveryState = DeliveryState.WAITING) -> Delivery:
    """A delivery of the letter, in hand if it waits."""
    delivery = Delivery(
        letter_key=letter.key, kind=letter.kind, person_key=person.key,
        recipient=person.email, capacity=Capacity.ASKER, state=state, made_at=letter.made_at,
        next_attempt_at=letter.made_at, lease="in hand" if state is DeliveryState.WAITING else None,
    )  # fmt: skip
    session.add(delivery)
    session.flush()
    return delivery


# -- lists ---------------------------------------------------------------------------------


def a_new_list(now: datetime, **fields: str) -> MailingList:
    usual = {"name": "Sikkerhed", "address": "sikkerhed@example.dk", "prefix": "it"}
    return MailingList(**usual | fields, created_at=now)


def test_a_list_is_entered_with_its_prefix_in_capitals(session: Session, now: datetime) -> None:
    entered = registry.add_list(session, a_new_list(now, name=" IT  sikkerhed "))

    assert (entered.name, entered.prefix) == ("IT sikkerhed", "IT")


@pytest.mark.parametrize(
    "fields", [{"name": " "}, {"prefix": ""}, {"prefix": "D1"}, {"prefix": "ÆØ"}, {"prefix": "A" * 9}]
)
def test_a_list_needs_a_name_and_letters_for_its_tickets(
    session: Session, now: datetime, fields: dict[str, str]
) -> None:
    with pytest.raises(BadInput):
        registry.add_list(session, a_new_list(now, **fields))


@pytest.mark.parametrize(
    "taken", [{"name": "DATABESKYTTELSE"}, {"prefix": "db"}, {"address": "databeskyttelse@example.dk"}]
)
def test_name_prefix_and_address_are_one_lists_alone(session: Session, now: datetime, taken: dict[str, str]) -> None:
    a_list(session)

    with pytest.raises(Conflict):
        registry.add_list(session, a_new_list(now, **taken))


def test_a_list_is_renamed_to_what_no_other_is_called(session: Session) -> None:
    mailing_list = a_list(session)
    a_list(session, "Sikkerhed", "IT")

    registry.rename_list(session, mailing_list, " Persondata ")
    assert mailing_list.name == "Persondata"

    with pytest.raises(Conflict, match="Sikkerhed"):
        registry.rename_list(session, mailing_list, "sikkerhed")
    with pytest.raises(BadInput):
        registry.rename_list(session, mailing_list, "x" * (lists.LONGEST_NAME + 1))
    registry.rename_list(session, mailing_list, "PERSONDATA")


def test_a_list_with_tickets_stays_and_one_without_goes_with_its_subscriptions(
    session: Session, portal: Portal, now: datetime
) -> None:
    used, unused = a_list(session), a_list(session, "Sikkerhed", "IT")
    mette, anders = a_person(session), a_lawyer(session, unused)
    subscriptions.subscribe(session, mette, unused, Mode.WEEKLY, now)
    a_filed_message(session, portal, used, mette)

    with pytest.raises(Conflict, match="1 tickets"):
        registry.remove_list(session, used, now)
    registry.remove_list(session, unused, now)
    session.flush()

    assert [one.name for one in session.exec(select(MailingList))] == ["databeskyttelse"]
    assert appointments.roles_of(session, anders, used) == set()
    assert session.exec(select(Subscription)).all() == []


def test_what_a_removed_list_had_still_to_send_is_withdrawn(session: Session, now: datetime) -> None:
    mailing_list = a_list(session)
    letter = a_letter(session, now, mailing_list)
    delivery = owe(session, letter, a_person(session))
    session.add(Digest(mailing_list_key=mailing_list.key, period="2026-W48", due_at=now, until_event=0, items=0))
    own = {"mailing_list_key": mailing_list.key, "changed_by_key": a_person(session, "ole@oeby.example.dk").key}
    session.add(StandardAnswer(title="Frist", text="Ti dage.", changed_at=now, **own))
    session.flush()

    registry.remove_list(session, mailing_list, now)
    session.flush()
    session.expire_all()

    assert (delivery.state, letter.mailing_list_key) == (DeliveryState.WITHDRAWN, None)
