"""Rounds: one letter that names several mails which wait for their author, so that many mails make few letters.

Of the first ten a day each has a letter of its own. The others are named together, at most once an hour: nobody's mail
waits without their knowing, and whoever writes in another's name can bother them with no more than that.
"""

from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from mailer.letters import outbox
from mailer.letters.declaration import Means
from mailer.letters.kinds.cpr import draft_more_held, lawyers_but
from mailer.letters.kinds.several import draft_several
from tickets.database.models import Capacity, Delivery, LetterKind, MailingList, Person, Proposal, ProposalKind
from tickets.database.store import Clock, Store
from tickets.moderation import proposals
from tickets.portal import Portal
from tickets.tokens import Signer

GRACE = timedelta(minutes=2)  # in which a letter of its own would have been written
EVERY = timedelta(hours=1)
MOST_NAMED = 50  # in one letter; the next has the others


class Rounds:
    """Tells authors of what no letter of its own told them of."""

    def __init__(self, store: Store, portal: Portal, signer: Signer, clock: Clock) -> None:
        self._store, self._means, self._clock = store, Means(portal, signer), clock

    def work(self) -> int:
        """Write the letters that are due; how many."""
        now = self._clock()
        with self._store.reading() as session:
            if not proposals.untold_people(session, now - GRACE):
                return 0
        with self._store.transaction() as session:
            people = proposals.untold_people(session, now - GRACE)
            return sum(tell_of_several(session, self._means, session.get_one(Person, key), now) for key in people)


def tell_of_several(session: Session, means: Means, author: Person, now: datetime) -> bool:
    """Tell an author of all that waits for them untold, and the lawyers of its lists; False if it is too soon."""
    newest = select(func.max(Delivery.made_at)).where(
        Delivery.person_key == author.id, Delivery.kind == LetterKind.SEVERAL, col(Delivery.made_at) > now - EVERY
    )
    if session.exec(newest).one() is not None:
        return False
    waiting = proposals.untold(session, author, MOST_NAMED)
    outbox.owe(
        session, means.portal, draft_several(session, means, waiting), [(author, Capacity.SELF)], waiting[0], now
    )
    by_list: dict[int, list[Proposal]] = {}
    for proposal in waiting:
        proposal.told_at = now
        if proposal.kind is ProposalKind.CPR:
            by_list.setdefault(proposal.mailing_list_key, []).append(proposal)
    for key, held in by_list.items():
        mailing_list = session.get_one(MailingList, key)
        told = draft_more_held(means, mailing_list, author, len(held))
        lawyers = [(one, Capacity.SELF) for one in lawyers_but(session, mailing_list, author)]
        outbox.owe(session, means.portal, told, lawyers, held[0], now)
    session.flush()
    return True
