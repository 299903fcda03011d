"""HTML forms: headings, lists, links, tables and emphasis of a mail's HTML, as blocks; all else of it is left behind.

The HTML is sanitised first, and then read into blocks whose words and links are all that is taken over: no style, no
picture, no remark, no attribute but where a link leads. What is not shown is not read.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import nh3
from selectolax.lexbor import LexborHTMLParser, LexborNode

from mailer.texts.plaintext import DEEPEST, MARKS, depth_of, is_hidden
from tickets.form.blocks import SHOWN_SCHEMES, BlockKind, Form, FormBlock, FormRun, has_form, text_of
from tickets.form.fitting import fit

HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 3, "h5": 3, "h6": 3}
EMPHASIS = {"b": "is_bold", "strong": "is_bold", "i": "is_italic", "em": "is_italic"} | dict.fromkeys(
    ("s", "del", "strike"), "is_struck"
)
CELLS, ROWS = {"td", "th"}, {"tr"}
BLOCKS = {
    "address", "article", "aside", "blockquote", "center", "dd", "div", "dl", "dt", "footer", "header", "main", "p",
    "section", "table", "pre", "ol", "ul", "li", "hr", *HEADINGS, *CELLS, *ROWS,
}  # fmt: skip
TAGS = {
    *BLOCKS, *EMPHASIS, "a", "br", "span", "font", "u", "sup", "sub", "thead", "tbody", "tfoot", "caption", "code",
}  # fmt: skip
UNREAD = {"script", "style", "title", "template", "noscript", "object", "iframe", "svg", "math"}
STYLES = {
    "display", "visibility", "opacity", "font-size", "mso-hide", "mso-list", "font-weight", "font-style",
    "text-decoration", "white-space",
}  # fmt: skip
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}, "li": {"value"}, "*": {"style", "hidden"}}
SIGNS = re.compile(r"<(?:h[1-6]|ul|ol|li|b|strong|i|em|a|table)[\s>]|mso-list|font-weight|font-style", re.IGNORECASE)
BOLD = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
ITALIC = re.compile(r"font-style\s*:\s*italic", re.IGNORECASE)
STRUCK = re.compile(r"text-decoration(?:-line)?\s*:[^;]{0,40}line-through", re.IGNORECASE)
KEEPS_LINES = re.compile(r"white-space\s*:\s*(?:pre|pre-wrap|break-spaces)\b", re.IGNORECASE)
WORD_LIST = re.compile(r"mso-list\s*:\s*l\d+ level(\d)", re.IGNORECASE)  # how Word writes the items of lists
WORD_MARK = re.compile(r"mso-list\s*:\s*ignore", re.IGNORECASE)  # and what it puts before them
NUMBER = re.compile(r"\s*(\d{1,4})[.)]")
SPACES = re.compile(r"\s+")
CONTROLS = re.compile(r"[\x00-\x20\x7f]")
LAYING_OUT = "td table, th table, li, h1, h2, h3, hr, caption"  # in a table that does
LONGEST_HTML, LONGEST_LINK = 1_000_000, 2_000  # characters
MOST_BLOCKS, MOST_COLUMNS, MOST_ROWS, DEEPEST_LIST = 2_000, 8, 200, 3


def find_form(html: str, text: str) -> Form:
    """The form of a text that a mail's HTML has too; empty where that says something else, or has none."""
    if not text.strip() or len(html) > LONGEST_HTML or not SIGNS.search(html):
        return ()
    form = fit(read_form(html), text)
    return form if has_form(form) else ()


def read_form(html: str) -> Form:
    """All that HTML shows, as blocks; empty for more of them, or deeper ones, than anybody writes."""
    if depth_of(html) > DEEPEST:  # the sanitiser takes quadratic time beyond
        return ()
    safe = nh3.clean(
        html, tags=TAGS, clean_content_tags=UNREAD, attributes=ATTRIBUTES, link_rel=None,
        url_schemes={"http", "https", "mailto"}, filter_style_properties=STYLES,
    )  # fmt: skip
    root = LexborHTMLParser(safe).body
    if root is None or depth_of(safe) > DEEPEST:
        return ()
    builder = FormBuilder()
    builder.read(root, FormRun(""))
    builder.end()
    return tuple(builder.blocks) if len(builder.blocks) <= MOST_BLOCKS else ()


@dataclass
class FormPlace:
    """Where in a text the next words belong."""

    kind: BlockKind = BlockKind.PARAGRAPH
    level: int = 0
    number: int | None = None
    is_begun: bool = False  # has words already: what follows is a further line of it


class FormBuilder:
    """Reads elements into blocks, in their order."""

    def __init__(self) -> None:
        self.blocks: list[FormBlock] = []
        self._runs: list[FormRun] = []
        self._places = [FormPlace()]
        self._lists: list[int | None] = []  # the next number of each list around, None where it does not count

    # -- elements ----------------------------------------------------------------------

    def read(self, node: LexborNode, style: FormRun) -> None:
        """Read what is in an element; `style` is a run without words."""
        for child in node.iter(include_text=True):
            if len(self.blocks) > MOST_BLOCKS:
                return
            tag, attributes = child.tag or "", child.attributes
            if tag == "-text":
                self._say(child.text_content or "", style)
            elif tag == "br":
                self._break()
            elif not tag.startswith(("!", "-")) and not (attributes and is_hidden(child, attributes)):
                self._read_element(child, tag, attributes, style)

    def _read_element(self, node: LexborNode, tag: str, attributes: Any, style: FormRun) -> None:
        css = attributes.get("style") or ""
        if WORD_MARK.search(css):
            self._mark(node.text(deep=True))
            return
        inner = _styled(style, tag, attributes, css)
        if tag in HEADINGS:
            inner = replace(inner, is_bold=False)
        if tag == "hr":
            self.end()
            self.blocks.append(FormBlock(BlockKind.RULE))
        elif tag == "table" and (rows := _rows_of(node)):
            self._read_table(rows, style)
        elif tag in ("ol", "ul"):
            self._read_list(node, tag, attributes, inner)
        elif tag in BLOCKS:
            self._read_block(node, self._place_of(tag, attributes, css), inner)
        else:
            self.read(node, inner)

    def _read_list(self, node: LexborNode, tag: str, attributes: Any, style: FormRun) -> None:
        self.end()
        self._lists.append(_number(attributes.get("start"), 1) if tag == "ol" else None)
        self.read(node, style)
        self._lists.pop()
        self.end()

    def _read_block(self, node: LexborNode, place: FormPlace, style: FormRun) -> None:
        self.end()
        self._places.append(place)
        self.read(node, style)
        self.end()
        self._places.pop()

    def _place_of(self, tag: str, attributes: Any, css: str) -> FormPlace:
        around = self._places[-1]
        if tag in HEADINGS:
            return FormPlace(BlockKind.HEADING, HEADINGS[tag])
        if tag == "li":
            return self._item(attributes)
        if around.kind is not BlockKind.PARAGRAPH:
            return around  # a paragraph in an item or a quote is a further line of it
        if item := WORD_LIST.search(css):
            return FormPlace(BlockKind.ITEM, min(max(int(item[1]) - 1, 0), DEEPEST_LIST))
        if tag == "pre" or KEEPS_LINES.search(css):
            return FormPlace(BlockKind.LINES)
        return FormPlace(BlockKind.QUOTE) if tag == "blockquote" else FormPlace()

    def _item(self, attributes: Any) -> FormPlace:
        level = min(max(len(self._lists) - 1, 0), DEEPEST_LIST)
        number = self._lists[-1] if self._lists else None
        if number is None:
            return FormPlace(BlockKind.ITEM, level)
        number = _number(attributes.get("value"), number)
        self._lists[-1] = number + 1
        return FormPlace(BlockKind.ITEM, level, number)

    def _mark(self, mark: str) -> None:
        """What Word writes before an item tells whether it is counted."""
        if found := NUMBER.match(mark):
            self._places[-1].number = int(found[1])

    def _read_table(self, rows: list[LexborNode], style: FormRun) -> None:
        self.end()
        for row in rows:
            cells = [cell for cell in row.iter() if cell.tag in CELLS]
            told = tuple(_read_cell(cell, style) for cell in cells)
            is_head = all(cell.tag == "th" for cell in cells)
            self.blocks.append(FormBlock(BlockKind.ROW, cells=told, is_head=is_head))

    # -- words -------------------------------------------------------------------------

    def _say(self, text: str, style: FormRun) -> None:
        if self._places[-1].kind is BlockKind.LINES:
            for number, line in enumerate(text.replace("\r\n", "\n").split("\n")):
                if number:
                    self._break()
                self._add(line.expandtabs(4), style)
        else:
            self._add(SPACES.sub(" ", text), style)

    def _add(self, text: str, style: FormRun) -> None:
        if text := text.translate(MARKS):
            self._runs.append(replace(style, text=text))

    def _break(self) -> None:
        place = self._places[-1]
        if self._runs or place.kind is BlockKind.LINES:
            self.end()
            place.is_begun = True
        elif place.is_begun:
            place.is_begun = place.kind is not BlockKind.PARAGRAPH  # two breaks part paragraphs

    def end(self) -> None:
        """Make a block of the words so far."""
        place = self._places[-1]
        runs = _tidy(self._runs, keeps_spaces=place.kind is BlockKind.LINES)
        self._runs = []
        if runs:
            goes_on = place.is_begun and bool(self.blocks) and self.blocks[-1].kind is place.kind
            number = None if goes_on else place.number
            self.blocks.append(FormBlock(place.kind, runs, place.level, number, goes_on))
            place.is_begun = place.is_begun or place.kind is BlockKind.ITEM


def _read_cell(cell: LexborNode, style: FormRun) -> tuple[FormRun, ...]:
    """The runs of a cell, its paragraphs one a line."""
    builder = FormBuilder()
    builder.read(cell, style)
    builder.end()
    runs: list[FormRun] = []
    for block in builder.blocks:
        runs += [FormRun("\n")] if runs else []
        runs += block.all_runs
    return tuple(runs)


def _rows_of(table: LexborNode) -> list[LexborNode]:
    """The rows of a table of facts; none where it lays out a page: in one column, or with a table or list in a cell."""
    rows = table.css("tr")[: MOST_ROWS + 1]
    widths = [sum(1 for cell in row.iter() if cell.tag in CELLS) for row in rows]
    is_facts = 1 < len(rows) <= MOST_ROWS and max(widths) in range(2, MOST_COLUMNS + 1) and min(widths) > 0
    return rows if is_facts and not table.css(LAYING_OUT) else []


def _styled(style: FormRun, tag: str, attributes: Any, css: str) -> FormRun:
    """The style within an element."""
    changed: dict[str, Any] = {EMPHASIS[tag]: True} if tag in EMPHASIS else {}
    for name, pattern in (("is_bold", BOLD), ("is_italic", ITALIC), ("is_struck", STRUCK)):
        if css and pattern.search(css):
            changed[name] = True
    if tag == "a" and (href := _target(attributes.get("href") or "")):
        changed["href"] = href
    return replace(style, **changed) if changed else style


def _target(href: str) -> str:
    """Where a link leads, if it is one that is shown; of an address no more than that."""
    href = href.strip()
    scheme, colon, rest = href.partition(":")
    href = f"{scheme.lower()}{colon}{rest}"
    if not href.startswith(SHOWN_SCHEMES) or CONTROLS.search(href) or len(href) > LONGEST_LINK:
        return ""
    return href.partition("?")[0] if href.startswith("mailto:") else href


def _tidy(runs: Iterable[FormRun], *, keeps_spaces: bool) -> tuple[FormRun, ...]:
    """Runs of one style made one, spaces as a page shows them; none if nothing is said."""
    joined: list[FormRun] = []
    for run in runs:
        text = run.text.replace("\xa0", " ")
        if not keeps_spaces and joined and joined[-1].text.endswith(" "):
            text = text.lstrip(" ")
        if joined and replace(joined[-1], text="") == replace(run, text=""):
            joined[-1] = replace(run, text=joined[-1].text + text)
        elif text:
            joined.append(replace(run, text=text))
    if not text_of(joined).strip():
        return ()
    if not keeps_spaces:
        joined[0] = replace(joined[0], text=joined[0].text.lstrip())
        joined[-1] = replace(joined[-1], text=joined[-1].text.rstrip())
    return tuple(run for run in joined if run.text)


def _number(value: str | None, otherwise: int) -> int:
    digits = (value or "").strip()[:6]
    return int(digits) if digits.isascii() and digits.isdigit() else otherwise
