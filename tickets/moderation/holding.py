"""What is held or quarantined: put aside whole, with its reason, until an administrator has looked.

A message that waits for an anonymous asker's word is not among it, for it would tell administrators who asks.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, and_
from sqlmodel import Session, col, func, select, update
from sqlmodel.sql.expression import SelectOfScalar

from tickets.alignment import is_aligned
from tickets.database.models import Arrival, Choice, Content, Disposition, Lane, Opening, Person, Proposal, ProposalKind
from tickets.errors import BadInput, NotFound
from tickets.numbers.cpr import mask_cpr
from tickets.reasons import Awaited, Reason

ASIDE = (Disposition.HELD, Disposition.QUARANTINED)
LONGEST_RAW = 500_000  # characters that are shown of a message
LARGEST_NUMBER = 2**31 - 1  # that a database can be asked for


def _is_for_administrators() -> ColumnElement[bool]:
    waiting = select(Proposal.arrival_key).where(
        Proposal.kind == ProposalKind.ANONYMOUS, col(Proposal.choice).is_(None)
    )
    return col(Arrival.id).not_in(waiting)


def _asked() -> SelectOfScalar[int]:
    return select(Proposal.arrival_key).where(col(Proposal.choice).is_(None))


def held(session: Session) -> list[Arrival]:
    """Everything that an administrator may look at and drop, and most of it let through; oldest first."""
    return _with(session, Disposition.HELD)


def quarantined(session: Session) -> list[Arrival]:
    """Everything that the portal itself could not process, oldest first."""
    return _with(session, Disposition.QUARANTINED)


def _is_left_to_administrators() -> ColumnElement[bool]:
    """Whether a message waits for an administrator, and not for its author."""
    return and_(col(Arrival.disposition).in_(ASIDE), col(Arrival.id).not_in(_asked()))


def count_aside(session: Session) -> int:
    """How many messages wait for an administrator, and not for their authors."""
    return session.exec(select(func.count()).where(_is_left_to_administrators())).one()


def count_asked(session: Session) -> int:
    """How many messages wait for their authors alone."""
    waits = (col(Arrival.disposition).in_(ASIDE), col(Arrival.id).in_(_asked()))
    return session.exec(select(func.count()).where(*waits)).one()


def oldest_aside(session: Session) -> datetime | None:
    """When the oldest message that waits for an administrator was put aside; None if none waits."""
    return session.exec(select(func.min(Arrival.settled_at)).where(_is_left_to_administrators())).one()


def aside_since(session: Session, before: datetime) -> list[Arrival]:
    """What has waited for an administrator, and not for its author, since before this time; oldest first."""
    query = select(Arrival).where(_is_left_to_administrators(), col(Arrival.settled_at) <= before)
    return list(session.exec(query.order_by(col(Arrival.settled_at))))


def find_arrival(session: Session, arrival_key: int) -> Arrival:
    """Whatever came in under this number. Raises NotFound."""
    arrival = session.get(Arrival, arrival_key) if 0 < arrival_key <= LARGEST_NUMBER else None
    if arrival is None:
        raise NotFound(
            f"Nothing came in under number {arrival_key}; `dialogportal trace EMAIL` shows what somebody sent"
        )
    return arrival


def find_aside(session: Session, arrival_key: int) -> Arrival:
    """The arrival of this number. Raises NotFound unless it is held or quarantined."""
    query = select(Arrival).where(Arrival.id == arrival_key, _is_for_administrators())
    arrival = session.exec(query).first() if 0 < arrival_key <= LARGEST_NUMBER else None
    if arrival is None or arrival.disposition not in ASIDE:
        raise NotFound(
            f"Nothing with number {arrival_key} is held or in quarantine; `dialogportal held` shows what is, and"
            f" `dialogportal trace {arrival_key}` what became of it"
        )
    return arrival


def is_anonymous(session: Session, arrival: Arrival) -> bool:
    """Whether a message was asked anonymously and waits for its author, whom nobody else is told."""
    query = select(Arrival.id).where(Arrival.id == arrival.id, _is_for_administrators())
    return session.exec(query).first() is None


def was_anonymous(session: Session, arrival: Arrival) -> bool:
    """Whether a message was asked anonymously, whatever its author has said since."""
    was = (Proposal.arrival_key == arrival.id, Proposal.kind == ProposalKind.ANONYMOUS)
    return session.exec(select(Proposal.id).where(*was)).first() is not None


# -- deciding --------------------------------------------------------------------------


def awaited(arrival: Arrival) -> Awaited | None:
    """For whom an arrival waits; None if for nobody, or for the portal itself."""
    waits_for = arrival.reason.waits_for if arrival.reason else None
    if arrival.disposition is None:  # why it waited for its author is told no more, once they have said
        return None if waits_for is Awaited.AUTHOR else waits_for
    return (waits_for or Awaited.ADMINISTRATOR) if arrival.disposition in ASIDE else None


def is_of_another_domain(arrival: Arrival) -> bool:
    """Whether the return path lies in another domain than the author's; no more than a sign, where nobody checked.

    What has no return path, or no author that could be read, gives no such sign.
    """
    sender, author = (one.rpartition("@")[2].lower() for one in (arrival.return_path, arrival.author))
    return bool(sender and author) and sender != author and not is_aligned(sender, author)


def release(session: Session, arrival_key: int, now: datetime) -> Arrival:
    """Vouch for a held arrival: it is processed again, and its author let in.

    Raises NotFound if nothing of that number is held, BadInput if its author alone may say that it is sent, or nobody.
    """
    arrival = find_aside(session, arrival_key)
    if arrival.disposition is not Disposition.HELD:
        raise BadInput(f"Number {arrival_key} could not be processed; have it tried again once the fault is mended")
    _refuse_if_asked(session, arrival_key)
    if arrival.reason and arrival.reason.has_numbers:
        raise BadInput(
            f"Number {arrival_key} holds a CPR number, or a file that may, and nobody may send that on: ask its author "
            f"to write again without it, then `dialogportal discard {arrival_key}`"
        )
    if arrival.reason and arrival.reason.is_hopeless:
        raise BadInput(
            f"Number {arrival_key}: nothing can be filed of it; `dialogportal show {arrival_key}` tells why. Answer "
            f"its author yourself if need be, then `dialogportal discard {arrival_key}`"
        )
    arrival.is_vouched = True
    process_again(arrival, now)
    return arrival


def retry(session: Session, arrival_key: int, now: datetime) -> Arrival:
    """Have one arrival processed again, by the rules as they are now. Raises NotFound and BadInput."""
    arrival = find_aside(session, arrival_key)
    _refuse_if_asked(session, arrival_key)
    process_again(arrival, now)
    return arrival


def discard(session: Session, arrival_key: int, now: datetime) -> Arrival:
    """Drop an arrival that was put aside; its author is asked no more. Raises NotFound if nothing of that number is."""
    arrival = find_aside(session, arrival_key)
    undecided = update(Proposal).where(col(Proposal.arrival_key) == arrival_key, col(Proposal.choice).is_(None))
    session.execute(undecided.values(choice=Choice.WITHDRAW, decided_at=now))
    drop(arrival, Reason.DISCARDED, now)
    return arrival


def waits_for_author(session: Session, arrival_key: int) -> bool:
    """Whether its author was asked what is to become of it, and has not said."""
    is_undecided = (Proposal.arrival_key == arrival_key, col(Proposal.choice).is_(None))
    return session.exec(select(Proposal.id).where(*is_undecided)).first() is not None


def all_that_wait_for_authors(session: Session) -> frozenset[int]:
    """The keys of all arrivals whose authors were asked what is to become of them, and have not said."""
    return frozenset(session.exec(_asked()))


def _refuse_if_asked(session: Session, arrival_key: int) -> None:
    if waits_for_author(session, arrival_key):
        raise BadInput(
            f"Number {arrival_key} waits for its author, who was asked by letter whether it is to be sent; "
            f"nobody else may. `dialogportal discard {arrival_key}` drops it"
        )


def retry_quarantined(session: Session, now: datetime) -> int:
    """Have everything in quarantine processed again; how many."""
    arrivals = quarantined(session)
    for arrival in arrivals:
        process_again(arrival, now)
    return len(arrivals)


def drop(arrival: Arrival, why: Reason, now: datetime) -> None:
    """Be done with a held arrival, unfiled; why it was held stays told."""
    before = arrival.grounds
    arrival.disposition = Disposition.DISCARDED
    arrival.reason, arrival.reason_details = why, {"before": before.stored()} if before else None
    arrival.settled_at, arrival.fields = now, None


def process_again(arrival: Arrival, now: datetime) -> None:
    """Let an arrival wait for the processor as if it had just come."""
    arrival.disposition = None
    arrival.settled_at = None
    arrival.attempts = 0
    arrival.lane, arrival.party = Lane.QUICK, ""
    arrival.next_attempt_at = now


def _with(session: Session, disposition: Disposition) -> list[Arrival]:
    query = (
        select(Arrival).where(Arrival.disposition == disposition, _is_for_administrators()).order_by(col(Arrival.id))
    )
    return list(session.exec(query))


# -- looking ---------------------------------------------------------------------------


def fields_of(arrival: Arrival) -> list[tuple[str, str]]:
    """The fields that tell what a message is about, decoded, CPR numbers masked; few as long as it was not read."""
    if arrival.fields is not None:
        return [(name, value) for name, value in arrival.fields]
    known = {"From": arrival.author, "Subject": arrival.subject, "Message-ID": arrival.message_id}
    return [(name, mask_cpr(value)) for name, value in known.items() if value]


def open_raw(session: Session, arrival_key: int, person: Person, now: datetime) -> str:
    """The raw message as text, for an administrator; that they looked is written down.

    Raises NotFound if it is not aside.
    """
    arrival = find_aside(session, arrival_key)
    session.add(Opening(arrival_key=arrival_key, person_key=person.key, opened_at=now))
    return raw_text(session, arrival)


def octets_of(session: Session, arrival: Arrival) -> bytes:
    """The message as it came."""
    return session.get_one(Content, arrival.content_key).octets


def raw_text(session: Session, arrival: Arrival) -> str:
    """The beginning of a message as it came, as text; octets that are no UTF-8 are read as Windows-1252."""
    octets = octets_of(session, arrival)[:LONGEST_RAW]
    try:
        text = octets.decode()
    except UnicodeDecodeError:
        text = octets.decode("cp1252", "replace")
    return text.replace("\r\n", "\n").replace("\0", "\ufffd")


def openings_of(session: Session, arrival: Arrival) -> list[tuple[Opening, Person]]:
    """Who opened the raw message, and when; newest first."""
    query = select(Opening, Person).join(Person, col(Person.id) == col(Opening.person_key))
    return list(session.exec(query.where(Opening.arrival_key == arrival.id).order_by(col(Opening.id).desc())).all())
