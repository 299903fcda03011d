"""What lives at an address is found however it is written, and a forged token lives nowhere."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from mailer.addresses import AddressBook, Destination, Directory, Purpose, check_list_address, read_directory
from support.builders import a_list
from templates.language import DESKS, LANGUAGES, load_language
from tickets.database.models import MailingList
from tickets.database.store import Store
from tickets.errors import BadInput, Conflict, UnknownAddress
from tickets.tokens import Signer

DOMAIN = "portal.example.dk"
SIGNER = Signer(b"a secret that only the tests know")


def a_directory(*addresses: str) -> Directory:
    """The lists at these addresses, numbered from 1."""
    lists = [
        MailingList(id=number, name=address.partition("@")[0], prefix="X", address=address)
        for number, address in enumerate(addresses, 1)
    ]
    lists.sort(key=lambda row: len(row.local_part), reverse=True)
    return Directory(DOMAIN, SIGNER, tuple(lists))


DIRECTORY = a_directory("dpo@example.dk", "dpo-skole@example.dk", "sikkerhed@lister.example.dk")


def found(address: str, directory: Directory = DIRECTORY) -> Destination:
    return directory.find_destination(address)


# -- what lives there ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("desk", "purpose"),
    [
        ("", Purpose.QUESTION), ("+anonym", Purpose.ANONYMOUS), ("+fortrolig", Purpose.CONFIDENTIAL),
        ("+nyt", Purpose.NEWS), ("+tilmeld", Purpose.SUBSCRIBE), ("+afmeld", Purpose.UNSUBSCRIBE),
        ("+hjaelp", Purpose.HELP), ("-subscribe", Purpose.SUBSCRIBE), ("-unsubscribe", Purpose.UNSUBSCRIBE),
        ("-join", Purpose.SUBSCRIBE), ("-leave", Purpose.UNSUBSCRIBE), ("-owner", Purpose.OWNER),
        ("-request", Purpose.HELP), ("-fortrolig", Purpose.CONFIDENTIAL), ("+OWNER", Purpose.OWNER),
    ],
)  # fmt: skip
def test_a_desk_stands_behind_plus_or_hyphen_in_any_case(desk: str, purpose: Purpose) -> None:
    destination = found(f" DPO{desk}@Example.DK ")

    assert destination.purpose is purpose
    assert destination.mailing_list is not None
    assert destination.mailing_list.address == "dpo@example.dk"


@pytest.mark.parametrize("address", ["dpo-skole@example.dk", "dpo-skole+nyt@example.dk", "dpo-skole-owner@example.dk"])
def test_the_longest_name_wins(address: str) -> None:
    destination = found(address)

    assert destination.mailing_list is not None
    assert destination.mailing_list.address == "dpo-skole@example.dk"


@pytest.mark.parametrize(
    "address",
    [
        "", "@", "@example.dk", "dpo", "ukendt@example.dk", "dpo@portal.example.dk", "dpo@lister.example.dk",
        "dpo+ukendt@example.dk", "dpo+@other.example", "dpoo@example.dk", "xdpo@example.dk", "bounce@portal.example.dk",
        "bounce+1@portal.example.dk", "bounce+1@example.dk", "dpo+anonym+nyt@example.dk", "dpo@example.dk@evil.example",
        "postmaster@evil.example", "dpo\x00@example.dk",
    ],
)  # fmt: skip
def test_nothing_lives_elsewhere(address: str) -> None:
    assert not DIRECTORY.knows(address)
    with pytest.raises(UnknownAddress):
        found(address)


@pytest.mark.parametrize(
    "address",
    ["postmaster@portal.example.dk", "Postmaster@example.dk", "postmaster@lister.example.dk", "postmaster",
     "abuse@portal.example.dk"],
)  # fmt: skip
def test_postmaster_is_always_there(address: str) -> None:
    assert found(address).purpose is Purpose.POSTMASTER


# -- tokens --------------------------------------------------------------------------------


def test_a_reply_address_names_its_ticket_and_its_person_in_any_case() -> None:
    token = SIGNER.reply_token(1, 42, 7)

    for address in (f"dpo+{token}@example.dk", f"DPO-{token.upper()}@EXAMPLE.DK"):
        destination = found(address)
        assert (destination.purpose, destination.number, destination.person_key) == (Purpose.REPLY, 42, 7)


def test_the_address_of_a_ticket_is_nobodys_own() -> None:
    destination = found("dpo+X-42@example.dk")

    assert (destination.purpose, destination.number, destination.person_key) == (Purpose.REPLY, 42, None)


def test_a_token_about_no_ticket_is_a_readers_own_way_out() -> None:
    destination = found(f"dpo+{SIGNER.reply_token(1, 0, 7)}@example.dk")

    assert (destination.purpose, destination.number, destination.person_key) == (Purpose.UNSUBSCRIBE, None, 7)


def test_a_token_counts_on_its_own_list_and_under_our_signature_alone() -> None:
    token, forged = SIGNER.reply_token(1, 42, 7), Signer(b"another secret of somebody else").reply_token(1, 42, 7)

    assert not DIRECTORY.knows(f"sikkerhed+{token}@lister.example.dk")
    assert not DIRECTORY.knows(f"dpo+{forged}@example.dk")


@given(st.integers(0, 200), st.sampled_from("0123456789abcdefghjkmnpqrstvwxyz"))
def test_no_letter_of_a_token_can_be_another(place: int, letter: str) -> None:
    token = SIGNER.reply_token(1, 42, 7)
    place %= len(token)
    changed = token[:place] + letter + token[place + 1 :]

    assert DIRECTORY.knows(f"dpo+{changed}@example.dk") == (changed == token)


def test_a_bounce_finds_its_delivery_at_the_portals_own_domain() -> None:
    token = SIGNER.bounce_token(99)

    assert found(f"bounce+{token}@{DOMAIN}").delivery_key == 99
    assert found(f"BOUNCE-{token.upper()}@{DOMAIN}").purpose is Purpose.BOUNCE
    assert not DIRECTORY.knows(f"bounce+{token}@example.dk")


@given(st.text(max_size=80), st.sampled_from(["@example.dk", f"@{DOMAIN}", ""]))
def test_whatever_is_asked_for_is_found_or_not_and_nothing_else(local: str, domain: str) -> None:
    assert DIRECTORY.knows(f"{local}{domain}") in (True, False)


# -- the addresses of new lists ------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    ["", "dpo", "dpo@localhost", "æ@example.dk", "a b@example.dk", "-a@example.dk", "a-@example.dk", "a+b@example.dk",
     f"{'a' * 30}@example.dk"],
)  # fmt: skip
def test_what_no_list_can_have_as_its_address_is_refused(wrong: str) -> None:
    with pytest.raises(BadInput):
        check_list_address(DIRECTORY, "Ny", wrong)


@pytest.mark.parametrize(
    "taken",
    [
        "dpo@example.dk", "DPO@example.dk", "dpo-nyt@example.dk", "dpo-owner@example.dk", "postmaster@example.dk",
        "abuse@example.dk", "bounce@example.dk", f"dpo-{SIGNER.reply_token(1, 1, 1)}@example.dk",
    ],
)  # fmt: skip
def test_an_address_that_mail_to_another_list_could_reach_is_refused(taken: str) -> None:
    with pytest.raises((Conflict, BadInput)):
        check_list_address(DIRECTORY, "Ny", taken)


def test_a_list_whose_desks_would_be_another_list_is_refused() -> None:
    with pytest.raises(Conflict):
        check_list_address(a_directory("dpo-help@example.dk"), "Ny", "dpo@example.dk")


def test_names_that_only_begin_alike_and_other_domains_are_free() -> None:
    assert check_list_address(DIRECTORY, "Ny", " DPO-Region@example.dk ") == "dpo-region@example.dk"
    assert check_list_address(DIRECTORY, "Ny", "dpo@lister.example.dk") == "dpo@lister.example.dk"


# -- the doors' own copy -------------------------------------------------------------------


def test_a_list_is_known_as_soon_as_it_is_entered_and_recalled_from_then_on(store: Store, now: datetime) -> None:
    book = AddressBook(store, DOMAIN, SIGNER)
    assert not book.knows("databeskyttelse@example.dk")

    another = Store(store.url)  # as the command line does it, in a process of its own
    with another.transaction() as session:
        a_list(session)
    another.close()

    assert not book.recalls("databeskyttelse@example.dk")
    assert book.knows("databeskyttelse@example.dk")
    assert book.recalls("databeskyttelse@example.dk")


def test_the_directory_has_the_longest_names_first(session: Session) -> None:
    for name, prefix in (("dpo", "A"), ("dpo-skole", "B"), ("it", "C")):
        a_list(session, name, prefix)

    assert [row.local_part for row in read_directory(session, DOMAIN, SIGNER).lists] == ["dpo-skole", "dpo", "it"]


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("name", [*DESKS["da"], "owner"])
def test_letters_of_any_language_name_desks_that_are_there_and_do_the_same(code: str, name: str) -> None:
    address = load_language(code, "Europe/Copenhagen").desk("dpo@example.dk", name)

    assert found(address).purpose is found(f"dpo+{name}@example.dk").purpose is not Purpose.QUESTION
