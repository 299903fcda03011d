"""Rounds: one letter that names several mails of an author's, so that many mails make few letters.

Of those that wait the first ten a day have a letter each, of questions that were filed the first three an hour. The
others are named together, at most once an hour: nobody's mail is without word, and whoever writes in another's name can
bother them with no more than that.
"""

from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from mailer.letters import outbox
from mailer.letters.cases import case_about
from mailer.letters.declaration import FindSimilar, Means
from mailer.letters.kinds.cpr import draft_more_held, lawyers_but
from mailer.letters.kinds.receipt import draft_receipts
from mailer.letters.kinds.several import draft_several
from tickets.database.models import (
    Capacity,
    Delivery,
    Event,
    GatheredReceipt,
    Letter,
    LetterKind,
    MailingList,
    Person,
    Proposal,
    ProposalKind,
)
from tickets.database.store import Clock, Store
from tickets.moderation import proposals
from tickets.portal import Portal
from tickets.tokens import Signer

GRACE = timedelta(minutes=2)  # in which a letter of its own would have been written
EVERY = timedelta(hours=1)
MOST_NAMED = 50  # in one letter; the next has the others


class Rounds:
    """Tells authors of mails for which they got no letter."""

    def __init__(
        self, store: Store, portal: Portal, signer: Signer, clock: Clock, find_similar: FindSimilar | None = None
    ) -> None:
        self._store, self._means, self._clock = store, Means(portal, signer, find_similar), clock

    def work(self) -> int:
        """Write the letters that are due; how many."""
        now = self._clock()
        with self._store.reading() as session:
            if not (proposals.untold_people(session, now - GRACE) or _ungathered(session, now - GRACE)):
                return 0
        with self._store.transaction() as session:
            people = proposals.untold_people(session, now - GRACE)
            told = [tell_of_several(session, self._means, session.get_one(Person, key), now) for key in people]
            askers = _ungathered(session, now - GRACE)
            return sum([*told, *(gather_receipts(session, self._means, *asker, now) for asker in askers)])


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


# -- receipts --------------------------------------------------------------------------


def _ungathered(session: Session, before: datetime) -> list[tuple[Person, MailingList]]:
    """Who asked something on which list before then, and has no word of it."""
    untold = (col(GatheredReceipt.told_at).is_(None), col(GatheredReceipt.made_at) <= before)
    keys = select(GatheredReceipt.person_key, GatheredReceipt.mailing_list_key).where(*untold).distinct()
    found = sorted(session.exec(keys))
    return [(session.get_one(Person, person), session.get_one(MailingList, one)) for person, one in found]


def gather_receipts(session: Session, means: Means, asker: Person, mailing_list: MailingList, now: datetime) -> bool:
    """Tell an asker in one letter of all their questions that have no receipt; False if it is too soon."""
    theirs = (
        Delivery.person_key == asker.id,
        Delivery.kind == LetterKind.RECEIPTS,
        col(Delivery.made_at) > now - EVERY,
    )
    lately = select(Delivery.id).join(Letter, col(Letter.id) == col(Delivery.letter_key)).where(*theirs)
    if session.exec(lately.where(Letter.mailing_list_key == mailing_list.id)).first() is not None:
        return False
    waiting = _waiting_receipts(session, asker, mailing_list)
    cases = [case for one in waiting if (case := case_about(session, one.message_key))]
    for one in waiting:
        one.told_at = now
    if cases:
        cause = session.get_one(Event, waiting[0].event_key)
        draft = draft_receipts(session, means, mailing_list, cases)
        outbox.owe(session, means.portal, draft, [(asker, Capacity.SELF)], cause, now)
    session.flush()
    return bool(cases)


def _waiting_receipts(session: Session, asker: Person, mailing_list: MailingList) -> list[GatheredReceipt]:
    untold = select(GatheredReceipt).where(
        GatheredReceipt.person_key == asker.id,
        GatheredReceipt.mailing_list_key == mailing_list.id,
        col(GatheredReceipt.told_at).is_(None),
    )
    return list(session.exec(untold.order_by(col(GatheredReceipt.message_key)).limit(MOST_NAMED)))
