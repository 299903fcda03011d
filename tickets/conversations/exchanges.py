"""Exchanges: which of a ticket's messages an answer is about, so that none is read below a question it does not answer.

What a mail answers is told by the message that it cites. Where it cites none, or one that was answered before while a
newer question waits, it may be about either: then both stand above it, each with its date.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from tickets.database.models import Citation, Identifier, Message, MessageKind
from tickets.moderation import spreading
from tickets.people.sight import MEMBER, is_told

ASKING = (MessageKind.QUESTION, MessageKind.FOLLOW_UP, MessageKind.NEWS)  # from who began the ticket
UNTOLD = (MessageKind.HOLDING, MessageKind.AUTOMATIC, MessageKind.THANKS, MessageKind.RECALLED)  # nothing new


@dataclass(frozen=True)
class Exchange:
    """Messages that belong together: the question or subject, and the answers to it; each oldest first."""

    asked: tuple[Message, ...]
    said: tuple[Message, ...] = ()
    waits: bool = False  # nobody has answered any of it


class Thread:
    """The messages of a ticket that are for everybody, each with what it is about."""

    def __init__(self, messages: Iterable[Message], citing: Collection[int]) -> None:
        """`citing` are the keys of those that cite the very message they are filed under."""
        rows = sorted(messages, key=lambda one: (one.filed_at, one.key))
        self._all = {one.key: one for one in rows}
        self._told = [one for one in rows if _is_told(one)]
        self._citing = citing
        self._replied_to = self._find_replied_to()
        self._answered: set[int] = set()
        self._about: dict[int, list[Message]] = {}
        for position, one in enumerate(self._told):
            if one.kind not in ASKING:
                about = self._find_subject(one, self._told[:position])
                self._about[one.key] = about
                self._answered |= {each.key for each in about} if one.kind is MessageKind.ANSWER else set()

    @property
    def corrections(self) -> set[int]:
        """The keys of the messages that hold in the place of an earlier one."""
        return {one.replaced_by_key for one in self._told if one.replaced_by_key is not None}

    def exchanges(self, new: Collection[int]) -> list[Exchange]:
        """What is new among them, with what it is about: what waits for an answer comes last."""
        blocks: dict[tuple[int, ...], list[Message]] = {}
        for one in self._told:
            if one.id in new and one.kind not in ASKING:
                blocks.setdefault(self._heading(one, new), []).append(one)
        shown = {key for keys in blocks for key in keys}
        said = {keys: [one for one in rows if one.id not in shown] for keys, rows in blocks.items()}
        found = [self._exchange(keys, rows) for keys, rows in said.items() if rows]
        left = [one for one in self._told if one.kind in ASKING and one.id in new and one.id not in shown]
        return found + ([self._exchange([one.key for one in left])] if left else [])

    def waiting(self) -> Exchange:
        """The messages of the asker that nobody has answered; if there are none, their newest."""
        asked = [one for one in self._told if one.kind in ASKING]
        return Exchange(tuple(self._open(asked) or asked[-1:]), waits=True)

    def _exchange(self, keys: Iterable[int], said: Sequence[Message] = ()) -> Exchange:
        asked = tuple(self._all[key] for key in keys)
        waits = all(one.kind in ASKING and one.kind is not MessageKind.NEWS for one in asked)
        return Exchange(asked, tuple(said), waits and not any(one.id in self._answered for one in asked))

    def _heading(self, said: Message, new: Collection[int]) -> tuple[int, ...]:
        """The keys of the messages above another; a member's word on an answer has that and its question above it."""
        base = self._parent(said)
        if said.kind is MessageKind.REPLY and base and base.kind is MessageKind.ANSWER:
            above = self._heading(base, new)
            return above if base.id in new else (*above, base.key)
        return tuple(one.key for one in self._about[said.key])

    # -- what a message is about -------------------------------------------------------

    def _find_subject(self, said: Message, before: list[Message]) -> list[Message]:
        asked = [one for one in before if one.kind in ASKING]
        waiting = [one for one in self._open(asked) if one.id not in self._replied_to]  # for an answer of its own
        base = self._base(said)
        if base is None:
            return waiting or asked[-1:] or self._told[:1]
        newer = [one for one in waiting if _order(one) > _order(base)]
        if base.kind in ASKING and base.id not in self._answered:
            return self._run_through(base, newer)
        if base.kind in ASKING:
            return _once([base, *newer])
        about = self._about.get(base.key, [])
        if base.kind is MessageKind.REPLY:
            return _once([*self._open(about), base, *newer])
        return _once([*about, *newer])

    def _run_through(self, asked: Message, newer: Iterable[Message]) -> list[Message]:
        """The asker's messages in a row: a question, and what they forgot in it."""
        run = [asked]
        while (above := self._parent(run[0])) and above.kind in ASKING and above.id not in self._answered:
            run.insert(0, above)
        for one in newer:
            if (above := self._parent(one)) and above in run:
                run.append(one)
        return run

    def _find_replied_to(self) -> set[int]:
        """The keys of the questions that have an answer which cites them."""
        bases = [self._base(one) for one in self._told if one.kind is MessageKind.ANSWER]
        return {base.key for base in bases if base and base.kind in ASKING}

    def _base(self, said: Message) -> Message | None:
        """The message that another cites as the one it answers; None if it cites none of the ticket."""
        return self._parent(said) if self._cites_parent(said) else None

    def _open(self, messages: Iterable[Message]) -> list[Message]:
        return [one for one in messages if one.kind in ASKING and one.id not in self._answered]

    def _cites_parent(self, message: Message) -> bool:
        parent = self._all.get(message.parent_key or 0)
        return message.id in self._citing or (parent is not None and parent.parent_key is not None)

    def _parent(self, message: Message) -> Message | None:
        """The closest message above that is for everybody; None if there is none."""
        seen: set[int | None] = {message.id}
        above = self._all.get(message.parent_key or 0)
        while above is not None and not _is_told(above) and above.id not in seen:
            seen.add(above.id)
            above = self._all.get(above.parent_key or 0)
        return above


def _is_told(message: Message) -> bool:
    return message.kind not in UNTOLD and is_told(MEMBER, message)


def _order(message: Message) -> tuple[object, int]:
    return message.filed_at, message.key


def _once(messages: Iterable[Message]) -> list[Message]:
    return sorted({one.id: one for one in messages}.values(), key=lambda one: (one.filed_at, one.key))


def read_threads(session: Session, tickets: Collection[int], newest: int) -> dict[int, Thread]:
    """The messages of these tickets, by the ticket's key, as they were when the message with the newest key was filed.

    Two statements, however many tickets there are.
    """
    among = (col(Message.ticket_key).in_(tickets), col(Message.id) <= newest)
    citing = (
        select(Message.id)
        .join(Citation, col(Citation.message_key) == col(Message.id))
        .join(
            Identifier,
            (col(Identifier.mailing_list_key) == col(Citation.mailing_list_key))
            & (col(Identifier.message_id) == col(Citation.message_id)),
        )
        .where(*among, col(Identifier.message_key) == col(Message.parent_key))
    )
    keys = {key for key in session.exec(citing) if key is not None}
    rows: dict[int, list[Message]] = {key: [] for key in tickets}
    for message in session.exec(select(Message).where(*among, spreading.is_out())):
        rows[message.ticket_key].append(message)
    return {key: Thread(messages, keys) for key, messages in rows.items()}
