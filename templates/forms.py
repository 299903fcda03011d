"""Forms as HTML: the headings, lists, tables and links of a text that its author laid out, in HTML of our own alone.

Nothing of what came in is HTML here: words and links are escaped, and no more than these elements are made of them. A
link tells in words where it leads, unless its words do.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Protocol
from urllib.parse import urlsplit

from markupsafe import Markup, escape

REL = "noopener noreferrer nofollow"
DEEPEST_HEADING = 6
LINE_BREAK = Markup("<br>\n")


class ShownRun(Protocol):
    """Some words in one style, as `tickets.form` has them."""

    @property
    def text(self) -> str: ...
    @property
    def is_bold(self) -> bool: ...
    @property
    def is_italic(self) -> bool: ...
    @property
    def is_struck(self) -> bool: ...
    @property
    def href(self) -> str: ...


class ShownBlock(Protocol):
    """A line or paragraph of a text, as `tickets.form` has them."""

    @property
    def kind(self) -> str: ...
    @property
    def runs(self) -> Sequence[ShownRun]: ...
    @property
    def level(self) -> int: ...
    @property
    def number(self) -> int | None: ...
    @property
    def goes_on(self) -> bool: ...
    @property
    def cells(self) -> Sequence[Sequence[ShownRun]]: ...
    @property
    def is_head(self) -> bool: ...


def show_form(form: Sequence[ShownBlock], top: int) -> Markup:
    """All of a form, in the order in which it is read; its highest heading has the level `top`."""
    highest = min((block.level for block in form if block.kind == "h"), default=1)
    shown: list[Markup] = []
    for kind, blocks in groupby(form, key=lambda block: block.kind):
        if kind == "h":
            shown += _headings(blocks, top - highest)
        elif kind in FAMILIES:
            shown.append(FAMILIES[kind](list(blocks)))
        elif kind == "hr":
            shown.append(Markup("<hr>"))
        else:
            shown += _paragraphs(blocks)
    return Markup("\n").join(shown)


def _headings(blocks: Iterable[ShownBlock], lower: int) -> Iterator[Markup]:
    for lines in _joined(blocks):
        level = min(lines[0].level + lower, DEEPEST_HEADING)
        yield Markup("<h{0}>{1}</h{0}>").format(level, _lines(lines))


def _paragraphs(blocks: Iterable[ShownBlock]) -> Iterator[Markup]:
    return (Markup("<p>{}</p>").format(_lines(lines)) for lines in _joined(blocks))


def _quote(blocks: list[ShownBlock]) -> Markup:
    return Markup("<blockquote>{}</blockquote>").format(Markup("\n").join(_paragraphs(blocks)))


def _preformatted(blocks: list[ShownBlock]) -> Markup:
    return Markup("<pre>{}</pre>").format(Markup("\n").join(_runs(block.runs) for block in blocks))


def _table(rows: list[ShownBlock]) -> Markup:
    told = (
        Markup("<tr>{}</tr>").format(Markup("").join(_cell(cell, is_head=row.is_head) for cell in row.cells))
        for row in rows
    )
    return Markup('<table class="told">\n{}\n</table>').format(Markup("\n").join(told))


def _cell(runs: Sequence[ShownRun], *, is_head: bool) -> Markup:
    shown = _runs(runs).replace("\n", LINE_BREAK)
    return Markup('<th scope="col">{}</th>' if is_head else "<td>{}</td>").format(shown)


def _list(items: list[ShownBlock]) -> Markup:
    """Items as lists within lists: those deeper than the first, each in the item above it."""
    level, tag, shown = items[0].level, "ul" if items[0].number is None else "ol", Markup("")
    for entry in _entries(items, level):
        own = [one for one in entry if one.level <= level]
        rest = entry[len(own) :]
        if (own[0].number is None) == (tag == "ol"):  # another kind of list begins
            return _whole_list(tag, items[0].number, shown) + Markup("\n") + _list(items[items.index(own[0]) :])
        inner = Markup("\n") + _list(rest) if rest else Markup("")
        shown += Markup("<li>{}{}</li>\n").format(_lines(own), inner)
    return _whole_list(tag, items[0].number, shown)


def _whole_list(tag: str, number: int | None, items: Markup) -> Markup:
    start = Markup(' start="{}"').format(number) if number not in (None, 1) else Markup("")
    return Markup("<{0}{1}>\n{2}</{0}>").format(tag, start, items)


def _entries(items: list[ShownBlock], level: int) -> Iterator[list[ShownBlock]]:
    """The items of this level, each with its further lines and with what lies deeper."""
    entry: list[ShownBlock] = []
    for one in items:
        if entry and one.level <= level and not one.goes_on:
            yield entry
            entry = []
        entry.append(one)
    yield entry


def _joined(blocks: Iterable[ShownBlock]) -> Iterator[list[ShownBlock]]:
    """Blocks with the lines that go on in them."""
    lines: list[ShownBlock] = []
    for block in blocks:
        if lines and not block.goes_on:
            yield lines
            lines = []
        lines.append(block)
    if lines:
        yield lines


def _lines(blocks: Iterable[ShownBlock]) -> Markup:
    return LINE_BREAK.join(_runs(block.runs) for block in blocks)


def _runs(runs: Sequence[ShownRun]) -> Markup:
    shown = Markup("")
    for href, same in groupby(runs, key=lambda run: run.href):
        words = list(same)
        told = Markup("").join(map(_styled, words))
        shown += _link(href, told, "".join(run.text for run in words)) if href else told
    return shown


def _styled(run: ShownRun) -> Markup:
    shown = escape(run.text)
    for is_so, tag in ((run.is_struck, "s"), (run.is_italic, "em"), (run.is_bold, "strong")):
        if is_so:
            shown = Markup("<{0}>{1}</{0}>").format(tag, shown)
    return shown


def _link(href: str, shown: Markup, words: str) -> Markup:
    """A link, and behind it whose page or address it leads to where its words do not say that."""
    link = Markup('<a href="{}" rel="{}">{}</a>').format(href, REL, shown)
    where = whither(href)
    return link if where.lower() in words.lower() else link + Markup(' <span class="small">({})</span>').format(where)


def whither(href: str) -> str:
    """Where a link leads in short: the host of a page, or an address."""
    if href.startswith("mailto:"):
        return href.removeprefix("mailto:")
    try:
        return (urlsplit(href.replace("\\", "/")).hostname or href).removeprefix("www.")
    except ValueError:
        return href


FAMILIES: dict[str, Callable[[list[ShownBlock]], Markup]] = {
    "li": _list,
    "tr": _table,
    "q": _quote,
    "pre": _preformatted,
}
