"""The index has one text of a ticket for each circle of people, and in it nothing that one of them may not see."""

from datetime import datetime

from sqlmodel import Session

from support.builders import a_filed_message, a_lawyer, a_list, a_person
from tickets.database.models import MessageKind, Ticket, Visibility
from tickets.people.sight import OF_KIND
from tickets.portal import Portal
from tickets.search.describing import describe_tickets


def test_a_ticket_is_one_text_of_all_its_messages(session: Session, portal: Portal, now: datetime) -> None:
    mailing_list, mette = a_list(session), a_person(session)
    anders = a_lawyer(session, mailing_list)
    first = a_filed_message(session, portal, mailing_list, mette, now, subject="Logfiler", text="Hvor længe?")
    ticket = session.get_one(Ticket, first.ticket_key)
    answer = a_filed_message(
        session, portal, mailing_list, anders, now, ticket=ticket, is_lawyer=True, text="I seks måneder"
    )
    ticket.short_answer, ticket.topics = "Et halvt år", ["logning"]

    (text,) = describe_tickets(session, [ticket.key])

    assert {"Logfiler", "Hvor længe?", "I seks måneder", "Et halvt år", "logning"} <= set(text["words"].split("\n")) | {
        line for part in text["words"].split("\n") for line in part.split("\f")
    }
    assert text["messages"] == f"{first.id} {answer.id}"
    assert (text["answered"], text["topics"], text["name"]) == ("1", "logning", "db-1")


def test_a_note_stands_in_a_text_of_the_lawyers_alone(session: Session, portal: Portal, now: datetime) -> None:
    mailing_list, mette = a_list(session), a_person(session)
    anders = a_lawyer(session, mailing_list)
    first = a_filed_message(session, portal, mailing_list, mette, now, text="Spørgsmålet")
    ticket = session.get_one(Ticket, first.ticket_key)
    note = a_filed_message(session, portal, mailing_list, anders, now, ticket=ticket, text="Notatet")
    note.kind, note.visibility = MessageKind.NOTE, OF_KIND[MessageKind.NOTE]
    session.flush()

    texts = describe_tickets(session, [ticket.key])

    assert [("Spørgsmålet" in one["words"], "Notatet" in one["words"]) for one in texts] == [
        (True, False),
        (True, True),
    ]
    assert texts[1]["seen_by"] == f"lawyers-{mailing_list.id}"


def test_who_asked_anonymously_stands_in_no_text(session: Session, portal: Portal, now: datetime) -> None:
    mailing_list, mette = a_list(session), a_person(session)
    first = a_filed_message(session, portal, mailing_list, mette, now, text="Må vi?", visibility=Visibility.ANONYMOUS)

    (text,) = describe_tickets(session, [first.ticket_key])

    assert "Mette" not in f"{text['words']} {text['literally']}"
    assert (text["authors"].split(), text["organisations"].split(), text["organisation"]) == ([], [], "")


def test_nothing_is_told_of_a_ticket_that_is_no_more(session: Session) -> None:
    assert describe_tickets(session, [99]) == []
