"""Addresses that a reader would take for another's."""

import pytest
from builders import a_message, a_person, an_organisation
from sqlmodel import Session
from test_processor import Desk, desk  # noqa: F401

from mailer.lookalikes import find_twin, skeleton


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

    assert arrival.reason == "comes from an address that looks like oeby.example.dk"
