"""Blocks: a text with its form, in words of our own, so that nothing of foreign HTML is ever shown.

A form is a tuple of blocks, in the order in which they are read. Whoever shows it makes all of its HTML.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

SHOWN_SCHEMES = ("http://", "https://", "mailto:")
STYLES = {"b": "is_bold", "i": "is_italic", "s": "is_struck"}  # by the letter that stands for each where it is stored


class BlockKind(StrEnum):
    """What a block of a text is."""

    PARAGRAPH = "p"
    HEADING = "h"
    ITEM = "li"  # of a list
    ROW = "tr"  # of a table
    QUOTE = "q"  # set off by its author
    LINES = "pre"  # whose spaces are kept
    RULE = "hr"


@dataclass(frozen=True)
class FormRun:
    """Some words in one style; `href` is where they lead, empty if they are no link."""

    text: str
    is_bold: bool = False
    is_italic: bool = False
    is_struck: bool = False
    href: str = ""


@dataclass(frozen=True)
class FormBlock:
    """One line or paragraph of a text.

    `level` of a heading is 1 to 3, of an item 0 where its list is in no other; `number` is what an ordered list counts.
    """

    kind: BlockKind
    runs: tuple[FormRun, ...] = ()
    level: int = 0
    number: int | None = None
    goes_on: bool = False  # in a new line of the block before
    cells: tuple[tuple[FormRun, ...], ...] = ()  # of a row
    is_head: bool = False  # the row tells what stands below

    @property
    def all_runs(self) -> tuple[FormRun, ...]:
        """The runs, those of cells one cell after the other."""
        return (*self.runs, *(run for cell in self.cells for run in cell))

    @property
    def told(self) -> str:
        """What it says without any form; the cells of a row parted by tabs."""
        return "\t".join(map(text_of, self.cells)) if self.cells else text_of(self.runs)


Form = tuple[FormBlock, ...]


def text_of(runs: Iterable[FormRun]) -> str:
    """The words of some runs."""
    return "".join(run.text for run in runs)


def has_form(blocks: Iterable[FormBlock]) -> bool:
    """Whether there is anything in it that plain paragraphs would not tell."""
    return any(
        block.kind not in (BlockKind.PARAGRAPH, BlockKind.LINES)
        or any(run.is_bold or run.is_italic or run.href for run in block.runs)
        for block in blocks
    )


def links_of(blocks: Iterable[FormBlock]) -> Iterator[str]:
    """Where its links lead."""
    return (run.href for block in blocks for run in block.all_runs if run.href)


# -- as it is stored -------------------------------------------------------------------


def as_stored(blocks: Iterable[FormBlock]) -> list[dict[str, Any]] | None:
    """The form as JSON has it; None for none."""
    return [_block_stored(block) for block in blocks] or None


def from_stored(stored: Sequence[Mapping[str, Any]] | None) -> Form:
    """The form that was stored; links of other kinds than are shown are none."""
    return tuple(_block(one) for one in stored or ())


def _block_stored(block: FormBlock) -> dict[str, Any]:
    told = {
        "k": block.kind.value,
        "r": list(map(_run_stored, block.runs)),
        "l": block.level,
        "n": block.number,
        "g": block.goes_on,
        "c": [list(map(_run_stored, cell)) for cell in block.cells],
        "h": block.is_head,
    }
    return {name: value for name, value in told.items() if name == "k" or value not in (0, None, [])}


def _run_stored(run: FormRun) -> list[str]:
    styles = "".join(letter for letter, name in STYLES.items() if getattr(run, name))
    return [run.text, styles, run.href] if styles or run.href else [run.text]


def _block(stored: Mapping[str, Any]) -> FormBlock:
    return FormBlock(
        BlockKind(stored["k"]),
        tuple(map(_run, stored.get("r", ()))),
        stored.get("l", 0),
        stored.get("n"),
        stored.get("g", False),
        tuple(tuple(map(_run, cell)) for cell in stored.get("c", ())),
        stored.get("h", False),
    )


def _run(stored: Sequence[str]) -> FormRun:
    text, styles, href = (*stored, "", "")[:3]
    told = {name: letter in styles for letter, name in STYLES.items()}
    return FormRun(text, **told, href=href if href.startswith(SHOWN_SCHEMES) else "")
