"""What things are called on the net: for ever, and telling nothing of who wrote."""

import re
from collections.abc import Iterator

import pytest
from email_validator import validate_email
from sqlmodel import Session

from support.builders import a_filed_message, a_list, a_person
from tickets import links
from tickets.database.models import MailingList, Message, Ticket
from tickets.portal import Portal
from tickets.thread_ids import is_own_id
from tickets.tokens import Signer

LONGEST_LOCAL_PART = 64  # octets (RFC 5321 4.5.3.1.1)


@pytest.fixture
def mailing_list(session: Session) -> MailingList:
    return a_list(session)


@pytest.fixture
def message(session: Session, portal: Portal, mailing_list: MailingList) -> Message:
    return a_filed_message(session, portal, mailing_list, a_person(session))


@pytest.fixture
def ticket(session: Session, message: Message) -> Ticket:
    return session.get_one(Ticket, message.ticket_key)


def test_addresses_of_pages_are_short_and_readable(
    portal: Portal, mailing_list: MailingList, ticket: Ticket, message: Message
) -> None:
    assert links.ticket_name(mailing_list, ticket) == "DB-1"
    assert links.ticket_url(portal, mailing_list, ticket) == "https://portal.example.dk/t/DB-1"
    assert links.list_url(portal, mailing_list) == "https://portal.example.dk/l/db"
    assert re.fullmatch(r"https://portal\.example\.dk/m/[0-9a-f]{22}", links.message_url(portal, message))
    assert links.login_url(portal, "abc") == "https://portal.example.dk/login/abc"


def test_the_path_of_a_message_comes_from_our_id_and_never_from_the_authors(message: Message) -> None:
    assert message.path == links.make_path(message.own_id)
    assert message.path != links.make_path(message.message_id)
    assert message.message_id not in message.own_id


def test_ids_of_our_own_never_repeat_and_tell_nothing(portal: Portal) -> None:
    ids = {links.make_own_id(portal) for _ in range(1000)}

    assert len(ids) == 1000
    assert all(re.fullmatch(r"[0-9a-f]{24}@example\.dk", own_id) for own_id in ids)


def test_ids_of_our_own_are_told_from_those_of_people_at_the_same_domain(
    portal: Portal, mailing_list: MailingList, ticket: Ticket
) -> None:
    ours = [links.make_own_id(portal), links.ticket_reference(portal, mailing_list, ticket)]
    others = ["1@example.dk", "7c9e6679-7425-40de-944b@example.dk", f"{'a' * 24}@oeby.example.dk", "@example.dk", ""]

    assert all(is_own_id(one, "Example.dk") and is_own_id(one.upper(), "example.dk") for one in ours)
    assert not any(is_own_id(one, "example.dk") for one in others)


def test_a_ticket_has_one_reference_on_our_domain(portal: Portal, mailing_list: MailingList, ticket: Ticket) -> None:
    assert links.ticket_reference(portal, mailing_list, ticket) == "db-1.ticket@example.dk"


def test_a_list_is_identified_by_its_address(mailing_list: MailingList) -> None:
    assert links.list_id(mailing_list) == "databeskyttelse.example.dk"
    assert links.owner_address(mailing_list) == "databeskyttelse+owner@example.dk"


def test_a_reply_address_says_who_answers_what(signer: Signer, mailing_list: MailingList) -> None:
    address = links.reply_address(signer, mailing_list, 42, 7)

    local_part, _, domain = address.partition("@")
    name, _, token = local_part.partition("+")
    assert (name, domain) == ("databeskyttelse", "example.dk")
    assert signer.read_reply_token(mailing_list.key, token) == (42, 7)


def test_a_return_path_says_which_delivery(portal: Portal, signer: Signer) -> None:
    local_part = links.return_path(portal, signer, 1234).partition("@")[0]

    assert signer.read_bounce_token(local_part.removeprefix("bounce+")) == 1234


def test_an_unsubscribe_link_says_whom_and_from_what(portal: Portal, signer: Signer) -> None:
    token = links.unsubscribe_url(portal, signer, 3, 7).rpartition("/")[2]

    assert signer.read_unsubscribe_token(token) == (3, 7)


def every_address(portal: Portal, signer: Signer, mailing_list: MailingList) -> Iterator[str]:
    greatest = (1 << 21) - 1
    yield links.reply_address(signer, mailing_list, greatest, greatest)
    yield links.return_path(portal, signer, (1 << 42) - 1)
    yield links.owner_address(mailing_list)


def test_every_address_is_one_that_mail_reaches(session: Session, portal: Portal, signer: Signer) -> None:
    longest = a_list(session, "a" * 29, "LANG")

    for address in every_address(portal, signer, longest):
        assert validate_email(address, check_deliverability=False, test_environment=True).ascii_email
        assert len(address.partition("@")[0].encode()) <= LONGEST_LOCAL_PART
