"""HTML as plain text: links, lists, quotes and tables kept, nothing hidden shown, nothing visible lost."""

import re
from collections.abc import Iterator, Mapping
from string import ascii_lowercase
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mailer.texts.leadins import MARK, MOST_LINES

LONGEST_TAG = 20_000  # characters
DEEPEST = 200  # elements within elements; the parser takes quadratic time beyond
TAG = re.compile(r"</?[a-zA-Z][^<>]*+>")
LONG_TAG = re.compile(rf"<(/?[a-zA-Z][a-zA-Z0-9]*+)[^<>]{{{LONGEST_TAG},}}+>")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
NESTING = re.compile(rf"<(/?)(?!(?i:{'|'.join(VOID)})[^a-zA-Z0-9])[a-zA-Z][^<>]*+(?<!/)>")
SKIPPED = {"script", "style", "title", "template", "head", "noscript"}
BLOCKS = {
    "address", "article", "blockquote", "center", "dd", "div", "dl", "dt", "footer", "form", "h1", "h2", "h3", "h4",
    "h5", "h6", "header", "li", "main", "ol", "p", "pre", "section", "table", "tr", "ul",
}  # fmt: skip
PARAGRAPHS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table", "ul", "ol", "pre"}
CELLS = {"td", "th"}
OLD_IDS = {
    "divrplyfwdmsg", "appendonsend", "olk_src_body_section", "mail-editor-reference-message-container",
    "ms-outlook-mobile-reference-message", "reply-intro", "stopspelling", "zwchr", "isforwardcontent",
}  # fmt: skip
OLD_CLASSES = {
    "gmail_quote", "gmail_attr", "moz-cite-prefix", "moz-forward-container", "yahoo_quoted", "protonmail_quote",
    "outlookmessageheader", "zmail_extra", "quote-header",
}  # fmt: skip
OUTLOOK_RULE = re.compile(r"border-top:\s?solid\s?(?:#e1e1e1|#b5c4df)\s?1(?:\.0)?pt", re.IGNORECASE)
OLD_SIGNS = re.compile(
    r"rplyfwdmsg|appendonsend|olk_src|reference-message|reply-intro|stopspelling|zwchr|isforward|gmail_(?:quote|attr)"
    r"|moz-cite|moz-forward|yahoo_quoted|protonmail_quote|outlookmessageheader|zmail_extra|quote-header"
    r"|border-top:\s?solid|data-dialogportal",
    re.IGNORECASE,
)
LONGEST_COMMON = 80  # letters of the old text that are compared
SHORTEST_COMMON = 12
OURS = "data-dialogportal"  # in the letters of `templates/mail/layout.html`; it outlives most mail programs
PREFIX = re.compile(r"^(?:x_)+")
LONGEST_NAME = 200
QUOTES = re.compile(r"cite|quote", re.IGNORECASE)
SPACES = re.compile(r"\s+")
BLANKS = re.compile(r"[ \r\f\v\xa0]+")
BLANK_LINES = re.compile(r"\n{3,}")
WHITE_SPACE = re.compile(
    r"white-space\s*:\s*(pre|pre-wrap|pre-line|break-spaces|normal|nowrap)\s*(?:;|!|$)", re.IGNORECASE
)
STRUCK = {"s", "del", "strike"}
STRUCK_STYLE = re.compile(r"text-decoration(?:-line)?\s*:[^;]{0,40}line-through", re.IGNORECASE)
RAISED = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
LONGEST_RAISED = 6
BREAKING = {"br", "table", "ul", "ol", "pre", "hr", "img"}  # what makes more than a line of a cell
MOST_CELLS = 30
MOST_IN_CELL = 40  # elements
LONGEST_CELL = 200  # characters
LINE_END = "\x04"  # where the line ends if nothing else ends it
BEFORE_END = re.compile(r"\x04[ \x04]*(?=\n)")
KEPT = "\x03"  # a space that is kept
HIDDEN = re.compile(
    r"display\s*:\s*none|mso-hide\s*:\s*all|visibility\s*:\s*hidden|opacity\s*:\s*0?(?:\.0+)?\s*(?:[;!]|\Z)",
    re.IGNORECASE,
)
TINY = re.compile(r"font-size\s*:\s*0(?:\.0+)?(?:px|pt|em|rem|%)?\s*(?:[;!]|\Z)", re.IGNORECASE)
BACKWARDS = re.compile(r"unicode-bidi\s*:\s*(?:isolate-)?(?:bidi-)?override", re.IGNORECASE)
RIGHT_TO_LEFT = re.compile(r"direction\s*:\s*rtl", re.IGNORECASE)

Attributes = Mapping[str, str | None]


def html_to_text(html: str) -> str:
    """The text that a reader of the HTML sees, quoted blocks behind `>`, MARK before lines at which old text starts."""
    if depth_of(html) > DEEPEST:
        return _collapse(TAG.sub("\n", html.translate(MARKS)))
    root = LexborHTMLParser(LONG_TAG.sub(r"<\1>", html)).root
    return _collapse("".join(_pieces(root))) if root else ""


def mark_as_html(text: str, html: str) -> str:
    """The plain text of a message with the MARK that its HTML has, at the line that begins with the same words.

    Programs write both parts, and only the HTML tells in every language where the old text begins.
    """
    if not OLD_SIGNS.search(html):
        return text
    marked = html_to_text(html).split("\n")
    first = next((number for number, line in enumerate(marked) if line.startswith(MARK)), None)
    wanted = "" if first is None else _letters(marked[first : first + 6])[:LONGEST_COMMON]
    if len(wanted) < SHORTEST_COMMON:
        return text
    lines = text.split("\n")
    for number, line in enumerate(lines[:MOST_LINES]):
        if wanted.startswith(_letters([line])[:SHORTEST_COMMON] or " "):
            found = _letters(lines[number : number + 9])[: len(wanted)]
            if len(found) >= SHORTEST_COMMON and wanted.startswith(found):
                lines[number] = MARK + line
                break
    return "\n".join(lines)


def _letters(lines: list[str]) -> str:
    """The letters and digits at the beginning of some lines."""
    return "".join(letter for line in lines for letter in line[:LONGEST_COMMON] if letter.isalnum())


def depth_of(html: str) -> int:
    """How many elements the deepest element lies in."""
    depth = deepest = 0
    for closing in NESTING.findall(html):
        if not closing:
            depth += 1
            deepest = max(deepest, depth)
        elif depth:
            depth -= 1
    return deepest


class Numbering:
    """What stands before the entries of one ordered list (`start`, `type`, and `value` of an entry)."""

    def __init__(self, attributes: Attributes) -> None:
        self._next = _number(attributes.get("start"), 1)
        self._kind = attributes.get("type") or "1"

    def mark(self, attributes: Attributes) -> str:
        """The mark of the next entry."""
        number = _number(attributes.get("value"), self._next)
        self._next = number + 1
        is_letter = self._kind in ("a", "A") and 0 < number <= len(ascii_lowercase)
        letter = ascii_lowercase[number - 1] if is_letter else ""
        return f"{(letter.upper() if self._kind == 'A' else letter) or number}."


class Within(NamedTuple):
    """What the elements around a piece of text do to it."""

    keeps_lines: bool = False  # `pre`, and styles that do as it does
    is_cell: bool = False  # of a row that is one line
    numbering: Numbering | None = None


def _pieces(root: LexborNode) -> Iterator[str]:
    """Pieces of text in reading order; `\\x01` and `\\x02` stand around what is quoted."""
    stack: list[tuple[Iterator[LexborNode | str], Within]] = [(iter((root,)), Within())]
    while stack:
        nodes, within = stack[-1]
        node = next(nodes, None)
        if node is None or isinstance(node, str):
            stack.pop()
            yield node or ""
            continue
        tag = node.tag
        if tag == "-text":
            yield _told(node.text_content or "", within)
            continue
        if tag in SKIPPED or not tag or tag.startswith(("!", "-")):
            continue
        attributes = node.attributes
        if attributes and is_hidden(node, attributes):
            continue
        if attributes and _is_backwards(tag, attributes):
            yield _told(node.text(deep=True)[::-1], within)
            continue
        if tag == "sup" and (raised := _raised(node)):
            yield raised
            continue
        before, after = _around(node, tag, attributes, within)
        yield f"\n{MARK}{before}" if attributes and _starts_old(attributes) else before
        if after:
            stack.append((iter((after,)), within))
        if tag not in VOID:
            stack.append((node.iter(include_text=True), _inside(node, tag, attributes, within)))


def _told(text: str, within: Within) -> str:
    """A text as it is shown: on one line, or with its lines and the blanks at their beginnings where these are kept."""
    if not within.keeps_lines:
        return " " if text.isspace() else SPACES.sub(" ", text).translate(MARKS)
    lines = text.translate(MARKS).replace("\r\n", "\n").expandtabs(4).split("\n")
    return "\n".join(f"{KEPT * (len(line) - len(line.lstrip(' ')))}{line.lstrip(' ')}" for line in lines)


def _inside(node: LexborNode, tag: str, attributes: Attributes, within: Within) -> Within:
    """What this element does to the text in it."""
    if tag == "tr":
        return within._replace(is_cell=_is_line(node))
    if tag in ("ol", "ul"):
        return within._replace(numbering=Numbering(attributes) if tag == "ol" else None)
    space = WHITE_SPACE.search(attributes.get("style") or "") if attributes else None
    if tag in ("pre", "textarea") or space:
        return within._replace(keeps_lines=space is None or space.group(1).lower().startswith("pre"))
    return within


def _is_line(row: LexborNode) -> bool:
    """Whether a row of a table is a line of facts: several cells, each of one short piece; others lay out a page."""
    cells = [cell for cell in row.iter() if cell.tag in CELLS]
    return len(cells) > 1 and all(map(_is_short, cells[:MOST_CELLS]))


def _is_short(cell: LexborNode) -> bool:
    """Whether a cell holds one short piece of text."""
    blocks, waiting, seen = 0, list(cell.iter()), 0
    while waiting:
        node = waiting.pop()
        seen += 1
        blocks += node.tag in BLOCKS
        if seen > MOST_IN_CELL or blocks > 1 or node.tag in BREAKING:
            return False
        waiting.extend(node.iter())
    return len(cell.text(deep=True)) <= LONGEST_CELL


def _raised(node: LexborNode) -> str:
    """A raised text as small digits; empty where there are none for it."""
    text = node.text(deep=True).strip()
    return (
        text.translate(RAISED) if 0 < len(text) <= LONGEST_RAISED and all(ord(sign) in RAISED for sign in text) else ""
    )


def _number(value: str | None, otherwise: int) -> int:
    digits = (value or "").strip()[:6]
    return int(digits) if digits.isascii() and digits.isdigit() else otherwise


BEGINNINGS = f"\x01{MARK}"  # of lines
MARKS = str.maketrans("", "", f"\x01\x02{KEPT}{LINE_END}{MARK}")


def _starts_old(attributes: Attributes) -> bool:
    """Whether a mail program, or one of our own letters, says that an old message begins here."""
    if OURS in attributes or _original(attributes.get("id")) in OLD_IDS:
        return True
    classes = (attributes.get("class") or "").split()
    return any(_original(name) in OLD_CLASSES for name in classes) or bool(
        OUTLOOK_RULE.search(attributes.get("style") or "")
    )


def _original(name: str | None) -> str:
    """An id or class without the x_ that Outlook puts before it, once for each time it was quoted."""
    return PREFIX.sub("", (name or "")[:LONGEST_NAME].lower())


def _is_cited(attributes: Attributes) -> bool:
    """Whether a blockquote holds another's words, for authors indent their own with it too."""
    return "cite" in attributes or any(QUOTES.search(attributes.get(name) or "") for name in ("type", "class", "id"))


def is_hidden(node: LexborNode, attributes: Attributes) -> bool:
    """Whether an element is not shown; one without size may hold others that have one, and is only if it has none."""
    style = attributes.get("style") or ""
    if "hidden" in attributes or HIDDEN.search(style):
        return True
    return TINY.search(style) is not None and next(node.iter(), None) is None


def _is_backwards(tag: str, attributes: Attributes) -> bool:
    """Whether the letters of an element are shown in the opposite order."""
    style = attributes.get("style") or ""
    is_override = tag == "bdo" or BACKWARDS.search(style) is not None
    return is_override and ((attributes.get("dir") or "").lower() == "rtl" or RIGHT_TO_LEFT.search(style) is not None)


def _around(node: LexborNode, tag: str, attributes: Attributes, within: Within) -> tuple[str, str]:
    """What an element puts before and after its text."""
    if tag in STRUCK or (attributes and STRUCK_STYLE.search(attributes.get("style") or "")):
        return "~~", "~~"
    if tag == "br":
        return "\n", ""
    if tag == "hr":
        return "\n________________________________\n", ""
    if tag == "blockquote" and _is_cited(attributes):
        return "\n\x01", "\x02\n"
    if tag == "li":
        return f"\n{within.numbering.mark(attributes) if within.numbering else '-'} ", LINE_END
    if tag == "tr":
        return "\n", LINE_END
    if tag in CELLS:
        return "", "\t"
    if tag == "a":
        return "", _target(node, attributes)
    if within.is_cell and tag in BLOCKS:
        return "", ""
    if tag in BLOCKS:
        gap = "\n\n" if tag in PARAGRAPHS else "\n"
        return gap, gap
    return "", ""


def _target(node: LexborNode, attributes: Attributes) -> str:
    """Where a link goes, unless its text says so."""
    href = (attributes.get("href") or "").strip()
    if not href.startswith(("http://", "https://")):
        return ""
    text = node.text(deep=True).strip()
    return f" <{href}>" if text and href.rstrip("/") not in text else ""


def _collapse(text: str) -> str:
    """Spaces and blank lines as a person would leave them, quoted blocks behind `>`."""
    lines: list[str] = []
    depth = 0
    starts_old = False
    text = BEFORE_END.sub("", BLANKS.sub(" ", text)).replace(LINE_END, "\n")
    for raw in BLANK_LINES.sub("\n\n", text).split("\n"):
        line = raw and raw.strip(" \t\x01\x02" + MARK)
        if raw and raw[0] in BEGINNINGS:
            starts_old = starts_old or raw[0] == MARK
            depth += raw[0] == "\x01"
        if line:
            lines.append(f"{MARK if starts_old else ''}{'> ' * depth}{line.replace(KEPT, ' ')}")
            starts_old = False
        elif lines and lines[-1].strip("> "):
            lines.append("")
        if depth and raw.endswith("\x02"):
            depth -= 1
    return "\n".join(lines).strip("\n")
