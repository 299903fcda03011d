"""Understanding: which commands a text begins with, and what is left of it for others to read. Pure words, no database.

A command is a whole line before any other text; only blank lines and a bare greeting may stand above. After the
commands comes the answer, if there is one.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from mailer.processing.commands.arguments import read_argument
from mailer.processing.commands.lines import Line, is_blank, tidy
from mailer.processing.commands.nearness import Miss, NearMiss, find_near_miss, is_loud
from mailer.processing.commands.words import LONGEST_FIRST, TAKES_THE_REST, WORDS, Verb
from mailer.texts.quoting import Layer, read_layers
from mailer.texts.signatures import find_signature
from tickets.text.greetings import OPENING, is_closing

MOST_COMMANDS = 5  # lines
BARE_GREETING = re.compile(
    rf"{OPENING}(?:,|!|\.)?|{OPENING}(?: [^\s.?!:,]{{1,30}}){{1,4}}[,!]?|[^\W\d_][\w'’-]{{1,20}},", re.IGNORECASE
)
BEHIND_NAMES = re.compile(r"[\s/,.\-–—*~]+")
LONGEST_FRAME = 10  # lines below a name that stands there without a greeting
MOST_BELOW = 200  # lines of a text in which commands are looked for that stand below


@dataclass(frozen=True)
class Command:
    """One thing that is asked for: a verb, and what it is about."""

    verb: Verb
    argument: str = ""
    until: date | None = None
    line: str = ""  # as it was written


@dataclass(frozen=True)
class Orders:
    """What a text asks for, and what is left of it; with a near miss, none of it may be done or sent."""

    commands: tuple[Command, ...] = ()
    rest: str = ""
    near_miss: NearMiss | None = None

    def first(self, *verbs: Verb) -> Command | None:
        """The first command of these."""
        return next((one for one in self.commands if one.verb in verbs), None)

    @property
    def is_answer(self) -> bool:
        """Whether the author says that the message is an answer."""
        return self.first(Verb.ANSWER) is not None


def understand(
    text: str, today: date, verbs: Collection[Verb], known: Collection[str] = (), author: str = ""
) -> Orders:
    """Read the newly written part of a text for commands of these verbs; `author` is who signs below it, by name.

    The rest of a text without commands is the whole text, as it is.
    """
    lines = _own_part(text, author).split("\n")
    start, greeting = _skip_greeting(lines)
    block = _Block(lines, start, verbs, today, known, author)
    block.read()
    miss = block.near_miss
    if not block.takes_the_rest:
        miss = miss or _find_below(lines[block.end :], verbs, today)
    if miss or not block.commands:
        return Orders(rest=text, near_miss=miss)
    rest = [*filter(None, [block.inline]), *lines[block.end :]]
    return Orders(tuple(block.commands), _join(greeting, rest, author))


class _Block:
    """The command lines on top of a text, read one by one until something else comes."""

    def __init__(
        self,
        lines: list[str],
        start: int,
        verbs: Collection[Verb],
        today: date,
        known: Collection[str],
        author: str,
    ) -> None:
        self._lines, self._verbs, self._today, self._known, self._author = lines, verbs, today, known, author
        self.commands: list[Command] = []
        self.end = start
        self.inline = ""
        self.near_miss: NearMiss | None = None

    @property
    def takes_the_rest(self) -> bool:
        """Whether the last command takes all that stands below it."""
        return bool(self.commands) and self.commands[-1].verb in TAKES_THE_REST

    def read(self) -> None:
        """Read lines until one that is no command, or until a command takes the rest."""
        while self.end < len(self._lines) and not self.takes_the_rest and self._read_line(self._lines[self.end]):
            self.end += 1
        if self.commands and self.commands[-1].verb is Verb.CORRECT:
            self._read_short()

    def _read_short(self) -> None:
        """Take the short answer that stands right below the word for a correction."""
        below = self.end
        while below < len(self._lines) and is_blank(self._lines[below]):
            below += 1
        line = tidy(self._lines[below]) if below < len(self._lines) else None
        short = read_line(line, self._verbs, self._today) if line else None
        if short and short.verb is Verb.SHORT:
            self.commands.insert(-1, short)
            self.end = below + 1

    def _read_line(self, raw: str) -> bool:
        """Whether this line belongs to the commands."""
        line = tidy(raw)
        if line is None:
            return is_blank(raw)
        command = read_line(line, self._verbs, self._today)
        if command is None:
            self._look_closer(line)
            return False
        return self._take(command)

    def _look_closer(self, line: Line) -> None:
        if not (self.commands and is_frame(self._lines[self.end :], self._author)):
            self.near_miss = find_near_miss(line, self._verbs, self._known, self._today)

    def _take(self, command: Command) -> bool:
        if len(self.commands) == MOST_COMMANDS:
            self.near_miss = NearMiss(command.line, Miss.TOO_MANY)
            return False
        if not any(_is_same(command, one) for one in self.commands):
            self.commands.append(command)
        self.inline = command.argument if self.takes_the_rest else ""
        return True


def read_line(line: Line, verbs: Collection[Verb], today: date) -> Command | None:
    """The command that a line is, if it is one as a whole."""
    lowered = line.text.lower()
    for word in LONGEST_FIRST:
        verb = WORDS[word]
        if verb not in verbs or not re.match(rf"{re.escape(word)}(?![\w-])", lowered):
            continue
        behind = line.text[len(word) :].strip()
        read = read_argument(verb, behind, today, is_loud=is_loud(line, word))
        if read is not None:
            ending = line.ending if verb in (Verb.SHORT, Verb.NOTE) and read.text else ""
            return Command(verb, f"{read.text}{ending}", read.until, line.text)
    return None


def amend(text: str, miss: NearMiss, author: str = "") -> str:
    """The text as if the command that was meant stood on top of it, and the line that missed nowhere."""
    own = _own_part(text, author).split("\n")
    kept: list[str] = []
    is_found = False
    for raw in own:
        line = tidy(raw)
        is_it = not is_found and line is not None and line.text == miss.line
        is_found = is_found or is_it
        kept += [] if is_it else [raw]
    return "\n".join([miss.meant, *kept])


def _own_part(text: str, author: str) -> str:
    """What was written now, without quotes, forwarded mail and what stands below the signature."""
    return read_layers(text, author).pick({Layer.OWN})


def _skip_greeting(lines: list[str]) -> tuple[int, str]:
    """The line behind a bare greeting at the top, and the greeting."""
    for number, raw in enumerate(lines):
        if is_blank(raw):
            continue
        line = raw.strip()
        if len(line) <= 100 and BARE_GREETING.fullmatch(" ".join(line.split())) and not _is_word(line):
            return number + 1, line
        return number, ""
    return len(lines), ""


def _is_word(line: str) -> bool:
    return line.lower().rstrip(" ,.!") in WORDS


def _is_same(one: Command, other: Command) -> bool:
    return (one.verb, one.argument, one.until) == (other.verb, other.argument, other.until)


def _find_below(lines: list[str], verbs: Collection[Verb], today: date) -> NearMiss | None:
    """A command that stands below other text, as nobody would write it in a sentence: in capitals or with a sigil."""
    for raw in lines[:MOST_BELOW]:
        line = tidy(raw)
        command = read_line(line, verbs, today) if line else None
        if line is None or command is None or not (line.has_sigil or line.words[0].rstrip(":.!").isupper()):
            continue
        if command.verb is Verb.SHORT and not line.has_sigil:
            continue
        is_movable = command.verb not in TAKES_THE_REST and command.verb is not Verb.SHORT
        return NearMiss(line.text, Miss.PLACE, line.text if is_movable else "")
    return None


def _join(greeting: str, rest: list[str], author: str) -> str:
    """What is left for others to read: empty, if that is a signature and the like alone."""
    while rest and is_blank(rest[0]):
        rest = rest[1:]
    said = "\n".join(rest).rstrip()
    if not said.strip() or is_frame(rest, author):
        return ""
    return f"{greeting}\n\n{said}" if greeting else said


def is_frame(lines: list[str], author: str) -> bool:
    """Whether lines say nothing but who wrote them, and from what."""
    written = [line for line in lines if not is_blank(line)]
    if not written:
        return True
    if find_signature(written, author) == 0 or is_closing(written[0]):
        return True
    return _signs(written[0], author) and len(written) <= LONGEST_FRAME and all(len(one) <= 60 for one in written)


def _signs(line: str, author: str) -> bool:
    """Whether a line is the author's name, a part of it, or their initials."""
    names = {word for word in BEHIND_NAMES.split(author.lower()) if word}
    initials = "".join(word[0] for word in author.lower().split())
    said = [word for word in BEHIND_NAMES.split(line.lower()) if word]
    return bool(said) and all(word in names or word == initials for word in said)
