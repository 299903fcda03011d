"""Attachments are handed out as files to save, whatever they are."""

from datetime import datetime
from itertools import product
from pathlib import Path

import pytest

from support.archive import Archive
from support.builders import a_message, store_content
from tickets.database.models import Attachment, Message
from tickets.database.store import Store
from tickets.portal import Portal
from tickets.tokens import Signer

NAMES = [
    "bilag.html",
    "bilag.svg",
    "bilag.xhtml",
    "bilag.xml",
    "bilag.js",
    "bilag.css",
    "bilag.swf",
    "bilag.pdf",
    "bilag.mht",
    "bilag.txt",
    "æ ø å.docx",
    "../../etc/passwd",
    'a"b.pdf',
    "a;b.pdf",
    "x\u202etxt.exe",
    "日本.png",
    "a%0d%0aSet-Cookie.pdf",
]
TYPES = ["text/html", "image/svg+xml", "application/xhtml+xml", "application/pdf", "text/xml", "message/rfc822"]


@pytest.fixture
def archive(store: Store, portal: Portal, signer: Signer, tmp_path: Path, now: datetime) -> Archive:
    return Archive(store, portal, signer, tmp_path / "search", now)


def test_an_attachment_is_saved_never_opened(archive: Archive) -> None:
    response = archive.browser("member").get(f"/m/{archive.open.path}/2")

    assert response.data == b"<script>alert(1)</script>"
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"] == "attachment; filename*=UTF-8''bilag%20%C3%A6%C3%B8%C3%A5.html"


def test_no_name_or_type_makes_a_page_of_it(archive: Archive) -> None:
    browser = archive.browser("member")
    for name, type_ in product(NAMES, TYPES):
        with archive.store.transaction() as session:
            file = session.get_one(Attachment, (archive.open.id, 2))
            file.name, file.type = name, type_
            session.add(file)

        headers = browser.get(f"/m/{archive.open.path}/2").headers

        assert headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
        assert not set('/\\"\r\n;') & set(headers["Content-Disposition"].partition("''")[2])
        assert headers["Content-Type"] in ("application/octet-stream", "application/pdf")
        assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "private, no-store"


@pytest.mark.alike
@pytest.mark.parametrize("part", ["0", "1", "3", "9999", "99999", "-1", "x"])
def test_a_part_that_is_no_attachment_is_a_404(archive: Archive, part: str) -> None:
    assert archive.browser("member").get(f"/m/{archive.open.path}/{part}").status_code == 404


def test_an_attachment_that_is_gone_from_its_message_is_a_404(archive: Archive) -> None:
    with archive.store.transaction() as session:
        message = session.get_one(Message, archive.open.id)
        message.content_key = store_content(session, bytes(a_message(text="Uden bilag")), archive.now)
        session.add(message)

    assert archive.browser("member").get(f"/m/{archive.open.path}/2").status_code == 404
