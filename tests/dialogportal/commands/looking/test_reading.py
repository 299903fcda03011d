"""`dialogportal read`: how the portal reads a message, told without filing it."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dialogportal.commands.looking.reading import describe
from dialogportal.menu import app
from dialogportal.settings import Settings
from mailer.sandbox.framing import Failure
from templates.grounds import load_reasons
from tickets.reasons import Grounds, Reason
from tickets.tokens import Signer

UNVOUCHED = load_reasons("en")(Grounds(Reason.UNVOUCHED))
KEYS = [
    "file", "author", "subject", "message_id", "in_reply_to", "references", "text", "new_text", "folded",
    "attachments", "robot", "bounce", "defects",
]  # fmt: skip
MESSAGE = """From: Mette Eksempel <mette@proevested.example.dk>
Subject: =?utf-8?q?M=C3=A5_vi=3F?=
Message-ID: <2@proevested.example.dk>
In-Reply-To: <1@example.dk>
References: <0@example.dk> <1@example.dk>
Date: Mon, 23 Nov 2026 07:55:00 +0100
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8

Må vi det?

> Nej.
--b
Content-Type: application/pdf
Content-Disposition: attachment; filename=bilag.pdf

%PDF-1.4
--b--
"""
BOUNCE = """From: MAILER-DAEMON@mx.example.dk
Subject: Undelivered
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.dk

Final-Recipient: rfc822; ole@example.org
Action: failed
Status: 5.1.1

--b--
"""


def run(*words: str | Path) -> str:
    done = CliRunner().invoke(app, ["read", *map(str, words)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def refused(path: Path) -> str:
    done = CliRunner().invoke(app, ["read", str(path)], catch_exceptions=False)
    assert (done.exit_code, done.stdout) == (1, "")
    return done.stderr


def facts_of(*paths: str | Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run(*paths, "--json").splitlines()]


def test_a_message_is_told_in_one_line_with_its_keys(tmp_path: Path) -> None:
    file = tmp_path / "en.eml"
    file.write_text(MESSAGE)

    (facts,) = facts_of(file)

    assert list(facts) == KEYS
    assert facts == {
        "file": str(file),
        "author": "mette@proevested.example.dk",
        "subject": "Må vi?",
        "message_id": "2@proevested.example.dk",
        "in_reply_to": ["1@example.dk"],
        "references": ["0@example.dk", "1@example.dk"],
        "text": "Må vi det?\n\n> Nej.",
        "new_text": "Må vi det?",
        "folded": "> Nej.",
        "attachments": [{"name": "bilag.pdf", "type": "application/pdf", "size": 8}],
        "robot": "",
        "bounce": None,
        "defects": ["has a file that is damaged or no PDF: bilag.pdf"],
    }


def test_a_bounce_names_recipient_kind_and_status(tmp_path: Path) -> None:
    file = tmp_path / "bounce.eml"
    file.write_text(BOUNCE)

    (facts,) = facts_of(file)

    assert facts["bounce"] == {"recipient": "ole@example.org", "kind": "hard", "status": "5.1.1"}
    assert facts["robot"]


def test_mboxes_and_maildirs_are_read_message_by_message(tmp_path: Path) -> None:
    separator = "From mette@proevested.example.dk Mon Nov 23 07:55:00 2026\n"
    mbox, packed, saved = tmp_path / "en.mbox", tmp_path / "to.mbox.gz", tmp_path / "gemt.eml"
    mbox.write_text(2 * (separator + MESSAGE + "\n"))
    saved.write_text(separator + MESSAGE)
    packed.write_bytes(gzip.compress(mbox.read_bytes()))
    for folder in ("maildir/new", "maildir/cur", "maildir/tmp"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "maildir/new/1").write_text(MESSAGE)

    facts = facts_of(mbox, packed, saved, tmp_path / "maildir")

    assert [one["file"].removeprefix(f"{tmp_path}/") for one in facts] == [
        "en.mbox, message 1",
        "en.mbox, message 2",
        "to.mbox.gz, message 1",
        "to.mbox.gz, message 2",
        "gemt.eml",
        "maildir/new/1",
    ]
    assert {one["new_text"] for one in facts} == {"Må vi det?"}


def test_people_read_the_same_in_lines(tmp_path: Path) -> None:
    file = tmp_path / "en.eml"
    file.write_text(MESSAGE)

    told = run(file)

    assert "author: mette@proevested.example.dk" in told
    assert "attachment: bilag.pdf (application/pdf, 8 octets)" in told
    assert "Må vi det?" in told
    assert "| > Nej." in told


def test_the_settings_say_whose_portal_it_is_and_whose_word_is_taken(tmp_path: Path, signer: Signer) -> None:
    settings, file = tmp_path / "portal.toml", tmp_path / "en.eml"
    settings.write_text(
        '[portal]\nbase_url = "https://portal.example.dk"\n[listen]\nauthserv_id = "mx.example.dk"\n', encoding="utf-8"
    )
    link, address = "https://portal.example.dk/login/abc", f"db+{signer.reply_token(1, 1, 1)}@example.dk"
    file.write_text(MESSAGE.replace("Må vi det?", f"Må vi det? {address} {link}"), encoding="utf-8")
    vouched = tmp_path / "to.eml"
    vouched.write_text(
        "Authentication-Results: mx.example.dk; dmarc=pass header.from=proevested.example.dk\n" + MESSAGE
    )

    (bare,) = facts_of(file)
    doubtful, believed = facts_of(file, vouched, "--config", settings)

    assert address not in bare["text"] + bare["new_text"]
    assert link in bare["new_text"]
    assert doubtful["new_text"] == "Må vi det? db@example.dk https://portal.example.dk"
    assert doubtful["text"] == "Må vi det? db@example.dk https://portal.example.dk\n\n> Nej."
    assert UNVOUCHED in doubtful["defects"]
    assert UNVOUCHED not in believed["defects"] + bare["defects"]


def test_settings_that_cannot_be_used_are_told(tmp_path: Path) -> None:
    settings, file = tmp_path / "portal.toml", tmp_path / "en.eml"
    settings.write_text("[portal]\ndomian = 'x'\n")
    file.write_text(MESSAGE)

    done = CliRunner().invoke(app, ["read", str(file), "--config", str(settings)])

    assert done.exit_code == 2
    assert "[portal] domian: there is no such key" in done.stderr


def test_what_cannot_be_read_within_its_limits_says_so_under_the_same_keys() -> None:
    facts = describe("a.eml", Failure("took more than 2 s of processor time"), Settings())

    assert sorted(facts) == sorted(KEYS)
    assert facts["defects"] == ["took more than 2 s of processor time"]


def test_a_file_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    assert refused(tmp_path / "nowhere.eml") == f"{tmp_path}/nowhere.eml cannot be read: No such file or directory\n"


def test_a_folder_that_is_no_maildir_is_not_searched_for_mail(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner/a.eml").write_text(MESSAGE)

    assert refused(tmp_path) == f"{tmp_path} is no Maildir: it has neither of the folders cur and new\n"


def test_the_folders_of_a_maildir_are_told_and_its_messages_read(tmp_path: Path) -> None:
    for folder in ("cur", ".Sent/cur"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "1").write_text(MESSAGE)

    done = CliRunner().invoke(app, ["read", str(tmp_path), "--json"])

    assert [json.loads(line)["file"] for line in done.stdout.splitlines()] == [f"{tmp_path}/cur/1"]
    assert done.stderr == f"{tmp_path} has folders that are not read with it; name those you want: .Sent\n"


@pytest.mark.parametrize(
    "octets", [b"import sys\n\nFrom: x@example.org\n", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9]
)
def test_a_file_that_is_no_mail_is_one_clear_line_and_the_others_are_read(tmp_path: Path, octets: bytes) -> None:
    (tmp_path / "none.txt").write_bytes(octets)
    (tmp_path / "en.eml").write_text(MESSAGE)

    done = CliRunner().invoke(app, ["read", str(tmp_path / "none.txt"), str(tmp_path / "en.eml"), "--json"])

    assert done.exit_code == 1
    assert done.stderr == f"{tmp_path}/none.txt is no mail: it has no header fields, such as From: or Subject:\n"
    assert [json.loads(line)["subject"] for line in done.stdout.splitlines()] == ["Må vi?"]
