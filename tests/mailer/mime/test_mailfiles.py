"""Mail files: a file that is a message or a mailbox of them is told from any other."""

import pytest

from mailer.mime.mailfiles import begins_as_message, split_mailbox

MESSAGE = b"From: mette@example.org\nSubject: Hej\n\nhej\n"


@pytest.mark.parametrize(
    "above", [b"", b"\xef\xbb\xbf", b"\n\n", b"42\n", b"From mette Mon Nov 23\n", b"Her er mailen.\n"]
)
def test_a_message_is_known_whatever_stands_above_it(above: bytes) -> None:
    assert begins_as_message(above + MESSAGE)


@pytest.mark.parametrize("octets", [b"", b"Kl.: 8\nSted: her\n", b"Subject: Hej\n\nhej", b"<html>"])
def test_what_only_looks_like_fields_is_none(octets: bytes) -> None:
    assert not begins_as_message(octets)


def test_a_mailbox_gives_each_message_behind_its_line() -> None:
    line = b"From mette@example.org Mon Nov 23 07:55:00 2026\n"

    assert split_mailbox(line + MESSAGE + b"\n" + line + MESSAGE) == [(line, MESSAGE + b"\n"), (line, MESSAGE)]


def test_what_stands_below_a_message_of_apple_mail_is_no_part_of_it() -> None:
    length = b"%d\n" % len(MESSAGE)

    assert split_mailbox(length + MESSAGE + b"<plist/>") == [(length, MESSAGE), (b"<plist/>", b"")]


def test_a_file_that_is_no_message_is_one_piece() -> None:
    assert split_mailbox(b"hej") == [(b"", b"hej")]
