"""Enclosed messages: a message that is a file gives its fields, its words and its own files."""

import pytest

from mailer.files.budget import Inner, Unreadable
from mailer.files.enclosed import MOST_MESSAGES, is_message, is_tnef, read_messages, read_tnef
from support.builders import a_message


def test_a_message_gives_its_words_and_its_files() -> None:
    message = a_message(Subject="Må vi?", text="Kære jurister")
    message.add_attachment(b"hej", maintype="application", subtype="octet-stream", filename="bilag.bin")

    told = list(read_messages(bytes(message)))

    assert Inner("bilag.bin", b"hej", "application/octet-stream") in told
    assert any("Må vi?" in piece for piece in told if isinstance(piece, str))
    assert any("Kære jurister" in piece for piece in told if isinstance(piece, str))


def test_each_message_of_a_mailbox_is_read_up_to_a_bound() -> None:
    one = b"From mette@example.org Mon Nov 23 07:55:00 2026\n" + bytes(a_message(text="Hej nr. 1")) + b"\n"

    told = [piece for piece in read_messages(one * 3) if isinstance(piece, str) and piece.startswith("Hej nr. 1")]

    assert len(told) == 3
    with pytest.raises(Unreadable, match="too many messages"):
        list(read_messages(one * (MOST_MESSAGES + 1)))


@pytest.mark.parametrize(
    ("octets", "name", "kind", "is_one"),
    [
        (b"", "", "message/rfc822", True),
        (b"", "Brev.EML", "", True),
        (bytes(a_message()), "", "", True),
        (b"hej", "hej.txt", "", False),
    ],
)
def test_a_message_is_known_by_its_name_its_kind_or_its_beginning(
    octets: bytes, name: str, kind: str, is_one: bool
) -> None:
    assert is_message(octets, name, kind) is is_one


def test_a_winmail_dat_that_is_broken_off_is_told_as_such() -> None:
    octets = b"\x78\x9f\x3e\x22\x01\x00\x01\x09"

    assert is_tnef(octets)
    with pytest.raises(Unreadable, match="damaged"):
        list(read_tnef(octets))
