"""Framing: what is asked of a child and what it answers come out as they went in."""

import struct

import pytest

from mailer.sandbox.framing import pack, unpack
from tickets.post import CleanFile

FILES = {3: CleanFile(b"\0\1%PDF", "Blåbærgrød", True, "Mette"), 7: CleanFile(b"", "", False, "")}


def test_clean_files_come_out_as_they_went_in() -> None:
    assert unpack(pack(FILES)) == FILES
    assert unpack(pack({})) == {}


def test_half_an_answer_is_none() -> None:
    with pytest.raises(ValueError, match="half an answer"):
        unpack(pack(FILES)[:50])
    with pytest.raises(struct.error):
        unpack(b"hej")
