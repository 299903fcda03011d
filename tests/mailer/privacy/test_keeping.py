"""Files are kept where they lie, and only those in another form, or with keys of ours, take room of their own."""

import binascii
from email.message import EmailMessage

import pytest

from mailer.mime.parts import MOST_PARTS
from mailer.privacy.keeping import keep_files
from support.builders import a_message
from support.hideouts import FORMATTED, a_winmail, attached
from tickets.portal import Portal
from tickets.post import WHOLE, KeptFile
from tickets.tokens import Signer

PICTURE = bytes(range(256)) * 40


def with_files(*files: bytes) -> bytes:
    message = a_message(text="Se bilagene æøå.")
    for number, file in enumerate(files):
        message.add_attachment(file, maintype="application", subtype="octet-stream", filename=f"bilag{number}.bin")
    return bytes(message)


def taken_from(octets: bytes, file: KeptFile) -> bytes:
    assert file.start is not None
    written = octets[file.start : file.start + file.length]
    return binascii.a2b_base64(written) if file.is_base64 else written


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_a_file_that_lies_in_its_message_takes_no_room_of_its_own(portal: Portal, line_end: bytes) -> None:
    octets = with_files(PICTURE, b"", b"notat").replace(b"\n", line_end)

    kept = keep_files(octets, [2, 3, 4], portal)

    assert [file.octets for file in kept.values()] == [None] * 3
    assert [taken_from(octets, kept[number]) for number in (2, 3, 4)] == [PICTURE, b"", b"notat"]


@pytest.mark.parametrize("coding", ["7bit", "8bit", "quoted-printable"])
def test_a_file_of_text_is_the_same_whatever_it_was_sent_in(portal: Portal, coding: str) -> None:
    part = EmailMessage()
    text = "Notat\n" if coding == "7bit" else "Notat om børn\n"
    part.set_content(text, cte=coding, disposition="attachment", filename="notat.txt")
    message = a_message()
    message.make_mixed()
    message.attach(part)
    octets = bytes(message).replace(b"\n", b"\r\n")

    kept = keep_files(octets, [2], portal)[2]

    assert kept.octets is None if coding != "quoted-printable" else kept.start is None
    assert (kept.octets or taken_from(octets, kept)) == text.replace("\n", "\r\n").encode()


def test_a_file_with_a_key_of_ours_is_kept_without_it(portal: Portal, signer: Signer) -> None:
    token = signer.reply_token(1, 42, 7)

    kept = keep_files(with_files(f"Svar til databeskyttelse+{token}@example.dk".encode()), [2], portal)[2]

    assert kept.start is None
    assert kept.octets == b"Svar til databeskyttelse@example.dk"


def test_a_file_out_of_a_winmail_dat_is_kept_by_itself(portal: Portal) -> None:
    octets = bytes(attached("winmail.dat", a_winmail(FORMATTED), "application/ms-tnef"))

    kept = keep_files(octets, range(MOST_PARTS), portal)

    assert any(file.octets and b"Borgeren" in file.octets for file in kept.values())


def test_of_a_part_that_is_not_there_nothing_is_kept(portal: Portal) -> None:
    assert keep_files(with_files(PICTURE), [0, 3, 99], portal) == {}


def test_a_clean_copy_is_kept_as_it_is_or_without_our_keys(portal: Portal, signer: Signer) -> None:
    address = f"databeskyttelse+{signer.reply_token(1, 42, 7)}@example.dk"

    assert keep_files(PICTURE, [WHOLE], portal) == {WHOLE: KeptFile(0, len(PICTURE))}
    assert keep_files(address.encode(), [WHOLE], portal)[WHOLE].octets == b"databeskyttelse@example.dk"
