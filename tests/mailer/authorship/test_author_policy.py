"""What a domain's DMARC records say; what becomes of messages by them is in test_verification."""

import math
from collections.abc import Iterator

import pytest

from mailer.authorship.author_policy import AuthorPolicy, Wish, find_policy
from mailer.authorship.nameservers import Questions
from support.nameservers import Answerer, answering


@pytest.fixture
def answerer() -> Iterator[Answerer]:
    with answering() as answerer:
        yield answerer


def policy(answerer: Answerer, domain: str) -> AuthorPolicy:
    return find_policy(Questions(math.inf, answerer.resolver), domain)


def test_a_domain_without_a_record_wants_nothing(answerer: Answerer) -> None:
    assert policy(answerer, "odense.example.dk") == AuthorPolicy("odense.example.dk")
    assert answerer.asked == ["_dmarc.odense.example.dk", "_dmarc.example.dk", "_dmarc.dk"]


def test_the_highest_record_names_the_organisation(answerer: Answerer) -> None:
    answerer.text("_dmarc.a.b.example.dk", "v=DMARC1; p=none; adkim=s")
    answerer.text("_dmarc.example.dk", "v=DMARC1; p=reject; sp=quarantine; aspf=s")

    own, below = policy(answerer, "a.b.example.dk"), policy(answerer, "c.b.example.dk")

    assert own == AuthorPolicy("a.b.example.dk", "example.dk", Wish.NONE, wants_same_signer=True)
    assert below == AuthorPolicy("c.b.example.dk", "example.dk", Wish.QUARANTINE, wants_same_sender=True)


def test_a_registry_speaks_for_those_who_say_nothing_and_joins_nobody(answerer: Answerer) -> None:
    answerer.text("_dmarc.dk", "v=DMARC1; p=reject; psd=y")

    assert policy(answerer, "mail.odense.dk") == AuthorPolicy("mail.odense.dk", "odense.dk", Wish.REJECT)


def test_a_record_of_a_top_level_domain_makes_no_organisation_of_it(answerer: Answerer) -> None:
    answerer.text("_dmarc.dk", "v=DMARC1; p=none")

    assert policy(answerer, "odense.dk").organisation == "odense.dk"


def test_a_name_of_a_hundred_labels_costs_eight_questions(answerer: Answerer) -> None:
    answerer.text("_dmarc.example.dk", "v=DMARC1; p=reject")

    found = policy(answerer, "a." * 100 + "example.dk")

    assert (found.organisation, found.wish, len(answerer.asked)) == ("example.dk", Wish.REJECT, 8)


@pytest.mark.parametrize("domain", ["", ".", "a..b", "x" * 300 + ".dk", "æøå.dk", "\\", "a b.dk", "1.2.3.4"])
def test_what_is_no_name_has_no_policy(answerer: Answerer, domain: str) -> None:
    assert policy(answerer, domain).wish is Wish.NONE


@pytest.mark.parametrize(
    ("record", "of_name", "of_no_name"),
    [
        ("p=none; np=reject", Wish.NONE, Wish.REJECT),
        ("p=none; sp=quarantine; np=reject", Wish.QUARANTINE, Wish.REJECT),
        ("p=reject; np=none", Wish.REJECT, Wish.NONE),
        ("p=reject; sp=none", Wish.NONE, Wish.NONE),
        ("p=none; np=reject; t=y", Wish.NONE, Wish.QUARANTINE),
        ("p=none; np=perhaps", Wish.NONE, Wish.NONE),
    ],
)
def test_a_name_that_does_not_exist_may_have_a_policy_of_its_own(
    answerer: Answerer, record: str, of_name: Wish, of_no_name: Wish
) -> None:
    answerer.text("_dmarc.example.dk", f"v=DMARC1; {record}")
    answerer.text("post.example.dk", "some text")

    wishes = [policy(answerer, domain).wish for domain in ("post.example.dk", "nowhere.example.dk")]

    assert wishes == [of_name, of_no_name]


def test_a_registry_may_have_a_policy_for_names_that_nobody_registered(answerer: Answerer) -> None:
    answerer.text("_dmarc.dk", "v=DMARC1; p=none; np=reject; psd=y")
    answerer.text("odense.dk", "some text")

    assert (policy(answerer, "odense.dk").wish, policy(answerer, "odnse.dk").wish) == (Wish.NONE, Wish.REJECT)
    assert "odense.dk" in answerer.asked, "only where the policy makes a difference"
