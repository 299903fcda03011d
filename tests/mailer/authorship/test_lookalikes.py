"""Addresses that a reader would take for another's."""

import pytest
from sqlmodel import Session

from mailer.authorship.lookalikes import find_claimed, find_twin, skeleton
from support.builders import LONG_AGO, a_message, a_person, an_organisation
from support.mail_room import Desk, desk  # noqa: F401
from tickets.database.models import Disposition, Person
from tickets.moderation import holding
from tickets.people import persons
from tickets.reasons import Grounds, Reason


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("odense.dk", "0dense.dk"),
        ("odense.dk", "оdense.dk"),
        ("kolding.dk", "ko1ding.dk"),
        ("vejen.dk", "vvejen.dk".replace("vv", "v")),
        ("hjoerring.dk", "hjoering.dk".replace("ring", "rring")),
        ("norddjurs.dk", "norddjurѕ.dk"),
        ("herning.dk", "heming.dk"),
        ("herning.dk", "her-ning.dk"),
        ("odense.dk", "оdense.dk".encode("idna").decode()),
    ],
)
def test_what_looks_alike_has_one_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize("other", ["oddense.dk", "odens.dk", "ødense.dk", "odense.se"])
def test_what_differs_has_another(other: str) -> None:
    assert skeleton("odense.dk") != skeleton(other)


def test_a_domain_like_a_members_is_found_out(session: Session) -> None:
    an_organisation(session, "Øby Kommune", "oeby.example.dk")

    assert find_twin(session, "ole@0eby.example.dk") == "oeby.example.dk"
    assert find_twin(session, "ole@oeby.example.dk") == ""
    assert find_twin(session, "ole@elsewhere.example.org") == ""


def test_a_name_like_a_colleagues_is_found_out_and_initials_are_not(session: Session) -> None:
    a_person(session, "kil@oeby.example.dk", "Kirsten Lund")

    assert find_twin(session, "kіl@oeby.example.dk") == "kil@oeby.example.dk"
    assert find_twin(session, "kll@oeby.example.dk") == ""


def test_mail_from_a_look_alike_is_held_with_its_reason(desk: Desk) -> None:  # noqa: F811
    arrival = desk.take(a_message(From="Ole Følger <ole@0eby.example.dk>"))[0]

    assert arrival.grounds == Grounds(Reason.LOOKALIKE, {"twin": "oeby.example.dk"})


@pytest.mark.alike
@pytest.mark.parametrize(
    ("name", "email", "claimed"),
    [
        ("anders@forening.example.dk", "evil@example.org", "anders@forening.example.dk"),
        ("Anders <ANDERS@forening.example.dk>", "evil@example.org", "anders@forening.example.dk"),
        ("'nobody.yet@forening.example.dk'", "evil@example.org", "nobody.yet@forening.example.dk"),
        ("gaest@example.com", "evil@example.org", "gaest@example.com"),
        ("evil@example.org", "evil@example.org", ""),
        ("jura@forening.example.dk", "anders@forening.example.dk", ""),
        ("jura@forening.example.dk", "anders@mail.forening.example.dk", ""),
        ("elsewhere@example.net", "evil@example.org", ""),
        ("Anders Jurist", "evil@example.org", ""),
        ("a@b " * 10_000, "evil@example.org", ""),
    ],
)
def test_whoever_has_a_members_address_for_a_name_is_found_out(
    session: Session, name: str, email: str, claimed: str
) -> None:
    a_person(session, "anders@forening.example.dk")
    session.add(Person(email="gaest@example.com", is_guest=True, joined_at=LONG_AGO))
    session.flush()

    assert find_claimed(session, name, email) == claimed


def test_mail_from_who_calls_themselves_a_member_is_held_with_its_reason(desk: Desk) -> None:  # noqa: F811
    usual = desk.take(a_message(From='"ny@oeby.example.dk" <ny@oeby.example.dk>'))[0]
    member = desk.take(a_message(From='"anders@forening.example.dk" <nyere@oeby.example.dk>'))[0]
    stranger = desk.take(a_message(From='"ny@oeby.example.dk" <evil@example.org>'))[0]

    assert usual.disposition is Disposition.FILED
    assert member.grounds == Grounds(Reason.CALLS_ITSELF, {"claimed": "anders@forening.example.dk"})
    assert stranger.grounds == Grounds(Reason.CALLS_ITSELF, {"claimed": "ny@oeby.example.dk"})
    assert stranger.reason
    assert stranger.reason.is_doubtful


def test_who_is_let_in_all_the_same_gets_no_members_address_for_a_name(desk: Desk) -> None:  # noqa: F811
    spoof = a_message(From='"anders@forening.example.dk" <evil@example.org>', text="Må jeg være med?")
    number = desk.take(spoof)[0].key
    with desk.store.transaction() as session:
        holding.release(session, number, desk.now)
    assert desk.process()[-1].disposition is Disposition.FILED
    spoof.replace_header("Message-ID", "<another@example.org>")
    desk.take(spoof)

    with desk.store.reading() as session:
        person = persons.get_person(session, "evil@example.org")
    assert (person.is_guest, person.name) == (True, "")
