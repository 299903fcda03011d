"""Filling in: where the files of filed messages lie is noted as soon as there are any, the newest first.

What an older version filed is filled in so too, a message at a time: whoever is stopped goes on where they were.
"""

from dataclasses import dataclass

import structlog
from sqlmodel import Session, col, select, update

from mailer.sandbox.keeper import Keeper
from mailer.sandbox.reader import Workshop
from tickets.database import contents
from tickets.database.models import Arrival, Attachment, Message, UnmaskedFile
from tickets.database.store import Clock, Store
from tickets.moderation.holding import ASIDE
from tickets.post import WHOLE, KeptFile

log = structlog.get_logger()

PAGE = 200  # files that are looked for at once


@dataclass(frozen=True)
class Wanted:
    """Files of one content of which nothing is noted, by their parts."""

    content_key: str
    numbers: frozenset[int]


class Filler:
    """Notes where files lie, and what is put aside is about; children that look end when there is no more to do."""

    def __init__(self, store: Store, keeper: Keeper, workshop: Workshop, clock: Clock) -> None:
        self._store, self._keeper, self._workshop, self._clock = store, keeper, workshop, clock

    def work(self) -> int:
        """Fill in what lacks of one message; how much that was. Raises StorageTrouble, and then nothing is noted."""
        return self._fill_in_fields() or self._fill_in_files()

    def _fill_in_fields(self) -> int:
        """Note what the newest of the messages is about that were put aside by an older version."""
        with self._store.reading() as session:
            arrival = find_untold(session)
            octets = contents.octets_at(session, arrival.content_key) if arrival else b""
        if arrival is None:
            self._workshop.close()
            return 0
        heading = self._workshop.read_heading(octets, arrival.received_at)
        fields = [list(field) for field in heading.reading.fields] if heading else []
        with self._store.transaction() as session:
            session.exec(update(Arrival).where(col(Arrival.id) == arrival.id).values(fields=fields))
        return 1

    def _fill_in_files(self) -> int:
        with self._store.reading() as session:
            wanted = find_wanted(session)
            octets = contents.octets_at(session, wanted.content_key) if wanted else b""
        if wanted is None:
            self._keeper.close()
            return 0
        files = self._keeper.keep(octets, wanted.numbers)
        if missing := wanted.numbers - files.keys():  # nobody can look into them, so nobody is given them
            log.error("files cannot be handed out", content=wanted.content_key, parts=sorted(missing))
        with self._store.transaction() as session:
            contents.note_files(session, wanted.content_key, dict.fromkeys(missing, KeptFile()) | files, self._clock())
            _tick_off(session, wanted)
        return len(wanted.numbers)


def find_wanted(session: Session) -> Wanted | None:
    """The files of the newest message of which nothing is noted, or else the newest clean copy; None if all is."""
    query = (
        select(Message.content_key, Attachment.part)
        .join(Attachment, col(Attachment.message_key) == col(Message.id))
        .where(~col(Attachment.is_ready))
        .order_by(col(Attachment.message_key).desc())
        .limit(PAGE)
    )
    if rows := session.exec(query).all():
        content_key = rows[0][0]
        return Wanted(content_key, frozenset(part for key, part in rows if key == content_key))
    copies = select(UnmaskedFile.clean_key).where(~col(UnmaskedFile.is_ready), col(UnmaskedFile.clean_key).is_not(None))
    clean_key = session.exec(copies.order_by(col(UnmaskedFile.message_key).desc()).limit(1)).first()
    return Wanted(clean_key, frozenset([WHOLE])) if clean_key else None


def find_untold(session: Session) -> Arrival | None:
    """The newest message that is put aside without its fields; None if all have them."""
    query = select(Arrival).where(col(Arrival.disposition).in_(ASIDE), col(Arrival.fields).is_(None))
    return session.exec(query.order_by(col(Arrival.id).desc()).limit(1)).first()


def _tick_off(session: Session, wanted: Wanted) -> None:
    """Note on every file that lies there, in whatever message, that it can be handed out."""
    if WHOLE in wanted.numbers:
        session.exec(
            update(UnmaskedFile).where(col(UnmaskedFile.clean_key) == wanted.content_key).values(is_ready=True)
        )
        return
    messages = select(Message.id).where(Message.content_key == wanted.content_key)
    its = (col(Attachment.message_key).in_(messages), col(Attachment.part).in_(wanted.numbers))
    session.exec(update(Attachment).where(*its).values(is_ready=True))
