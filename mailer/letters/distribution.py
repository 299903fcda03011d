"""Distribution: follows the journal and turns what happened into letters owed to people. It sends nothing."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from mailer.letters import outbox, postponing
from mailer.letters.declaration import FindSimilar, LetterBudget, Means, Owed
from mailer.letters.kinds import postponed
from mailer.letters.registry import declarations, declarations_by_event, kinds_within
from tickets.database import whereabouts
from tickets.database.contents import TakeOut, nothing
from tickets.database.models import Delivery, Event, EventKind, Person
from tickets.journal import Follower
from tickets.moderation.originals import USUAL, Privacy
from tickets.people.quotas import USUAL as USUAL_QUOTAS
from tickets.people.quotas import Quotas
from tickets.portal import Portal
from tickets.reasons import Reason
from tickets.tokens import Signer

FOLLOWER = "distribution"
TOO_OLD = timedelta(days=1)
MOST_A_DAY = 10  # letters to one address within a budget


def distributor(
    portal: Portal,
    signer: Signer,
    find_similar: FindSimilar | None = None,
    privacy: Privacy = USUAL,
    quotas: Quotas = USUAL_QUOTAS,
    take_out: TakeOut = nothing,
    most_attached: int = 0,
) -> Follower:
    """The follower of the journal that writes letters; new, it starts at the journal's end."""
    means = Means(portal, signer, find_similar, privacy, take_out, most_attached)
    quota = quotas.questions_per_author

    def handle(session: Session, event: Event, now: datetime) -> None:
        if event.is_quiet or event.kind not in declarations_by_event():
            return
        event = whereabouts.as_it_is_now(session, event)
        if event.kind is EventKind.SPREAD and postponing.keeps_back(session, event, now):
            return
        if due_at := postponing.put_off(session, event, quota, now):
            turn = postponed.Turn(due_at, quota)
            _owe(session, means, postponed.write(session, means, event, turn, now), event, now)
        else:
            tell(session, means, event, now)

    return Follower(FOLLOWER, handle, objection=_find_objection)


def tell(session: Session, means: Means, event: Event, now: datetime) -> None:
    """Owe all letters that an event causes."""
    for declaration in declarations_by_event().get(event.kind, ()):
        if declaration.write is not None:
            _owe(session, means, declaration.write(session, means, event, now), event, now)


def _owe(session: Session, means: Means, letters: Iterable[Owed], event: Event, now: datetime) -> None:
    """Owe letters to those of their readers whose budget has room; who is asked something is told of it then."""
    for letter in letters:
        budget = declarations()[letter.draft.kind].budget
        readers = [one for one in letter.readers if budget is None or _has_room(session, one[0], budget, now)]
        if not readers:
            continue
        outbox.owe(session, means.portal, letter.draft, readers, event, now)
        if letter.asks:
            letter.asks.told_at = now
            session.flush()


def _has_room(session: Session, person: Person, budget: LetterBudget, now: datetime) -> bool:
    recent = (col(Delivery.person_key) == person.id, col(Delivery.kind).in_(kinds_within(budget)))
    query = select(func.count()).select_from(Delivery).where(*recent, col(Delivery.made_at) > now - timedelta(days=1))
    return session.exec(query).one() < MOST_A_DAY


def _find_objection(event: Event, now: datetime) -> Reason | None:
    if event.kind in declarations_by_event() and not event.is_quiet and now - event.happened_at > TOO_OLD:
        return Reason.EVENT_TOO_OLD
    return None
