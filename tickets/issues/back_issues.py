"""Back issues: an issue that was sent, on its own page, as whoever opens it may read it by now."""

from dataclasses import replace

from sqlmodel import Session, col, select

from tickets.database.models import Digest, MailingList, Publication, Ticket
from tickets.errors import NotFound
from tickets.issues.collecting import DigestContent, recall
from tickets.issues.edition import Edition
from tickets.issues.items import EditionView
from tickets.people.sight import Sight
from tickets.portal import Portal


def sent_issue(session: Session, portal: Portal, sight: Sight, mailing_list: MailingList, period: str) -> EditionView:
    """The issue of a period as the letter had it, without what may not be seen. Raises NotFound if none was sent."""
    query = select(Digest).where(Digest.mailing_list_key == mailing_list.id, Digest.period == period)
    digest = session.exec(query).first()
    if digest is None or digest.sent_at is None or not digest.items:
        raise NotFound(period)
    content = _visible(session, sight, recall(session, digest))
    return Edition.of(session, portal, mailing_list, digest, content).view()


def _visible(session: Session, sight: Sight, content: DigestContent) -> DigestContent:
    tickets = select(Ticket.id).where(col(Ticket.id).in_(content.tickets), sight.tickets())
    keys = set(session.exec(tickets))
    told = select(Publication.id).join(Ticket, col(Ticket.id) == col(Publication.ticket_key))
    published = told.where(col(Publication.id).in_([one.key for one in content.published]), sight.publications())
    standing = set(session.exec(published))
    return replace(
        content,
        sections={name: tuple(one for one in rows if one.id in keys) for name, rows in content.sections.items()},
        published=tuple(one for one in content.published if one.id in standing),
    )
