"""Rounds: one letter that names several mails which wait for their author, so that many mails make few letters.

Of the first ten a day each has a letter of its own. The others are named together, at most once an hour: nobody's mail
waits without their knowing, and whoever writes in another's name can bother them with no more than that.
"""

from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from mailer.letters import outbox
from mailer.letters.letters import Draft
from mailer.letters.notices import Desk, draft_notice
from tickets import links
from tickets.database.models import Arrival, Capacity, Delivery, LetterKind, MailingList, Person, Proposal, ProposalKind
from tickets.database.store import Clock, Store
from tickets.moderation import proposals
from tickets.numbers.cpr import mask_cpr
from tickets.people import appointments
from tickets.portal import Portal
from tickets.tokens import Signer

GRACE = timedelta(minutes=2)  # in which a letter of its own would have been written
EVERY = timedelta(hours=1)
MOST_NAMED = 50  # in one letter; the next has the others


class Rounds:
    """Tells authors of what no letter of its own told them of."""

    def __init__(self, store: Store, portal: Portal, signer: Signer, clock: Clock) -> None:
        self._store, self._desk, self._clock = store, Desk(portal, signer), clock

    def work(self) -> int:
        """Write the letters that are due; how many."""
        now = self._clock()
        with self._store.reading() as session:
            if not proposals.untold_people(session, now - GRACE):
                return 0
        with self._store.transaction() as session:
            people = proposals.untold_people(session, now - GRACE)
            return sum(tell_of_several(session, self._desk, session.get_one(Person, key), now) for key in people)


def tell_of_several(session: Session, desk: Desk, author: Person, now: datetime) -> bool:
    """Tell an author of all that waits for them untold, and the lawyers of its lists; False if it is too soon."""
    newest = select(func.max(Delivery.made_at)).where(
        Delivery.person_key == author.id, Delivery.kind == LetterKind.SEVERAL, col(Delivery.made_at) > now - EVERY
    )
    if session.exec(newest).one() is not None:
        return False
    waiting = proposals.untold(session, author, MOST_NAMED)
    cause = f"several-{waiting[0].id}"
    outbox.owe(session, desk.portal, _draft(session, desk, waiting), [(author, Capacity.SELF)], cause, now)
    by_list: dict[int, list[Proposal]] = {}
    for proposal in waiting:
        proposal.told_at = now
        if proposal.kind is ProposalKind.CPR:
            by_list.setdefault(proposal.mailing_list_key, []).append(proposal)
    for key, held in by_list.items():
        told = draft_notice(
            desk, LetterKind.CPR_HELD, session.get_one(MailingList, key), template="cpr_held_more",
            count=len(held), author=author.name or author.email,
        )  # fmt: skip
        lawyers = [(one, Capacity.SELF) for one in appointments.lawyers(session, key) if one.id != author.id]
        outbox.owe(session, desk.portal, told, lawyers, f"{cause}-{key}", now)
    session.flush()
    return True


def _draft(session: Session, desk: Desk, waiting: list[Proposal]) -> Draft:
    rows = []
    for proposal in waiting:
        arrival = session.get_one(Arrival, proposal.arrival_key)
        mailing_list = session.get_one(MailingList, proposal.mailing_list_key)
        rows.append(
            {
                "subject": mask_cpr(arrival.subject),
                "at": arrival.received_at,
                "list": mailing_list.name,
                "about": proposal.kind.value,
                "url": links.proposal_url(desk.portal, desk.signer, proposal.key),
                "expires_at": proposal.expires_at,
            }
        )
    return draft_notice(desk, LetterKind.SEVERAL, None, rows=rows, count=len(rows))
