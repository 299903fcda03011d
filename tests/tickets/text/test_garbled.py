"""Garbled text: what was taken for another character set is put right or known again, and what is right stays."""

import pytest

from support.timing import costing_at_most
from tickets.text.garbled import garbled, is_readable, is_torn, repair

NAMES = ("Prøvested", "Læsø", "Ærø", "Ålbæk", "Brønshøj", "Hørsholm")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("reader", "times"),
    [("cp1252", 1), ("latin-1", 1), ("mac-roman", 1), ("cp850", 1), ("cp437", 1), ("cp1252", 2), ("mac-roman", 2)],
)
def test_utf_8_that_was_misread_is_put_right(name: str, reader: str, times: int) -> None:
    text = f"Notat om {name}, nu – med æøå"
    wrong = text
    for _ in range(times):
        wrong = "".join(_seen(octet, reader) for octet in wrong.encode())

    assert repair(wrong) == text
    assert repair(text) == text


def _seen(octet: int, reader: str) -> str:
    return bytes([octet]).decode(reader, "ignore") or chr(octet)


def test_an_accent_of_its_own_is_put_right_with_its_letter() -> None:
    assert repair("AÌŠrhus og AndreÌ\x81") == "Århus og André"


@pytest.mark.parametrize(
    "text", ["“æ” – ‘ø’", "“Åbent” é”", "50 €–60 €", "Dvořák Ünal Þór", "Доклад 報告", "§ 5 × 3 ½"]
)
def test_what_is_right_stays(text: str) -> None:
    assert repair(text) == text
    assert not is_torn(text)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("writer", "reader"),
    [
        ("cp1252", "ascii"), ("cp1252", "mac-roman"), ("cp1252", "cp850"), ("cp1252", "cp1251"), ("cp1252", "koi8-r"),
        ("cp1252", "iso8859-2"), ("cp1252", "cp1257"), ("cp850", "cp1252"), ("mac-roman", "cp1252"), ("utf-8", "ascii"),
        ("utf-8", "gb18030"), ("cp437", "cp1252"),
    ],
)  # fmt: skip
def test_a_name_is_known_again_whatever_its_letters_became(name: str, writer: str, reader: str) -> None:
    expression = garbled(NAMES)
    assert expression

    for written in (name, name.upper(), name.lower()):
        shown = written.encode(writer, "replace").decode(reader, "replace")
        assert expression.search(f"I {shown} Kommune"), shown


@pytest.mark.parametrize(
    "shown",
    [
        "Pr?vested", "Pr_vested", "Pr|vested", "Prvested", "Pr%F8vested", "Pr%C3%B8vested", "Pr=C3=B8vested",
        "Pr=F8vested", "Pr\\xf8vested", "Pr\\303\\270vested", "Pr\\u00f8vested", "Pr+APg-vested", "L{s|", "L?s?",
        "L_s_", "{r|",
    ],
)  # fmt: skip
def test_a_name_is_known_again_however_its_letters_are_spelled(shown: str) -> None:
    expression = garbled(NAMES)

    assert expression
    assert expression.search(f"Notat ({shown} Kommune)")


def test_names_that_every_character_set_has_are_not_looked_for() -> None:
    assert garbled(["Odense", "Vejle"]) is None


@pytest.mark.parametrize("text", ["proevested", "Prisen er 5; rosen", "løs og læs", "Lars – Søren", "år", "på ø", "sø"])
def test_other_words_are_not_taken_for_a_name(text: str) -> None:
    expression = garbled(NAMES)

    assert expression
    assert expression.search(text) is None


@pytest.mark.parametrize(
    ("name", "is_so"),
    [
        ("Referat af møde – “kladde” (2)", True), ("Bilag_1-ÆØÅ, 50 %", True), ("Kaj Müller & André", True),
        ("notat[1]", True),
        ("Notat m\ufffdde", False), ("Notat m›de", False), ("Notat mшde", False), ("m?de", False), ("m{de", False),
        ("Ã rhus", False), ("=_utf-8_B_Tm90YXQ", False), ("Dvořák", False), ("Notat \u202egnp", False),
    ],
)  # fmt: skip
def test_what_nobody_can_read_is_told_from_what_is_danish(name: str, is_so: bool) -> None:
    assert is_readable(name) is is_so


@pytest.mark.parametrize("token", ["Ã", "Ã¸", "Pr", "Pr?", "ø", "\ufffd", "L_s", "=F8", "%C3%", "√∏r", "├"])
def test_looking_for_them_takes_linear_time(token: str) -> None:
    expression = garbled(NAMES)
    assert expression

    text = (token * 100_000)[:100_000]

    with costing_at_most(5):
        repair(text)
        expression.findall(text)
