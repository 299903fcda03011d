"""Organisations and the mail domains by which they are known."""

import pytest
from sqlmodel import Session

from support.builders import a_person, an_organisation
from tickets.errors import BadInput, Conflict, NotFound
from tickets.people import organisations


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
