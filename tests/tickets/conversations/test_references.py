"""References: a text leads to tickets by numbers, by links and by the ids of their letters."""

from datetime import datetime

import pytest
from sqlmodel import Session

from support.builders import a_filed_message, a_list, a_person
from tickets.conversations.references import find_identified, find_links, find_numbers
from tickets.database.models import MailingList, Message
from tickets.portal import Portal


@pytest.fixture
def mailing_list(session: Session) -> MailingList:
    return a_list(session)


@pytest.fixture
def message(session: Session, portal: Portal, mailing_list: MailingList, now: datetime) -> Message:
    return a_filed_message(session, portal, mailing_list, a_person(session), now)


@pytest.mark.parametrize("text", ["[DB-1]", "se db 1.", "DB1", "https://portal.example.dk/t/DB-1", "DB-\n> 1"])
def test_a_number_leads_to_its_ticket_however_it_is_written(
    session: Session, mailing_list: MailingList, message: Message, text: str
) -> None:
    assert [one.ticket_key for one in find_numbers(session, [mailing_list], text)] == [message.ticket_key]


@pytest.mark.parametrize("text", ["ADB-1", "DB-12", "SK-1", "DB", ""])
def test_other_letters_and_numbers_lead_nowhere(
    session: Session, mailing_list: MailingList, message: Message, text: str
) -> None:
    assert message.ticket_key
    assert list(find_numbers(session, [mailing_list], text)) == []


def test_a_link_of_a_message_leads_to_its_ticket(session: Session, message: Message) -> None:
    text = f"Se https://portal.example.dk/m/{message.path} og /m/{'0' * 22}"

    assert [(one.told, one.ticket_key) for one in find_links(session, text)] == [(message.path, message.ticket_key)]


def test_what_was_received_leads_to_its_ticket(session: Session, mailing_list: MailingList, message: Message) -> None:
    assert set(find_identified(session, [mailing_list], [message.message_id, "x@example.org"])) == {message.ticket_key}
    assert list(find_identified(session, [mailing_list], [])) == []
    assert list(find_identified(session, [], [message.message_id])) == []
