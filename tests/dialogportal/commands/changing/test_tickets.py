"""Tickets on the command line: what a lawyer does by mail an operator types."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import select

from support.builders import a_filed_message, a_lawyer, a_list, a_person
from support.portals import RunningPortal
from support.servers import free_port
from tickets.database.models import MailingList, Ticket
from tickets.database.store import Store
from tickets.people import persons
from tickets.portal import Portal

pytestmark = pytest.mark.any_database

AT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
ANDERS = "anders@forening.example.dk"


@pytest.fixture
def shell(tmp_path: Path, database_url: str, store: Store, portal: Portal) -> RunningPortal:
    """A list with two questions, and what Ole added to the first."""
    with store.transaction() as session:
        mailing_list = a_list(session)
        a_list(session, "nis2", "NI")
        a_lawyer(session, mailing_list)
        mette, ole = a_person(session), a_person(session, "ole@oeby.example.dk", "Ole Følger")
        first = a_filed_message(session, portal, mailing_list, mette, AT)
        a_filed_message(session, portal, mailing_list, ole, AT)
        more = {"message_id": "more@oeby.example.dk", "in_reply_to": (first.message_id,)}
        a_filed_message(
            session, portal, mailing_list, ole, AT, ticket=session.get_one(Ticket, first.ticket_key), **more
        )
    return RunningPortal(tmp_path, database_url, free_port())


def test_a_ticket_is_taken_laid_aside_closed_and_opened_again(shell: RunningPortal) -> None:
    assert shell.ask("ticket", "take", "DB-1", "--by", ANDERS)["assignee"] == ANDERS
    assert (
        shell.ask("ticket", "pending", "DB-1", "--until", "2099-12-01")["pending_until"] == "2099-12-01T07:00:00+00:00"
    )
    assert shell.ask("ticket", "close", "db-1", "--by", ANDERS)["status"] == "closed"
    assert shell.ask("ticket", "undo", "DB-1", "--by", ANDERS)["status"] == "pending"
    assert shell.ask("ticket", "reopen", "DB-1")["status"] == "open"
    assert shell.ask("ticket", "topics", "DB-1", "logning", "art. 32")["topics"] == ["logning", "art. 32"]

    history = shell.ask("show", "DB-1")["history"]
    assert [(one["what"], one["by"], one["undoes"]) for one in history] == [
        ("take", ANDERS, False), ("pending", None, False), ("close", ANDERS, False), ("close", ANDERS, True),
        ("reopen", None, False), ("topics", None, False),
    ]  # fmt: skip
    assert "undo close  anders@forening.example.dk  by shell" in shell.run("show", "DB-1")


def test_a_ticket_is_assigned_and_noted_on(shell: RunningPortal) -> None:
    assert "anders@forening.example.dk has it" in shell.run("ticket", "assign", "DB-1", "Anders")
    shell.run("ticket", "note", "DB-1", "Ring til Øby først.", "--by", ANDERS)

    assert [one["text"] for one in shell.ask("show", "DB-1")["messages"] if one["kind"] == "note"] == [
        "Ring til Øby først."
    ]
    seen = shell.ask("show", "DB-1", "--as", "mette@proevested.example.dk")["messages"]
    assert "note" not in [one["kind"] for one in seen]


def test_tickets_are_merged_split_and_moved(shell: RunningPortal) -> None:
    assert shell.run("ticket", "merge", "DB-2", "DB-1").strip() == "DB-2 is part of DB-1 now"
    assert shell.ask("show", "DB-2")["number"] == "DB-1"
    assert shell.ask("ticket", "split", "DB-1", "more@oeby.example.dk")["number"] == "DB-3"
    assert shell.ask("ticket", "move", "DB-3", "nis2")["number"] == "NI-1"
    assert shell.ask("show", "DB-3")["number"] == "NI-1"


def test_more_see_a_ticket_only_when_its_asker_was_asked(shell: RunningPortal) -> None:
    assert shell.ask("ticket", "visibility", "DB-1", "confidential")["visibility"] == "confidential"

    asked = shell.ask("ticket", "visibility", "DB-1", "open")

    assert (asked["visibility"], asked["waits_for_askers"]) == ("confidential", True)


def test_an_answer_is_drafted_published_and_taken_down(shell: RunningPortal, store: Store, portal: Portal) -> None:
    with store.transaction() as session:
        anders = persons.get_person(session, ANDERS)
        ticket = session.exec(select(Ticket).where(Ticket.number == 2)).one()
        mailing_list = session.get_one(MailingList, ticket.mailing_list_key)
        said = {"ticket": ticket, "text": "Ja, Ole må.", "is_lawyer": True}
        a_filed_message(session, portal, mailing_list, anders, AT, **said)

    drafted = shell.ask("ticket", "publish", "DB-2", "--by", ANDERS)
    assert (drafted["state"], drafted["answer"], drafted["page"]) == ("draft", "Ja, [navn] må.", None)
    published = shell.ask("ticket", "publish", "DB-2", "--yes", "--by", ANDERS)
    assert published["state"] == "published"
    assert "/svar/" in published["page"]
    assert "DB-2: withdrawn" in shell.run("ticket", "publish", "DB-2", "--withdraw")
    assert "[navn]" in shell.run("ticket", "publish", "DB-2")
