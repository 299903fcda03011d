"""Tables as Danish spreadsheets write and read them."""

import pytest

from tickets.administration.sheets import BOM, read_sheet, write_sheet
from tickets.errors import BadInput

COLUMNS = {"email": ("mail", "emailadresse"), "name": ("navn",), "code": ("kode",)}
TEXT = "E-mailadresse;Navn;Kode\r\nåse@øby.example.dk;Åse Sørensen;101\r\n"


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(TEXT.encode(), id="UTF-8"),
        pytest.param(TEXT.encode("utf-8-sig"), id="with a BOM"),
        pytest.param(TEXT.encode("cp1252"), id="cp1252"),
        pytest.param(TEXT.replace(";", "\t").encode("utf-16"), id="Unicode text"),
        pytest.param(TEXT.replace(";", ",").replace("\r\n", "\n").encode(), id="commas"),
        pytest.param(f"sep=;\r\n{TEXT}".encode(), id="with Excel's own line"),
        pytest.param(TEXT.replace("Åse S", '"Åse\nS').replace("sen;", 'sen";').encode(), id="a line end in a cell"),
    ],
)
def test_a_spreadsheets_file_is_read_however_it_was_saved(octets: bytes) -> None:
    (line,) = read_sheet(octets, COLUMNS, ("email",))

    assert line.cells == {"email": "åse@øby.example.dk", "name": "Åse Sørensen", "code": "101"}


def test_a_line_is_known_by_the_number_that_an_editor_gives_it() -> None:
    lines = read_sheet(b'mail;navn\n\na@x.dk;"to\nlinjer"\n;;\nb@x.dk;B\n', COLUMNS, ())

    assert [(line.number, line.cells["email"]) for line in lines] == [(3, "a@x.dk"), (6, "b@x.dk")]


@pytest.mark.parametrize(
    ("octets", "told"),
    [
        (b"", "no line"),
        (b"navn;kode\nA;1\n", "names no column email; it has navn, kode"),
        (b"mail;navn\na@x.dk;A;mere\n", "Line 2 has 3 cells"),
        (b'mail;navn\na@x.dk;"A" B\n', "Line 2: that is no CSV"),
        (b"mail\n" + b"x" * 501, "Line 2: email is longer than 500"),
        (b"mail\n\x81\x8d\n", "neither as UTF-8"),
    ],
)
def test_what_is_no_sheet_is_told(octets: bytes, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        read_sheet(octets, COLUMNS, ("email",))


def test_no_cell_that_is_written_is_a_formula_and_what_is_written_is_read_again() -> None:
    cells = ["=1+1", "+4512345678", "-x", "@sum", 'æøå; og "citat"', "ja, nej"]

    sheet = write_sheet(["email", *"abcde"], [cells, [True, 1.5, None, ["a", "b"], "", 3]])

    assert sheet.startswith(f"{BOM}email;a;b;")
    assert "\r\n'=1+1;'+4512345678;'-x;'@sum;" in sheet
    assert "ja;1,5;;a, b;;3" in sheet
    first, _ = read_sheet(sheet.encode(), COLUMNS, ("email",))
    assert [*first.cells.values()] == cells
