"""What was deleted, never finished or put with the spam is no part of a list's history, unless it is asked for."""

from collections.abc import Callable
from datetime import datetime
from email import message_from_bytes
from pathlib import Path

import pytest
from sqlmodel import func, select

from mailer.history.archives import open_archive
from mailer.history.importing import ImportReport, import_archive
from mailer.history.looking import look_through, without_marks
from mailer.history.marks import Mark, find_mark, mark_of_file, mark_of_folder
from support.builders import a_list, a_message
from tickets.database.models import Message
from tickets.database.store import Store
from tickets.portal import Portal

DELETED, DRAFT, SPAM = Mark.DELETED, Mark.DRAFT, Mark.SPAM


@pytest.mark.parametrize(
    ("fields", "mark"),
    [
        ("X-Mozilla-Status: 0009\nX-Mozilla-Status2: 00000000", DELETED),
        ("X-Mozilla-Status: 0008", DELETED),
        ("X-Mozilla-Status: 0001\nX-Mozilla-Status2: 00200000", DELETED),
        ("X-Mozilla-Status: 0801", DRAFT),
        ("X-Mozilla-Status: 0001\nX-Mozilla-Status2: 01000000", DRAFT),
        ("X-Mozilla-Draft-Info: internal/draft; vcard=0; receipt=0", DRAFT),
        ("Status: RO\nX-Status: D", DELETED),
        ("Status: RO\nX-Status: ADF", DELETED),
        ("Status: ROD", DELETED),
        ("Status: RO\nX-Status: T", DRAFT),
        ("X-Status: AT", DRAFT),
        ("X-Status: DT", DELETED),
        ("X-Keywords: $Forwarded \\Deleted", DELETED),
        ("X-Keywords: $Draft", DRAFT),
        ("X-Keywords: Junk", SPAM),
        ("X-Evolution: 0000002a-0012", DELETED),
        ("X-Evolution: 0000002a-0014", DRAFT),
        ("X-Evolution: 0000002a-0090", SPAM),
        ("X-Gmail-Labels: Inbox,Trash,Opened", DELETED),
        ("X-Gmail-Labels: =?UTF-8?Q?Ul=C3=A6st,Papirkurv?=", DELETED),
        ("X-Gmail-Labels: Kladder", DRAFT),
        ('X-Gmail-Labels: "Spam",Category updates', SPAM),
        ("X-Uniform-Type-Identifier: com.apple.mail-draft", DRAFT),
        ("X-Apple-Auto-Saved: 1", DRAFT),
        ("X-Unsent: 1", DRAFT),
        ("x-mozilla-status: 0008", DELETED),
        ("X-Mozilla-Status: 0001\nX-Mozilla-Status: 0008", DELETED),
        ("Keywords: $Deleted", DELETED),
        ("Keywords: \\Draft, notat", DRAFT),
        ("X-Mozilla-Keys: $label1 junk", SPAM),
        ("X-RMAIL-ATTRIBUTES: --D-----", DELETED),
        ("Status: D", DELETED),
        ("X-Gmail-Labels: Indbakke,[Gmail]/Papirkurv", DELETED),
        ("X-Gmail-Labels: =?UTF-8?Q?U=C3=B8nskede_mails?=", SPAM),
        ("X-GM-Labels: \\\\Trash", DELETED),
        ("X-Folder: Slettede e-mails", DELETED),
        ("X-Folder-Path: /Mette/Deleted Items", DELETED),
        ("X-Folder-Path: =?UTF-8?Q?Indbakke/Karant=C3=A6ne?=", SPAM),
        ("X-MAPI-Folder-Path: Top of Information Store\\DeletedItems\\Sager", DELETED),
        ("X-Outlook-Folder: Slettet post", DELETED),
        ("X-Mailbox: INBOX.Drafts", DRAFT),
        ("Flags: \\Seen \\Deleted", DELETED),
        ("Flags: (\\Seen \\Draft)", DRAFT),
        ("X-IMAPFlags: \\Deleted", DELETED),
        ("IMAP-Flags: (\\Answered $Junk)", SPAM),
    ],
)
def test_what_a_program_noted_in_a_field_is_read(fields: str, mark: Mark) -> None:
    assert find_mark(message_from_bytes(f"From: a@example.dk\n{fields}\n\nhej\n".encode())) is mark


@pytest.mark.parametrize(
    "fields",
    [
        "X-Mozilla-Status: 0001\nX-Mozilla-Status2: 00000000",
        "X-Mozilla-Status: 1007\nX-Mozilla-Status2: 1E800000",
        "X-Mozilla-Status: slettet",
        "Status: RO\nX-Status: AF",
        "Status: O",
        "X-Status: Delivered",
        "Status: DONE",
        "X-Keywords: NonJunk $Forwarded",
        "X-Evolution: 0000002a-0011",
        "X-Gmail-Labels: Inbox,Important,Trashcan design",
        "X-Spam-Flag: YES\nX-Spam-Status: Yes, score=9\nX-Spam: yes",
        "X-Unsent: 0",
        "Subject: X-Mozilla-Status: 0008",
        "Importance: high",
        "Keywords: deleted, draft, junk",
        "X-Gmail-Labels: Slettefrister,Junkers,Papirkurvssager",
        "X-Mozilla-Keys: nonjunk",
        "X-RMAIL-ATTRIBUTES: -A-----",
        "Flags: deleted, draft, junk",
        "X-IMAPFlags: \\Seen \\Answered",
        "X-Folder-Path: /Mette/Indbakke/Slettefrister",
        "X-Spam-Folder: Junk",
        "X-Original-Folder: Trash",
        "X-Mailboxes: Trash",
    ],
)
def test_what_was_read_answered_or_flagged_is_not_marked(fields: str) -> None:
    assert find_mark(message_from_bytes(f"From: a@example.dk\n{fields}\n\nX-Status: D\n".encode())) is None


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        ("1.M1.host:2,ST", DELETED), ("1.M1.host:2,T", DELETED), ("1.M1.host;2,FT", DELETED),
        ("1.M1.host!2,DT", DELETED),
        ("1.M1.host:2,D", DRAFT), ("1.M1.host:2,DS", DRAFT), (",12", DELETED), ("#12", DELETED),
        ("1.M1.host:2,ST.gz", DELETED), ("1.M1.host_2,T", DELETED), ("1.M1.host%3A2,T", DELETED),
        ("1.M1.host-2,ST", DELETED), ("1.M1.host\uf03a2,T", DELETED), ("1.M1.host_2_T.eml", DELETED),
        ("1.M1.host:2,ST.lz4", DELETED), ("1.M1.host:2,S.lz4", None), ("1.M1.host:2,DS.zst", DRAFT),
        ("1.M1.host_2,T.lzma", DELETED), ("1.M1.host:2,RST.Z", DELETED), (",12.lz4", DELETED),
        ("12.eml.deleted", DELETED), ("12.deleted.eml", DELETED), ("12.deleted", DELETED), ("12.eml.Slettet", DELETED),
        ("12.eml.deleted.gz", DELETED), ("Svar.eml.trash", DELETED), ("12.eml.draft", DRAFT), ("12.eml.junk", SPAM),
        ("Slettet.eml", None), ("Må data slettes. Slettet.eml", None), ("12.eml.bin", None), ("12.eml.bak", None),
        ("12.eml.slettefrist", None),
        ("1.M1.host%3A2%2CDS", DRAFT), ("1.M1.host:2,STab", DELETED), (",12.gz", DELETED),
        ("Svar 2,T", None), ("Bilag 1-2,D.eml", None), ("1.M1.host_2,S.gz", None), ("12T", None),
        ("1.M1.host:2,FRSP", None), ("1.M1.host:2,", None), ("1.M1.host", None), ("1.D.T:1,DT", None), ("12", None),
        ("T:2,S", None), ("1.M1.host,S=12:2,S", None),
    ],
)  # fmt: skip
def test_what_the_name_of_a_messages_file_says_is_read(name: str, mark: Mark | None) -> None:
    assert mark_of_file(name) is mark


@pytest.mark.parametrize(
    ("path", "mark"),
    [
        ("Maildir/.Trash", DELETED), ("Maildir/.INBOX.Trash", DELETED), ("Maildir/.Deleted Items", DELETED),
        ("Maildir/.Slettet post", DELETED), ("Maildir/.Papirkurv", DELETED), ("Trash.mbox", DELETED),
        ("Trash.mbox.gz", DELETED), ("Deleted Messages.mbox/mbox", DELETED), ("Maildir/.Drafts", DRAFT),
        ("Kladder", DRAFT), ("Drafts.mbox", DRAFT), ("Maildir/.Junk", SPAM), ("Maildir/.U&APg-nsket mail", SPAM),
        ("Trash/2024", DELETED), ("Trash.sbd/2024", DELETED), ("Local Folders/Papirkurv.sbd/Sager.sbd/KL", DELETED),
        ("Maildir/.Trash.2024", DELETED), ("Slettede e-mails", DELETED), ("Slettede", DELETED),
        ("slettede mails.mbox", DELETED), ("Slettet post", DELETED), ("Papirkurven", DELETED), ("PAPIRKURV", DELETED),
        ("Recycle Bin", DELETED), ("Deleted-Items", DELETED), ("Deleted_Messages.mbox.gz", DELETED),
        ("Deleted Items (2).mbox", DELETED), ("[Gmail]/Papirkurv", DELETED), ("[Gmail].Trash", DELETED),
        ("INBOX%2FTrash.mbox", DELETED), ("INBOX_Trash", DELETED), ("Deleted Items/mbox", DELETED),
        ("Gelöschte Elemente", DELETED), ("Trash/cur.sbd/liste.mbox", DELETED),
        ("Junk-mail", SPAM), ("Junk E-mail.MBOX", SPAM), ("Junkmail", SPAM), ("Uønskede mails", SPAM),
        ("Uo\u0308nsket mail", SPAM), ("Uoensket post", SPAM), ("Uønsket e-post", SPAM), ("Spam/2019.mbox", SPAM),
        ("Kladder/2024.mbox", DRAFT), ("Draft messages", DRAFT), ("postponed-msgs", DRAFT), ("Usendt post", DRAFT),
        ("DeletedItems", DELETED), ("Deleteditems.mbox", DELETED), ("SlettedeElementer", DELETED),
        ("Slettede poster", DELETED), ("JunkEmail", SPAM), ("junkemail.mbox", SPAM), ("DraftItems", DRAFT),
        ("Recoverable Items", DELETED), ("Recoverable Items/Deletions/mbox", DELETED), ("Deletions", DELETED),
        ("Recoverable Items/Versions.mbox", DELETED), ("RecoverableItemsPurges", DELETED), ("Purges.mbox", DELETED),
        ("Karantæne", SPAM), ("karantaene.mbox", SPAM), ("Maildir/.Karant&AOY-ne", SPAM), ("Quarantine", SPAM),
        ("SentItems", None), ("Karantæneregler", None), ("Deletion requests", None), ("ArchivedItems", None),
        ("Slettefrister", None), ("Papirkurvssager", None), ("Junkers.mbox", None), ("Slettede data", None),
        ("Slettede data/liste.mbox", None), ("bin/liste.mbox", None), ("Skabeloner/liste.mbox", None),
        ("Maildir/.Draftsmen", None), ("Binding", None), ("Spamfiltre", None), ("Indbakke", None), ("2024", None),
        ("E-mails", None), ("Maildir", None), ("liste.mbox", None), ("Maildir/.Sent", None),
        ("liste-2019-trash-og-affald.mbox", None),
        ("R&D.mbox", None), ("All mail Including Spam and Trash.mbox", None), ("Maildir/.Trash & co", None),
    ],
)  # fmt: skip
def test_what_the_name_of_a_folder_says_is_read(path: str, mark: Mark | None) -> None:
    assert mark_of_folder(Path("/home/mette") / path) is mark


# -- through an import -----------------------------------------------------------------


def bring_in(store: Store, portal: Portal, path: Path, now: datetime, *, with_marked: bool = False) -> ImportReport:
    with open_archive(path) as archive:
        sketches = look_through(archive, now, lambda _: None)
        sketches = without_marks(sketches) if with_marked else sketches
        return import_archive(store, portal, "databeskyttelse", archive, sketches, now, lambda _: None)


def filed(store: Store) -> list[str]:
    with store.reading() as session:
        return sorted(session.exec(select(Message.message_id)))


def mail(name: str, **fields: str) -> bytes:
    return bytes(a_message(Date="Mon, 04 Mar 2019 09:30:00 +0000", Message_ID=f"<{name}@x.example.org>", **fields))


def an_mbox(folder: Path) -> Path:
    path = folder / "liste.mbox"
    kept, marked = [mail("spurgt")], [
        mail("slettet", X_Mozilla_Status="0009", X_Mozilla_Status2="00000000"),
        mail("kladde", X_Mozilla_Draft_Info="internal/draft"),
        mail("mutt", X_Status="D"),
        mail("spam", X_Gmail_Labels="Spam"),
    ]  # fmt: skip
    path.write_bytes(b"".join(b"From x Mon Apr  1 09:30:00 2019\n" + one + b"\n" for one in (*kept, *marked)))
    return path


def a_maildir(folder: Path) -> Path:
    for place in ("cur", "new", "tmp"):
        (folder / "Maildir" / place).mkdir(parents=True)
    names = {"spurgt": "S", "slettet": "ST", "kladde": "D", "mutt": "RST", "spam": "S"}
    for name, flags in names.items():
        fields = {"X_Keywords": "Junk"} if name == "spam" else {}
        (folder / f"Maildir/cur/1.{name}:2,{flags}").write_bytes(mail(name, **fields))
    return folder / "Maildir"


@pytest.mark.parametrize("make", [an_mbox, a_maildir])
def test_what_is_marked_is_left_out_counted_and_named(
    store: Store, portal: Portal, tmp_path: Path, now: datetime, make: Callable[[Path], Path]
) -> None:
    with store.transaction() as session:
        a_list(session)

    report = bring_in(store, portal, make(tmp_path), now)

    assert filed(store) == ["spurgt@x.example.org"]
    assert (report.messages, report.filed) == (5, 1)
    assert report.left_out == {DELETED: 2, DRAFT: 1, SPAM: 1}
    assert len(report.named[DELETED]) == 2


@pytest.mark.parametrize("make", [an_mbox, a_maildir])
def test_what_is_marked_is_taken_in_where_that_is_asked_for(
    store: Store, portal: Portal, tmp_path: Path, now: datetime, make: Callable[[Path], Path]
) -> None:
    with store.transaction() as session:
        a_list(session)
    path = make(tmp_path)
    bring_in(store, portal, path, now)

    report = bring_in(store, portal, path, now, with_marked=True)

    assert (len(filed(store)), report.left_out.total()) == (5, 0)


@pytest.mark.parametrize("name", ["Trash", "Drafts.mbox", "Papirkurv"])
def test_a_folder_of_what_was_deleted_is_left_out_whole(
    store: Store, portal: Portal, tmp_path: Path, now: datetime, name: str
) -> None:
    with store.transaction() as session:
        a_list(session)
    path = an_mbox(tmp_path).rename(tmp_path / name)

    report = bring_in(store, portal, path, now)

    assert (report.filed, report.left_out.total()) == (0, 5)


def test_a_folder_within_what_was_deleted_is_left_out_and_taken_in_with_the_switch(
    store: Store, portal: Portal, tmp_path: Path, now: datetime
) -> None:
    with store.transaction() as session:
        a_list(session)
    (tmp_path / "Trash.sbd").mkdir()
    path = an_mbox(tmp_path).rename(tmp_path / "Trash.sbd" / "2024")

    left, taken = bring_in(store, portal, path, now), bring_in(store, portal, path, now, with_marked=True)

    assert (left.filed, left.left_out.total()) == (0, 5)
    assert taken.filed == 5


def test_the_copy_that_was_not_deleted_is_taken_in(store: Store, portal: Portal, tmp_path: Path, now: datetime) -> None:
    with store.transaction() as session:
        a_list(session)
    path = tmp_path / "liste.mbox"
    copies = [mail("flyttet", X_Mozilla_Status="0009"), mail("flyttet", X_Mozilla_Status="0001")]
    path.write_bytes(b"".join(b"From x Mon Apr  1 09:30:00 2019\n" + one + b"\n" for one in copies))

    report = bring_in(store, portal, path, now)

    assert (filed(store), report.left_out) == (["flyttet@x.example.org"], {DELETED: 1})


def test_an_answer_to_what_was_deleted_is_taken_in(store: Store, portal: Portal, tmp_path: Path, now: datetime) -> None:
    with store.transaction() as session:
        a_list(session)
    path = tmp_path / "liste.mbox"
    thread = [
        mail("spurgt"),
        mail("slettet", X_Status="D", In_Reply_To="<spurgt@x.example.org>"),
        mail(
            "svar", In_Reply_To="<slettet@x.example.org>", References="<spurgt@x.example.org> <slettet@x.example.org>"
        ),
    ]
    path.write_bytes(b"".join(b"From x Mon Apr  1 09:30:00 2019\n" + one + b"\n" for one in thread))

    bring_in(store, portal, path, now)

    with store.reading() as session:
        assert session.exec(select(func.count(func.distinct(Message.ticket_key)))).one() == 1
    assert filed(store) == ["spurgt@x.example.org", "svar@x.example.org"]
