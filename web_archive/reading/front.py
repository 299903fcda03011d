"""The front page: what is new since its reader was here, what they asked, what was answered, and what waits."""

from flask import Blueprint
from sqlmodel import Session

from tickets.archive import rows
from tickets.conversations import lookup
from tickets.database.models import TicketKind
from tickets.moderation import holding
from tickets.people import appointments
from tickets.people.sight import Sight
from web_archive.entering import entry
from web_archive.rendering import inside, let_be_found, page, page_number, reader, reading, the_means

blueprint = Blueprint("front", __name__)

SHOWN, SHOWN_BESIDE = 8, 4  # rows of a section
MINE = 8


@blueprint.get("/")
def front() -> str:
    """The front page; to strangers it tells what this is."""
    with reading() as (opened, sight):
        lists = lookup.visible_lists(opened, sight)
        let_be_found(*lists)
        person = reader()
        since = entry.note_visit(the_means().clock()) if person else None
        is_administrator = person is not None and appointments.is_administrator(opened, person)
        return page(
            "front.html",
            lists=lists,
            now=the_means().clock(),
            since=since,
            fresh=rows.news_since(opened, sight, since, SHOWN) if since else (),
            waiting=rows.longest_waiting(opened, sight, SHOWN),
            answered=rows.newest_answers(opened, sight, SHOWN),
            published=lookup.newest_publications(opened, sight, SHOWN_BESIDE),
            news=rows.newest(opened, sight, SHOWN_BESIDE, kind=TicketKind.NEWS),
            mine=_mine(opened, sight) if person else None,
            checks_authors=the_means().checks_authors,
            aside=holding.count_aside(opened) if is_administrator else None,
        )


@blueprint.get("/mine")
def mine() -> str:
    """All that the reader asked, alone or with others."""
    with inside() as (opened, sight):
        return page("mine.html", found=rows.asked_by(opened, sight, page=page_number()), now=the_means().clock())


def _mine(opened: Session, sight: Sight) -> rows.Page:
    return rows.asked_by(opened, sight, per_page=MINE)
