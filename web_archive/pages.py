"""The pages: lists, tickets, messages, news and search, each for what its reader may see."""

from pathlib import Path
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, redirect, request, send_from_directory
from werkzeug.wrappers import Response as AnyResponse

from tickets import wishes
from tickets.archive import rows
from tickets.conversations import lookup
from tickets.database.models import MailingList, Status, TicketKind
from tickets.issues.back_issues import sent_issue
from tickets.search.asking import EVERYTHING, Filters
from tickets.search.disclosure import find_unmasked
from tickets.search.facets import FacetKind
from web_archive.rendering import inside, let_be_found, page, page_number, the_means, ticket_path

blueprint = Blueprint("pages", __name__)

ASKED = ("q", "list", "status", "organisation", "order")
IN_WORDS = {  # what is asked for by words, as anybody may type them
    FacetKind.TOPIC: 'topic:"{value}"',
    FacetKind.YEAR: "after:{value} before:{next}",
    FacetKind.ANSWER: "answer:{value}",
}
STATIC = Path(__file__).parent / "static"


@blueprint.get("/static/<name>")
def static(name: str) -> Response:
    """A style sheet or the like, which browsers may keep for an hour."""
    return send_from_directory(STATIC, name, max_age=3600)


@blueprint.get("/l/<prefix>")
def mailing_list(prefix: str) -> str:
    """The page of a list."""
    with inside() as (session, sight):
        row = lookup.visible_list(session, sight, prefix)
        let_be_found(row)
        status = _status()
        counts = rows.counts_by_status(session, sight, row)
        asked = (status,) if status else tuple(Status)
        found = rows.tickets(
            session, sight, mailing_list=row, statuses=(status,) if status else (), page=page_number(),
            total=sum(counts.get(one, 0) for one in asked),
        )  # fmt: skip
        topics = wishes.topics_of(session, row)
        return page(
            "list.html", mailing_list=row, found=found, counts=counts, status=status, statuses=list(Status),
            topics=topics,
        )  # fmt: skip


@blueprint.get("/l/<prefix>/<period>")
def issue(prefix: str, period: str) -> str:
    """The page of one digest, by its list and the first day of its period (ISO 8601)."""
    with inside() as (session, sight):
        row = lookup.visible_list(session, sight, prefix)
        found = sent_issue(session, the_means().portal, sight, row, period[:10])
        let_be_found(row)
        return page("issue.html", mailing_list=row, issue=found)


@blueprint.get("/news")
def news() -> str:
    """The news of all lists that the reader may see."""
    with inside() as (session, sight):
        let_be_found(*lookup.visible_lists(session, sight))
        return page("news.html", found=rows.tickets(session, sight, kind=TicketKind.NEWS, page=page_number()))


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
            organisations=organisations, statuses=list(Status), is_narrowed=filters != EVERYTHING, ask_path=_ask_path,
            askable=[row for row in lists if row.id in sight.member_of], narrow_path=_narrow_path,
        )  # fmt: skip


def _narrow_path(kind: FacetKind, value: str) -> str:
    """This search, narrowed to one of a facet's choices."""
    asked = {
        name: request.args[name] for name in ("q", "list", "status", "organisation", "order") if name in request.args
    }
    if (term := IN_WORDS.get(kind)) is None:
        return f"/search?{urlencode(asked | {kind: value})}"
    year = int(value) if kind is FacetKind.YEAR else 0
    words = f"{asked.get('q', '')} {term.format(value=value, next=year + 1)}".strip()
    return f"/search?{urlencode(asked | {'q': words})}"


def _ask_path(mailing_list: MailingList, words: str) -> str:
    """Where a question to the list is asked with these words: on its page, or by mail where there is none."""
    if the_means().reception is not None:
        return f"/ask?{urlencode({'list': mailing_list.prefix, 'subject': words})}"
    return f"mailto:{mailing_list.address}?{urlencode({'subject': words}, quote_via=quote)}"


def _status() -> Status | None:
    wanted = request.args.get("status", "")
    return Status(wanted) if wanted in set(Status) else None
