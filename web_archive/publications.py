"""Published answers, each on its lasting page: nothing on it leads to who asked."""

from datetime import datetime

from flask import Blueprint, redirect
from sqlmodel import Session, col, select
from werkzeug.wrappers import Response as AnyResponse

from tickets import links
from tickets.database.models import MailingList, Publication, Ticket
from tickets.errors import NotFound
from tickets.people.sight import Sight
from tickets.publishing.naming import key_of
from web_archive.rendering import inside, let_be_found, page, the_means

blueprint = Blueprint("publications", __name__)


@blueprint.get("/svar/<path>")
def published(path: str) -> str | AnyResponse:
    """The page of a published answer; other words before the letters at the end of its path lead there too."""
    with inside() as (session, sight):
        publication, ticket = find_publication(session, sight, path)
        if publication.path != path:
            return redirect(links.publication_path(publication), 301)
        mailing_list = session.get_one(MailingList, publication.mailing_list_key)
        let_be_found(mailing_list)
        portal = the_means().portal
        return page(
            "published.html",
            mailing_list=mailing_list,
            publication=publication,
            canonical=links.publication_url(portal, publication),
            published_on=portal.local(publication.published_at or publication.drafted_at),
            corrected_on=[portal.local(datetime.fromisoformat(at)) for at in publication.corrections],
            home=session.get_one(MailingList, ticket.mailing_list_key) if sight.of_ticket(ticket) else None,
            ticket=ticket if sight.of_ticket(ticket) else None,
        )


def find_publication(session: Session, sight: Sight, path: str) -> tuple[Publication, Ticket]:
    """What stands at a path. Raises NotFound, also for what is not to be seen."""
    query = select(Publication, Ticket).join(Ticket, col(Ticket.id) == col(Publication.ticket_key))
    at = col(Publication.path).endswith(key_of(path), autoescape=True)
    for publication, ticket in session.exec(query.where(at, sight.publications()).order_by(col(Publication.id).desc())):
        if key_of(publication.path) == key_of(path):
            return publication, ticket
    raise NotFound(path)
