"""History: in which order the messages of an archive are filed, whatever order they lie in.

Thread by thread, the oldest first; within a thread what is answered before its answers.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from tickets.conversations.threads import nearest_of
from tickets.database.models import Visibility


@dataclass(frozen=True)
class Sketch:
    """What the header section tells of a message: when it was sent, its id and those it answers, best first.

    It tells whom it was sent to be seen by, too, and what its owner's program noted of it.
    """

    message_id: str
    cited: tuple[str, ...]
    at: datetime
    content_key: str
    visibility: Visibility = Visibility.OPEN
    mark: str = ""  # why it is no part of the list's history; empty if it is


@dataclass(frozen=True)
class ArchivePosition:
    """A message of an archive by its position there, and whether another message of the archive answers it."""

    position: int
    is_answered: bool


def arrange(sketches: Sequence[Sketch], known: Collection[str]) -> list[list[ArchivePosition]]:
    """The threads of an archive. `known` are ids that the list has already; a message that answers one of them
    begins a thread of its own here, for the list knows where it belongs.
    """
    first: dict[str, int] = {}
    copies: dict[int, list[int]] = {}
    for position, sketch in enumerate(sketches):
        if first.setdefault(sketch.message_id, position) != position:
            copies.setdefault(first[sketch.message_id], []).append(position)
    parents = _find_parents(sketches, first, known)
    children: dict[int, list[int]] = {}
    for position, parent in parents.items():
        children.setdefault(parent, []).append(position)
    roots = [position for position in first.values() if position not in parents]
    by_age = sorted(roots, key=lambda position: sketches[position].at)
    return [_walk(root, sketches, children, copies) for root in by_age]


def _find_parents(sketches: Sequence[Sketch], first: dict[str, int], known: Collection[str]) -> dict[int, int]:
    """The position of what each message answers, by the same evidence as when it comes by mail."""
    somewhere: dict[str, int | None] = dict.fromkeys(known)
    somewhere.update(first)
    parents: dict[int, int] = {}
    for position in first.values():
        sketch = sketches[position]
        parent = nearest_of((one for one in sketch.cited if one != sketch.message_id), somewhere)
        if parent is not None:
            parents[position] = parent
    _break_circles(parents)
    return parents


def _break_circles(parents: dict[int, int]) -> None:
    """Let a thread of messages that all answer each other begin somewhere: where it is first met."""
    safe: set[int] = set()
    for start in list(parents):
        path: dict[int, None] = {}
        here = start
        while here in parents and here not in safe and here not in path:
            path[here] = None
            here = parents[here]
        if here in path:
            del parents[here]
        safe.update(path)


def _walk(
    root: int, sketches: Sequence[Sketch], children: dict[int, list[int]], copies: dict[int, list[int]]
) -> list[ArchivePosition]:
    """A thread from its root on, each message with those of the same id behind it."""
    thread: list[ArchivePosition] = []
    stack = [root]
    while stack:
        position = stack.pop()
        answers = children.get(position, [])
        thread += [ArchivePosition(one, bool(answers)) for one in (position, *copies.get(position, []))]
        stack += sorted(answers, key=lambda one: sketches[one].at, reverse=True)
    return thread
