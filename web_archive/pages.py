"""The pages: lists, tickets, messages, news and search, each for what its reader may see."""

from pathlib import Path

from flask import Blueprint, Response, redirect, request, send_from_directory
from werkzeug.wrappers import Response as AnyResponse

from tickets import links
from tickets.acts import describing
from tickets.conversations import conversation, lookup
from tickets.database.models import MailingList, Person, Status, TicketKind
from tickets.moderation import holding
from tickets.people import appointments
from tickets.publishing import drafting
from tickets.search.asking import Filters
from tickets.search.disclosure import find_unmasked
from web_archive.rendering import inside, let_be_found, page, page_number, reader, reading, the_means, ticket_path

blueprint = Blueprint("pages", __name__)

STATIC = Path(__file__).parent / "static"
OPEN = (Status.OPEN, Status.PENDING)
ON_THE_FRONT = 8


@blueprint.get("/static/<name>")
def static(name: str) -> Response:
    """A style sheet or the like, which browsers may keep for an hour."""
    return send_from_directory(STATIC, name, max_age=3600)


@blueprint.get("/")
def front() -> str:
    """The front page: the lists that the reader may know of."""
    with reading() as (session, sight):
        lists = lookup.visible_lists(session, sight)
        let_be_found(*lists)
        person = reader()
        return page(
            "front.html",
            lists=lists,
            open=lookup.newest(session, sight, ON_THE_FRONT, statuses=OPEN),
            answered=lookup.newest_answers(session, sight, ON_THE_FRONT),
            news=lookup.newest(session, sight, 3, kind=TicketKind.NEWS),
            checks_authors=the_means().checks_authors,
            aside=holding.count_aside(session) if person and appointments.is_administrator(session, person) else None,
            mine=lookup.newest(session, sight, 5, asker_key=person.key) if person else None,
        )


@blueprint.get("/l/<prefix>")
def mailing_list(prefix: str) -> str:
    """The page of a list."""
    with inside() as (session, sight):
        row = lookup.visible_list(session, sight, prefix)
        let_be_found(row)
        status = _status()
        counts = lookup.counts_by_status(session, sight, row)
        asked = (status,) if status else tuple(Status)
        found = lookup.tickets(
            session, sight, mailing_list=row, statuses=(status,) if status else (), page=page_number(),
            total=sum(counts.get(one, 0) for one in asked),
        )  # fmt: skip
        return page("list.html", mailing_list=row, found=found, counts=counts, status=status, statuses=list(Status))


@blueprint.get("/l/<prefix>/<period>")
def issue(prefix: str, period: str) -> str:
    """The page of one digest, by its list and the first day of its period (ISO 8601)."""
    with inside() as (session, sight):
        row = lookup.visible_list(session, sight, prefix)
        found = lookup.issue_of(session, sight, row, period[:10])
        let_be_found(row)
        return page("issue.html", mailing_list=row, issue=found)


@blueprint.get("/news")
def news() -> str:
    """The news of all lists that the reader may see."""
    with inside() as (session, sight):
        let_be_found(*lookup.visible_lists(session, sight))
        return page("news.html", found=lookup.tickets(session, sight, kind=TicketKind.NEWS, page=page_number()))


@blueprint.get("/t/<prefix>-<int(max=999999999):number>")
def ticket(prefix: str, number: int) -> str | AnyResponse:
    """The page of a ticket; an old number of it leads to its present one."""
    with inside() as (session, sight):
        row, found = lookup.ticket_named(session, sight, prefix, number)
        if links.ticket_name(row, found) != f"{prefix}-{number}":
            return redirect(f"{ticket_path(row, found)}{_query()}")
        let_be_found(row)
        published = drafting.standing(session, found)
        thread = list(conversation.lay_out(conversation.thread_of(session, sight, found)))
        return page(
            "ticket.html", mailing_list=row, ticket=found, thread=thread, people=conversation.people_of(thread),
            assignee=session.get(Person, found.assignee_key) if found.assignee_key else None,
            published=links.publication_path(published) if published and sight.of_publication(published, found) else "",
            short_at=describing.shortened_at(session, found),
        )  # fmt: skip


@blueprint.get("/m/<path>")
def message(path: str) -> str:
    """The page of one message, its permalink (RFC 5064)."""
    with inside() as (session, sight):
        row, found, one = lookup.message_at(session, sight, path)
        let_be_found(row)
        node = conversation.one_message(session, sight, found, one)
        return page("message.html", mailing_list=row, ticket=found, node=node)


@blueprint.get("/search")
def search() -> str | AnyResponse:
    """The page of what a search found, for at most 200 letters of a question."""
    words = request.args.get("q", "")[:200]
    with inside() as (session, sight):
        lists = lookup.visible_lists(session, sight)
        chosen = next((row for row in lists if row.prefix == request.args.get("list")), None)
        organisations = lookup.askers_organisations(session, sight)
        asker = request.args.get("organisation", type=int)
        filters = Filters(
            list_key=chosen.id if chosen else None,
            status=_status(),
            organisation_key=asker if asker in {one.id for one in organisations} else None,
        )
        newest_first = request.args.get("order") == "newest"
        results = the_means().search.find(session, sight, words, filters, newest_first=newest_first, page=page_number())
        if (named := results.ticket_named) is not None:
            return redirect(ticket_path(session.get_one(MailingList, named.mailing_list_key), named))
        disclosed = find_unmasked(session, sight, words, filters)
        return page(
            "search.html", words=words, results=results, lists=lists,
            hits=[(hit, session.get_one(MailingList, hit.ticket.mailing_list_key)) for hit in results.hits],
            disclosed=[(hit, session.get_one(MailingList, hit.ticket.mailing_list_key)) for hit in disclosed],
            organisations=organisations, statuses=list(Status),
        )  # fmt: skip


def _query() -> str:
    return f"?{request.query_string.decode('ascii', 'replace')}" if request.query_string else ""


def _status() -> Status | None:
    wanted = request.args.get("status", "")
    return Status(wanted) if wanted in set(Status) else None
