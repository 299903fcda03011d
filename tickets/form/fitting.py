"""Fitting: of a form, what says the same as a text, letter for letter.

Texts are cut: signatures, older mail and commands are taken off. Their form is cut to the same words, or is dropped,
so that it never tells more than the text does.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from unicodedata import normalize

from tickets.form.blocks import BlockKind, Form, FormBlock, FormRun, text_of

BETWEEN = re.compile(r"<(?:https?://|mailto:)[^<>\s]*>|<[^<>@\s]+@[^<>@\s]+>|\[(?:cid|image):[^\]]*\]", re.IGNORECASE)
MOST_ADDED = 3  # paragraphs that a text may have on top of its form: a greeting, a short answer
BLANK_LINES = re.compile(r"\n\s*\n")


def letters_of(text: str) -> str:
    """The letters and digits of a text, without the targets of links, in one spelling."""
    return "".join(sign for sign in normalize("NFKC", BETWEEN.sub("", text)).casefold() if sign.isalnum())


def fit(form: Form, text: str) -> Form:
    """The part of a form that says what the text says; empty if none does.

    What stands in the text above the part, a paragraph or three, is told as it is.
    """
    if not form:
        return ()
    paragraphs = BLANK_LINES.split(text.strip("\n"))
    told = [_tell(form, counts=True), _tell(form, counts=False)]  # some programs write no numbers in plain text
    for count in range(min(MOST_ADDED + 1, len(paragraphs))):
        wanted = letters_of("\n".join(paragraphs[count:]))
        if found := _find(form, told[0], wanted) or _find(form, told[1], wanted):
            added = [_paragraph(line, number > 0) for one in paragraphs[:count] for number, line in _lines(one)]
            return (*added, *found)
    return ()


def _lines(paragraph: str) -> list[tuple[int, str]]:
    return list(enumerate(paragraph.split("\n")))


def _paragraph(line: str, goes_on: bool) -> FormBlock:
    return FormBlock(BlockKind.PARAGRAPH, (FormRun(line),), goes_on=goes_on)


def _tell(form: Form, *, counts: bool) -> list[str]:
    """The letters of each block, with the number before an item or without."""
    numbers = ["" if block.number is None or not counts else str(block.number) for block in form]
    return [f"{number}{letters_of(block.told)}" for number, block in zip(numbers, form, strict=True)]


def _find(form: Form, letters: Sequence[str], wanted: str) -> Form:
    """The blocks whose letters are these, from the beginning of one to the end of another."""
    if not wanted:
        return ()
    ends = list(accumulate(map(len, letters)))
    said = [(place, end - len(one), end) for place, (end, one) in enumerate(zip(ends, letters, strict=True)) if one]
    first, last = {start: place for place, start, _ in said}, {end: place for place, _, end in said}
    whole = "".join(letters)
    at = whole.find(wanted)
    while at >= 0:
        if at in first and at + len(wanted) in last:
            found = form[first[at] : last[at + len(wanted)] + 1]
            return (replace(found[0], goes_on=False), *found[1:])
        at = whole.find(wanted, at + 1)
    return ()


def cut(form: Form, longest: int) -> Form:
    """The first blocks of a form that are no longer together than so many characters; an ellipsis where it is cut."""
    told = 0
    for place, block in enumerate(form):
        told += len(block.told)
        if told > longest:
            return (*form[:place], FormBlock(BlockKind.PARAGRAPH, (FormRun("…"),)))
    return form


def as_text(form: Form) -> str:
    """A form as plain text to be read: items behind their marks, links with where they lead."""
    pieces: list[str] = []
    for place, block in enumerate(form):
        if place:
            pieces.append(_gap(form[place - 1], block))
        pieces.append(_as_line(block))
    return "".join(pieces)


def _gap(before: FormBlock, block: FormBlock) -> str:
    is_tight = block.kind is before.kind and block.kind in (BlockKind.ITEM, BlockKind.ROW)
    return "\n" if block.goes_on or is_tight else "\n\n"


def _as_line(block: FormBlock) -> str:
    if block.kind is BlockKind.RULE:
        return "_" * 32
    if block.cells:
        return " | ".join(_told(cell).replace("\n", " ") for cell in block.cells)
    told = _told(block.runs)
    if block.kind is BlockKind.ITEM:
        mark = "- " if block.number is None else f"{block.number}. "
        return "   " * block.level + (" " * len(mark) if block.goes_on else mark) + told
    return f"> {told}" if block.kind is BlockKind.QUOTE else told


def _told(runs: Sequence[FormRun]) -> str:
    """The words of some runs, each link with its target behind it unless its words are that."""
    pieces: list[str] = []
    for place, run in enumerate(runs):
        pieces.append(run.text)
        goes_on = place + 1 < len(runs) and runs[place + 1].href == run.href
        if run.href and not goes_on:
            words = text_of(one for one in runs if one.href == run.href)
            target = run.href.removeprefix("mailto:")
            pieces.append("" if target.rstrip("/") in words else f" <{target}>")
    return "".join(pieces).strip()
