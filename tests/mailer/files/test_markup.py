"""Markup: words are read whatever marks, folds or codes stand between them."""

import base64
import binascii

import pytest

from mailer.files.budget import Budget, Unreadable
from mailer.files.markup import (
    coded_in,
    is_coded,
    is_html,
    is_otherwise_coded,
    is_plain,
    numbers_in_html,
    tables_of_html,
    words_of_card,
    words_of_json,
    words_of_markup,
    words_of_quoted,
    words_of_xml,
)  # fmt: skip


def test_a_number_that_marks_part_is_read() -> None:
    assert "010190-1234" in words_of_markup("<b>0101</b>90-<i>1234</i>").split("\n")
    assert "010190-1234" in words_of_markup("BEGIN:VCARD\nNOTE:0101\n 90-1234\n").replace("NOTE:", "").split("\n")
    assert words_of_markup("ingen mærker") == "ingen mærker"


def test_numbers_of_html_are_found_bare_below_a_heading_and_hidden() -> None:
    html = '<table><tr><th>Navn<th>CPR<tr><td>Mette<td>0101901234</table><p title="010290-1234">'

    assert numbers_in_html(html) == {"0101901234", "0102901234"}


def test_a_table_has_its_cells_as_wide_as_their_columns() -> None:
    html = (
        "<table><tr><th colspan=2>Navn</th><th>By</th></tr><tr><td>Mette</td><td>Eksempel</td><td>Øby</td></tr></table>"
    )

    assert tables_of_html(html) == "Navn\t\tBy\nMette\tEksempel\tØby"


def test_the_birthday_and_the_digits_of_a_contact_are_told_together() -> None:
    assert list(words_of_card("UID:0101901234\nBDAY:19900101\nNOTE:1234")) == [
        "CPR 0101901234",
        "bday 19900101 cpr4 1234",
    ]


def test_xml_is_told_by_its_elements_and_none_that_declares_its_own() -> None:
    assert "CPR 0101901234" in words_of_xml("<?xml version='1.0'?><a><cpr>0101901234</cpr></a>", Budget(60))
    assert words_of_xml("hej <b>", Budget(60)) == ""
    with pytest.raises(Unreadable):
        words_of_xml('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', Budget(60))


def test_json_is_told_with_each_value_behind_its_name() -> None:
    told = words_of_json('{"borger": {"cpr": "0101901234"}, "tal": [1, 2]}')

    assert "cpr: 0101901234" in told.split("\n")
    assert "tal\t1\t2" in told.split("\n")
    assert words_of_json("hej") == ""


def test_what_was_made_fit_for_mail_is_as_it_was() -> None:
    assert words_of_quoted("010190=2D12=\n34") == "010190-1234"
    assert words_of_quoted("hej") == ""


@pytest.mark.parametrize(
    "text",
    [
        base64.b64encode(b"Mette Eksempel").decode(), b"Mette Eksempel".hex(),
        f"Hej, se her:\n\n{base64.encodebytes(b'Mette Eksempel' * 9).decode()}\nhej",
        f"begin 644 x\n{binascii.b2a_uu(b'Mette Eksempel').decode()}`\nend\n",
    ],
)  # fmt: skip
def test_octets_in_a_text_are_decoded(text: str) -> None:
    assert any(b"Mette Eksempel" in octets for octets in coded_in(text))


def test_what_nobody_here_decodes_is_known() -> None:
    assert is_otherwise_coded("=ybegin line=128 size=1 name=x")
    assert not is_otherwise_coded("hej")


def test_a_text_of_base64_alone_is_nothing_that_a_person_wrote() -> None:
    assert is_coded(base64.b64encode(bytes(range(256)) * 2).decode())
    assert not is_coded("Kære jurister " * 50)
    assert not is_coded("abc")


def test_html_and_plain_texts_are_known() -> None:
    assert is_html("\n<!DOCTYPE html>")
    assert not is_html("<p>hej")
    assert is_plain("Kære jurister\n".encode())
    assert not is_plain(b"\x00\x01")
    assert not is_plain(b"")
