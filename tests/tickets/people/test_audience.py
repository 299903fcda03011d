"""Who is told of a message, and who may still get the letter when it leaves."""

from dataclasses import dataclass

import pytest
from sqlmodel import Session

from support.builders import LONG_AGO, a_filed_message, a_lawyer, a_list, a_person
from support.rows import a_message_in, a_ticket
from tickets.database.models import (
    Capacity,
    Letter,
    LetterKind,
    MailingList,
    MessageKind,
    Mode,
    Organisation,
    Person,
    Role,
    Ticket,
    TicketKind,
    Visibility,
)
from tickets.people import appointments, audience, subscriptions
from tickets.portal import Portal


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


def test_news_is_told_like_any_message_of_its_list(session: Session, portal: Portal, dialogue: Dialogue) -> None:
    author = dialogue.people["lawyer"]
    message = a_filed_message(session, portal, dialogue.mailing_list, author, kind=TicketKind.NEWS)
    ticket = session.get_one(Ticket, message.ticket_key)

    told = audience.of_message(session, ticket, message)

    assert {person.email for person, _ in told.values()} == {"anders@forening.example.dk", "ole@oeby.example.dk"}
