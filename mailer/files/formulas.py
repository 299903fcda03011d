"""Formulas: the texts of spreadsheet cells that join other cells, for files that do not keep them."""

import re
from collections.abc import Mapping

JOINING = re.compile(r"&|\b(?:CONCAT|CONCATENATE|TEXTJOIN|SAMMENK\u00c6D\w{0,9})\(", re.IGNORECASE)
CELL = re.compile(r"\$?\b([A-Z]{1,3})\$?(\d{1,7})\b(?![\"(])")
BETWEEN = re.compile(r"[ ;,&]+")
QUOTED = re.compile(r"\"[^\"]*\"")


def may_join(formula: str) -> bool:
    """Whether a formula puts texts together."""
    return JOINING.search(formula) is not None


def join_formula(formula: str, rows: Mapping[str, Mapping[str, str]]) -> str:
    """The texts of a formula one behind the other, with those of the cells that it names."""
    pieces: list[str] = []
    end = 0
    for found in QUOTED.finditer(formula):
        pieces += [_with_cells(formula[end : found.start()], rows), found.group().strip('"')]
        end = found.end()
    return "".join([*pieces, _with_cells(formula[end:], rows)])


def _with_cells(piece: str, rows: Mapping[str, Mapping[str, str]]) -> str:
    named = CELL.sub(lambda found: rows.get(found.group(2), {}).get(found.group(1), ""), piece)
    return BETWEEN.sub("", named)
