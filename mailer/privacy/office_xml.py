"""Office XML, written anew from what a parser reports of it, without names of people, places or machines.

What the parser does not report is not written: processing instructions and remarks. No document type is taken, so there
are no entities, and nothing outside is read. Names are known by their purpose, whatever their prefix and quotes.
"""

import re
from dataclasses import dataclass, field
from xml.parsers.expat import ExpatError, ParserCreate

from mailer.files.budget import Budget
from mailer.privacy.office_names import (
    ALWAYS_LOCAL,
    BREAKS,
    CONTAINERS,
    EMPTIED,
    EMPTIED_ATTRIBUTES,
    EMPTIED_OF,
    KNOWN_NAMESPACES,
    NAMING_FIELD,
    NAMING_PROPERTY,
    PATH,
    POINTERS,
    REMOVED,
    REMOVED_ATTRIBUTES,
    is_elsewhere,
)
from tickets.errors import Unclean

SEPARATOR = "\x1f"  # between the parts of a name; it cannot stand in XML
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
PIECE = 65_536
DEEPEST = 500  # elements within elements
LONGEST_NAMESPACE = 400  # characters: it is part of each name that the parser tells
MOST_TAGS = 20_000  # that are kept in mind
LONGEST_NAME = 200  # of an author, whose remarks begin with it
IN_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
IN_ATTRIBUTE = IN_TEXT | str.maketrans({'"': "&quot;", "\t": "&#9;", "\n": "&#10;"})
TO_ESCAPE = re.compile(r'[&<>\r"\t\n]')
TELLS_NOTHING = re.compile(r"[0-9A-Fa-f]{6}|-?\d{1,7}|-?\d*\.\d+|[a-z\d]{0,2}|\w")  # colours, sizes, words too short
CELL = re.compile(r"[A-Z]{1,3}\d{1,7}")
CELLS = frozenset({"r", "ref", "sqref", "topLeftCell", "activeCell"})  # attributes that tell of them
WORD_BEGINS = re.compile(r"(?<=[a-zæøå])(?=[A-ZÆØÅ\d])")  # in what Word calls a style: PrvestedOverskrift
HEXADECIMAL = re.compile(r"[0-9A-Fa-f]{1,4}")
PRIVATE = 0xF000  # where Word has the letters of fonts of signs
OTHER_FILE = re.compile(r"(?<![\w)\]])\[\d{1,4}\][^\[\]!]{0,100}!")  # in a formula


@dataclass(slots=True)
class Tag:
    """How an element is written, and what becomes of its content."""

    local: str
    opening: str  # without `>`
    closing: str
    is_removed: bool = False
    is_container: bool = False  # that goes when all in it went
    mutes: bool = False
    follows: str = ""  # what must be known of it while what comes is read


@dataclass
class WordField:
    """A field of Word while it is read: where its instruction was written, and whether its result names somebody."""

    instruction: list[int] = field(default_factory=list)
    is_result: bool = False
    mutes: bool = False


class Rewriter:
    """Writes a part of an office file anew."""

    judged: frozenset[str] = frozenset()  # elements that `is_kept` is asked about
    tops: frozenset[str] | None = None  # the only children that the root may have, if they are known

    def __init__(self, budget: Budget, gone: frozenset[str] = frozenset()) -> None:
        self.words: list[str] = []
        self._marks: dict[str, None] = {}  # what attributes say, and names of foreign elements
        self._called: dict[str, None] = {}  # what elements, attributes and namespaces are called
        self._budget, self._gone = budget, gone
        self._pieces: list[str] = []
        self._is_open = False  # the last tag still lacks its `>`
        self._declared = ""
        self._stack: list[Tag] = []
        self._held: list[list[str]] = []  # tags of containers of which nothing is written yet
        self._has_lost: list[bool] = []  # whether something was taken out of each of them
        self._removed = self._muted = 0  # how deep in what is removed, and in what loses its text
        self._tags: dict[tuple[str, ...], Tag] = {}
        self._names: dict[str, tuple[str, str, str]] = {}
        self._fields: list[WordField] = []
        self._bound: list[bool] = []  # whether the content controls around show a property that names somebody
        self._shown: list[bool] = []  # the same of their contents
        self._formulas: list[tuple[int, int, str]] = []
        self._lost_formulas: set[str] = set()  # numbers of shared ones
        self._authors: set[str] = set()

    def rewrite(self, octets: bytes) -> bytes:
        """The part without what names anybody. Raises Unclean for what is no XML as office programs write it."""
        parser = ParserCreate(namespace_separator=SEPARATOR)
        parser.namespace_prefixes = True
        parser.ordered_attributes = True
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse
        parser.StartNamespaceDeclHandler = self._declare
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        try:
            for start in range(0, len(octets), PIECE):
                self._budget.spend()
                parser.Parse(octets[start : start + PIECE])
            parser.Parse(b"", True)
        except ExpatError as error:
            raise Unclean("is XML that cannot be read") from error
        return "".join([DECLARATION, *self._pieces]).encode()

    def told(self) -> str:
        """All that the written part says: its text, words that formatting tears put together, and its marks."""
        return "\n".join(["".join(self.words), *self._marks])

    def traces(self) -> str:
        """The marks of the written part and their names, in which a name may be part of another word."""
        return "\n".join([*self._marks, *self._called])

    def is_kept(self, local: str, attributes: dict[str, str]) -> bool:
        """Whether an element is written, if it is of a kind that is judged one by one."""
        return True

    # -- elements

    def _declare(self, prefix: str | None, namespace: str | None) -> None:
        if namespace and len(namespace) > LONGEST_NAMESPACE:
            raise Unclean("is XML of an unusual kind")
        if not self._removed:
            name = f"xmlns:{prefix}" if prefix else "xmlns"
            self._declared += f' {name}="{_escape(namespace or "")}"'
            self._called[prefix or ""] = None
            if namespace and not namespace.startswith(KNOWN_NAMESPACES):
                self._marks[f"{prefix} {namespace}"] = None

    def _start(self, name: str, attributes: list[str]) -> None:
        if self._removed:
            self._removed += 1
            return
        tag = self._tags.get((name, *attributes)) or self._make(name, attributes)
        if tag.is_removed or (self.tops is not None and len(self._stack) == 1 and tag.local not in self.tops):
            self._removed, self._declared = 1, ""
            if self._has_lost:
                self._has_lost[-1] = True
            return
        if len(self._stack) >= DEEPEST:
            raise Unclean("is XML of an unusual kind")
        self._stack.append(tag)
        self._muted += tag.mutes
        if tag.is_container:
            self._held.append([tag.opening, self._declared])
            self._has_lost.append(False)
        else:
            self._open(tag.opening + self._declared if self._declared else tag.opening)
        self._declared = ""
        if tag.follows:
            self._follow_start(tag.follows, self._told(attributes))

    def _open(self, opening: str) -> None:
        if self._held:
            self._write_held()
        if self._is_open:
            self._pieces.append(">")
        self._pieces.append(opening)
        self._is_open = True

    def _write_held(self) -> None:
        for held in self._held:
            self._pieces += [">", *held] if self._is_open else held
            self._is_open = True
        self._held, self._has_lost = [], []

    def _end(self, name: str) -> None:
        if self._removed:
            self._removed -= 1
            return
        tag = self._stack.pop()
        self._muted -= tag.mutes
        if self._held and self._has_lost[-1]:
            self._held.pop()
            self._has_lost.pop()
            if self._has_lost:
                self._has_lost[-1] = True
            return
        if self._held:
            self._write_held()
        self._pieces.append("/>" if self._is_open else tag.closing)
        self._is_open = False
        if tag.local in BREAKS:
            self.words.append("\n")
        if tag.follows:
            self._follow_end(tag)

    def _text(self, text: str) -> None:
        if self._removed or (self._held and text.isspace()):
            return
        if self._muted:
            if self._stack[-1].local in ("author", "creator"):
                self._authors |= {text.strip()} - {""}
            return
        if self._authors and ":" in text[:LONGEST_NAME] and text.partition(":")[0].strip() in self._authors:
            text = text.partition(":")[2]  # spreadsheets begin a remark with its author's name
        if self._held:
            self._write_held()
        if self._is_open:
            self._pieces.append(">")
            self._is_open = False
        if self._fields and self._stack[-1].local == "instrText":
            self._fields[-1].instruction += [len(self._pieces), len(self.words)]
        self._pieces.append(text.translate(IN_TEXT) if TO_ESCAPE.search(text) else text)
        self.words.append(text)

    # -- tags

    def _make(self, name: str, attributes: list[str]) -> Tag:
        """How an element with these attributes is written, kept in mind for the next like it."""
        namespace, local, called = self._names.get(name) or self._part(name)
        is_asked = local in self.judged or local in ASKED
        told = self._told(attributes) if is_asked else {}
        is_removed = local in REMOVED or (is_asked and local in self.judged and not self.is_kept(local, told))
        pieces = [f"<{called}"]
        for attribute, value in () if is_removed else zip(attributes[::2], attributes[1::2], strict=True):
            written = self._write_value(local, attribute, value)
            is_removed = is_removed or written is None
            pieces.append(written or "")
        tag = Tag(
            local,
            "".join(pieces),
            f"</{called}>",
            is_removed,
            is_container=local in CONTAINERS or (local == "ext" and "uri" in told),
            mutes=local in EMPTIED or local.startswith("sender-") or (is_asked and _shows_names(local, told)),
            follows=(local if "spreadsheetml" in namespace or local != "f" else "other f") if local in FOLLOWED else "",
        )
        if len(self._tags) < MOST_TAGS:
            self._tags[name, *attributes] = tag
        return tag

    def _write_value(self, local: str, attribute: str, value: str) -> str | None:
        """An attribute as it is written; empty if it is left out, None if its element goes with it."""
        namespace, short, written = self._names.get(attribute) or self._part(attribute)
        if value in self._gone and ("relationships" in namespace or short == "relid"):
            return "" if local in POINTERS else None
        if short in REMOVED_ATTRIBUTES or "rsid" in short:
            return ""
        if short in EMPTIED_ATTRIBUTES or (local, short) in EMPTIED_OF:
            return f' {written}=""'
        if TELLS_NOTHING.fullmatch(value) or (short in CELLS and CELL.fullmatch(value)):
            return f' {written}="{value}"'
        if (short == "href" and is_elsewhere(value)) or (short not in ALWAYS_LOCAL and PATH.search(value)):
            return "" if short == "formula" else f' {written}=""'
        self._marks[value] = None
        return f' {written}="{_escape(value)}"'

    def _told(self, attributes: list[str]) -> dict[str, str]:
        """Attributes by their local names."""
        names = ((self._names.get(one) or self._part(one))[1] for one in attributes[::2])
        return dict(zip(names, attributes[1::2], strict=True))

    def _part(self, name: str) -> tuple[str, str, str]:
        """The namespace of a name as the parser tells it, its local name, and how it is written."""
        parts = name.split(SEPARATOR)
        namespace, local = parts[:2] if len(parts) > 1 else ("", parts[0])
        self._names[name] = namespace, local, f"{parts[2]}:{local}" if len(parts) > 2 else local
        self._called[local] = None
        if namespace and not namespace.startswith(KNOWN_NAMESPACES):
            self._marks[local] = None
        return self._names[name]

    # -- what depends on what was read before

    def _follow_start(self, follows: str, told: dict[str, str]) -> None:
        if follows == "fldChar":
            self._turn_field(told.get("fldCharType", ""))
        elif follows == "sdt":
            self._bound.append(False)
        elif follows == "dataBinding":
            self._bound[-1:] = [NAMING_PROPERTY.search(told.get("xpath", "")) is not None]
        elif follows == "sym":
            self.words.append(_sign_of(told.get("char", "")))
        elif follows == "style":
            if told.get("customStyle", "") not in ("", "0", "false", "off"):
                self.words.append(f"\n{WORD_BEGINS.sub(' ', told.get('styleId', ''))}\n")
        elif follows == "sdtContent":
            self._shown.append(self._bound[-1] if self._bound else False)
            self._muted += self._shown[-1]
        else:
            shared = told.get("si", "") if told.get("t") == "shared" else ""
            self._formulas.append((len(self._pieces), len(self.words), shared))

    def _follow_end(self, tag: Tag) -> None:
        if tag.follows == "sdt":
            self._bound.pop()
        elif tag.follows == "sdtContent":
            self._muted -= self._shown.pop()
        elif tag.local in FORMULAS:
            self._end_formula(tag, *self._formulas.pop())

    def _turn_field(self, kind: str) -> None:
        """Go on to the next part of a field: its instruction, its result, its end (ECMA-376 17.16.18)."""
        if kind == "begin":
            self._fields.append(WordField())
        elif self._fields and not self._fields[-1].is_result:
            self._end_instruction(self._fields[-1])
        if kind == "end" and self._fields:
            self._muted -= self._fields.pop().mutes

    def _end_instruction(self, one: WordField) -> None:
        one.is_result = True
        written, said = one.instruction[::2], one.instruction[1::2]
        instruction = "".join(self.words[place] for place in said)
        if PATH.search(instruction):
            for place in written:
                self._pieces[place] = ""
            for place in said:
                self.words[place] = ""
        one.mutes = NAMING_FIELD.match(instruction) is not None
        self._muted += one.mutes

    def _end_formula(self, tag: Tag, start: int, said: int, shared: str) -> None:
        """Take out a formula that leads to another file; its result stays."""
        formula = "".join(self.words[said:])
        if PATH.search(formula) or OTHER_FILE.search(formula) or shared in self._lost_formulas:
            self._lost_formulas |= {shared} - {""}
            del self.words[said:]
            if tag.follows in FORMULAS:
                del self._pieces[start - 1 :]
            else:
                self._pieces[start:] = ["/>"]


FORMULAS = frozenset({"f", "definedName"})
FOLLOWED = FORMULAS | {"fldChar", "sdt", "sdtContent", "dataBinding", "sym", "style"}
FIELDS = frozenset({"user-defined", "user-field-get", "variable-get"})  # of OpenDocument, called as its author liked
ASKED = FIELDS | {"ext", "fldSimple"}


def _sign_of(code: str) -> str:
    """The letter that a sign of a font stands for, told in hexadecimal (ECMA-376 17.3.3.30)."""
    number = int(code, 16) if HEXADECIMAL.fullmatch(code) else 0
    return chr(number - PRIVATE if number >= PRIVATE else number) if number else ""


def _shows_names(local: str, told: dict[str, str]) -> bool:
    """Whether an element is a field that shows somebody's name."""
    if local == "fldSimple":
        return NAMING_FIELD.match(told.get("instr", "")) is not None
    return local in FIELDS and NAMING_PROPERTY.search(told.get("name", "")) is not None


def _escape(value: str) -> str:
    return value.translate(IN_ATTRIBUTE) if TO_ESCAPE.search(value) else value


def _refuse(*_: object) -> None:
    raise Unclean("declares a document type, as no office program does")
