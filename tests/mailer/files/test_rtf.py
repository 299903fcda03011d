"""Rich Text Format: words are read whole, from everywhere they stand."""

import pytest

from mailer.files.budget import Inner
from mailer.files.rtf import is_rtf, read_rtf


def words(rtf: str) -> list[str]:
    return [told for told in read_rtf(rtf.encode("cp1252")) if isinstance(told, str)]


@pytest.mark.parametrize(
    ("rtf", "told"),
    [
        (r"{\rtf1 0101{\b 90}-1234}", "010190-1234"),
        (r"{\rtf1 Bl\'e5b\'e6r}", "Blåbær"),
        (r"{\rtf1\uc1 S\u248?ren}", "Søren"),
        (r"{\rtf1 a\par b\tab c\_d\~e}", "a\nb\tc-d e"),
        (r"{\rtf1 \{x\}\\}", "{x}\\"),
        (r"{\rtf1{\fonttbl Arial;}{\pict 0102}hej}", "hej"),
    ],
)
def test_words_are_put_together_again(rtf: str, told: str) -> None:
    assert words(rtf) == [told]


def test_a_remark_stands_on_lines_of_its_own() -> None:
    assert words(r"{\rtf1 hej{\footnote 010190-1234}mere}") == ["hej\n010190-1234\nmere"]


def test_what_is_hidden_is_read_with_it_and_without() -> None:
    assert words(r"{\rtf1 010190{\v 99}-1234}") == ["01019099-1234", "010190-1234"]


def test_a_file_in_it_is_taken_out_behind_its_head() -> None:
    told = list(read_rtf(b"{\\rtf1{\\object{\\*\\objdata 0105 0000" + b"%PDF-1.4".hex().encode() + b"}}}"))

    assert told[-1] == Inner("", b"%PDF-1.4")


def test_it_is_known_by_how_it_begins() -> None:
    assert is_rtf(b"\n{\\rtf1 hej}")
    assert not is_rtf(b"{\\rt hej}")
