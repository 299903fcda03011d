"""Tickets: the page of one, with its answer on top and what became of it beside, and the page of one message."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, redirect, request
from sqlmodel import Session
from werkzeug.wrappers import Response as AnyResponse

from tickets import links
from tickets.acts import describing
from tickets.acts.following import count_same
from tickets.archive import course, rows
from tickets.conversations import conversation, lookup
from tickets.conversations.anonymity import ShownFile
from tickets.conversations.conversation import PlacedMessage
from tickets.database.models import MailingList, Message, MessageKind, Person, Publication, Ticket
from tickets.law.laws import places_in
from tickets.people.sight import Sight
from tickets.publishing import drafting
from tickets.search.published import PublishedAnswer
from tickets.search.similar import Answered
from web_archive.forms import taking_part
from web_archive.rendering import inside, let_be_found, page, the_means, ticket_path

blueprint = Blueprint("tickets", __name__)

FIRST = (MessageKind.QUESTION, MessageKind.NEWS)


@blueprint.get("/t/<prefix>-<int(max=999999999):number>")
def ticket(prefix: str, number: int) -> str | AnyResponse:
    """The page of a ticket; an old number of it leads to its present one."""
    with inside() as (session, sight):
        row, found = lookup.ticket_named(session, sight, prefix, number)
        if links.ticket_name(row, found) != f"{prefix}-{number}":
            return redirect(f"{ticket_path(row, found)}{_query()}")
        let_be_found(row)
        return _ticket_page(session, sight, row, found)


@blueprint.get("/m/<path>")
def message(path: str) -> str:
    """The page of one message, its permalink (RFC 5064)."""
    with inside() as (session, sight):
        row, found, one = lookup.message_at(session, sight, path)
        let_be_found(row)
        node = conversation.one_message(session, sight, found, one)
        return page("message.html", mailing_list=row, ticket=found, node=node)


@dataclass(frozen=True)
class FileInThread:
    """A file of a ticket, and the message that it came with."""

    file: ShownFile
    message: Message


def _ticket_page(session: Session, sight: Sight, mailing_list: MailingList, found: Ticket) -> str:
    thread = list(conversation.lay_out(conversation.thread_of(session, sight, found)))
    published = _published(session, sight, found)
    seen = {placed.node.message.key for placed in thread}
    return page(
        "ticket.html",
        mailing_list=mailing_list,
        ticket=found,
        thread=thread,
        counted=_count(thread),
        people=conversation.people_of(thread),
        assignee=session.get(Person, found.assignee_key) if found.assignee_key else None,
        published=published,
        short_at=describing.shortened_at(session, found),
        answer=_answer(thread),
        files=[FileInThread(one, placed.node.message) for placed in thread for one in placed.node.shown.files],
        places=places_in("\n\n".join(placed.node.shown.text for placed in thread)),
        steps=course.course_of(session, found, seen, is_lawyer=mailing_list.id in sight.lawyer_of),
        related=_related(session, sight, thread),
        same=count_same(session, found),
        now=the_means().clock(),
        part=taking_part.part_of(session, sight, found),
    )


def _published(session: Session, sight: Sight, found: Ticket) -> Publication | None:
    """The published answer of a ticket that its reader may see."""
    published = drafting.standing(session, found)
    return published if published and sight.of_publication(published, found) else None


def _count(thread: Sequence[PlacedMessage]) -> tuple[int, int]:
    """How many people's messages a thread has, and how many of them are the lawyers' answers."""
    kinds = [placed.node.message.kind for placed in thread]
    return sum(kind in rows.SAID for kind in kinds), kinds.count(MessageKind.ANSWER)


def _answer(thread: Sequence[PlacedMessage]) -> Message | None:
    """The newest answer that holds, if one has to go down the page for it."""
    answers = [placed.node.message for placed in thread if placed.node.message.kind is MessageKind.ANSWER]
    holding = [one for one in answers if one.replaced_by_key is None]
    return max(holding, key=lambda one: one.sent_at, default=None)


def _related(session: Session, sight: Sight, thread: Sequence[PlacedMessage]) -> list[tuple[str, str]]:
    """Answers to questions like this ticket's, those published first: what they are called, and their paths."""
    first = next((placed.node.message for placed in thread if placed.node.message.kind in FIRST), None)
    found = the_means().search.find_similar(session, sight, first) if first else ()
    return [_called(session, one) for one in found]


def _called(session: Session, one: Answered | PublishedAnswer) -> tuple[str, str]:
    if isinstance(one, PublishedAnswer):
        return one.publication.subject, links.publication_path(one.publication)
    return one.ticket.subject, ticket_path(session.get_one(MailingList, one.ticket.mailing_list_key), one.ticket)


def _query() -> str:
    return f"?{request.query_string.decode('ascii', 'replace')}" if request.query_string else ""
