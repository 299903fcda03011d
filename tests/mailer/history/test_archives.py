"""Archives: mboxes, packed and not, and Maildirs give their messages as they were."""

import gzip
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailer.history.archives import Raw, folders_within, open_archive
from tickets.errors import BadInput

FIRST = b"From: Mette <mette@proevested.example.dk>\nSubject: Et\n\nHej\n>From Ole kom der svar\n>>From mig\n"
SECOND = b"Received: by x\nSubject: To\n\nFrom i dag kl. 10:00 er alt nyt.\nSubject: er det ikke\n"
SEPARATOR = b"From mette@proevested.example.dk Sat Feb 24 02:21:37 1996\n"


def contents_of(path: Path) -> list[Raw]:
    with open_archive(path) as archive:
        return [archive[position] for position in range(len(archive))]


def test_an_mbox_gives_its_messages_without_what_the_mbox_put_there(tmp_path: Path) -> None:
    path = tmp_path / "liste.mbox"
    path.write_bytes(SEPARATOR + FIRST + b"\n" + SEPARATOR + SECOND + b"\n")

    first, second = contents_of(path)

    assert first.octets == FIRST.replace(b">From", b"From").replace(b">From", b"From").replace(
        b"From mig", b">From mig"
    )
    assert second.octets == SECOND
    assert first.put_at == datetime(1996, 2, 24, 2, 21, 37, tzinfo=UTC)


def test_a_packed_mbox_is_read_like_any_other(tmp_path: Path) -> None:
    path = tmp_path / "liste.mbox.gz"
    path.write_bytes(gzip.compress(SEPARATOR + FIRST + b"\n" + SEPARATOR + SECOND))

    assert [raw.octets for raw in contents_of(path)][1] == SECOND


def test_lines_that_end_in_cr_lf_stay_so(tmp_path: Path) -> None:
    path = tmp_path / "liste.mbox"
    message = SECOND.replace(b"\n", b"\r\n")
    path.write_bytes((SEPARATOR + b"\n").replace(b"\n\n", b"\r\n") + message + b"\r\n")

    assert [raw.octets for raw in contents_of(path)] == [message]


def test_a_line_of_text_that_begins_with_from_parts_nothing(tmp_path: Path) -> None:
    path = tmp_path / "liste.mbox"
    path.write_bytes(SEPARATOR + b"Subject: x\n\nFrom the beginning at 10:00\nthis was so\n\nFrom now on\nA: B\n")

    assert len(contents_of(path)) == 1


@pytest.mark.parametrize(
    ("line", "year"),
    [
        (b"From x Thu Jan  1 00:00:00 1970", 1970),
        (b"From x at example.org  Mon Nov 23 08:00:00 2026", 2026),
        (b"From x Mon Nov 23 08:00 CET 2026", 2026),
        (b"From x Mon Foo 99 08:00:00 2026", None),
        (b"From x 08:00", None),
    ],
)
def test_when_a_message_was_put_there_is_read_leniently(tmp_path: Path, line: bytes, year: int | None) -> None:
    path = tmp_path / "liste.mbox"
    path.write_bytes(line + b"\nSubject: x\n\nHej\n")

    (raw,) = contents_of(path)

    assert (raw.put_at.year if raw.put_at else None) == year


def test_a_maildir_gives_read_and_unread_messages_in_the_order_of_their_names(tmp_path: Path) -> None:
    for folder, name, octets in (("cur", "2.b:2,S", SECOND), ("new", "1.a", FIRST), ("tmp", "3.c", b"half")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_bytes(octets)
    os.utime(tmp_path / "new/1.a", (1_000_000_000, 1_000_000_000))

    first, second = contents_of(tmp_path)

    assert (first.octets, second.octets) == (FIRST, SECOND)
    assert first.put_at == datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC)
    with open_archive(tmp_path) as archive:
        assert archive.name_of(1) == "cur/2.b:2,S"


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (b"", "is empty"),
        (gzip.compress(b"", mtime=0), "is empty"),
        (b"ikke en mail\n", "is no mail"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is an item of Outlook"),
        (b"!BDN0000", "is a data file of Outlook"),
        (b"PK\x03\x04", "is a ZIP archive"),
        ("\ufeffSubject: x".encode("utf-16-le"), "is a text in UTF-16"),
        (gzip.compress(SEPARATOR + FIRST, mtime=0)[:-20], "damaged"),
        (b"\x1f\x8bnonsense", "damaged"),
    ],
)
def test_what_is_no_archive_is_refused_in_words(tmp_path: Path, octets: bytes, said: str) -> None:
    path = tmp_path / "liste"
    path.write_bytes(octets)

    with pytest.raises(BadInput, match=said):
        contents_of(path)


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b"\r\n", b"\xef\xbb\xbf\n"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_one_message_and_an_mbox_are_known_whatever_a_program_put_before_them(
    tmp_path: Path, before: bytes, pack: Callable[[bytes], bytes]
) -> None:
    single, mbox = tmp_path / "en.eml", tmp_path / "flere"
    single.write_bytes(pack(before + SECOND))
    mbox.write_bytes(pack(before + SEPARATOR + SECOND + b"\n" + SEPARATOR + SECOND))

    assert [raw.octets for raw in contents_of(single)] == [SECOND]
    assert [raw.octets for raw in contents_of(mbox)] == [SECOND, SECOND]


def test_what_comes_through_a_pipe_is_read_like_a_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor() as writer:
        writer.submit(pipe.write_bytes, SECOND)

        assert [raw.octets for raw in contents_of(pipe)] == [SECOND]


def test_the_folders_of_a_maildir_are_named_and_not_read_with_it(tmp_path: Path) -> None:
    for folder in ("cur", ".Sent/cur", ".Arkiv.2024/cur", "cur/inner"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "1").write_bytes(SECOND)

    assert [raw.octets for raw in contents_of(tmp_path)] == [SECOND]
    assert [raw.octets for raw in contents_of(tmp_path / ".Sent")] == [SECOND]
    assert folders_within(tmp_path) == [".Arkiv.2024", ".Sent"]
    assert folders_within(tmp_path / "cur/1") == []


def test_a_folder_that_is_no_maildir_and_a_missing_file_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no Maildir"):
        contents_of(tmp_path)
    (tmp_path / "en.eml").write_bytes(SECOND)
    with pytest.raises(BadInput, match="name the files in it one by one"):
        contents_of(tmp_path)
    with pytest.raises(BadInput, match="cannot be read"):
        contents_of(tmp_path / "missing")
