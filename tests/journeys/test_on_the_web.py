"""A running portal in which somebody asks on the pages, with a file: it goes the way of mail."""

import html
import re
import urllib.error
from pathlib import Path

import pytest

from support.household import Browser, letter_to, log_in, settle_in
from support.household import sink as sink
from support.portals import RunningPortal
from support.servers import Sink
from support.town import ANDERS
from support.waiting import eventually

pytestmark = [pytest.mark.any_database, pytest.mark.slow]

BOUNDARY = "saa-langt-og-ikke-laengere"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


def send_form(browser: Browser, page: str, to: str, fields: dict[str, str], file: bytes = b"") -> str:
    """Send the form of a page as a browser does that may send files; the page it leads to."""
    form = next(one for one in re.findall(r"<form.*?</form>", browser.get(page), re.DOTALL) if f'action="{to}"' in one)
    said = {name: html.unescape(value) for name, value in HIDDEN.findall(form)} | fields
    parts = [f'name="{name}"\r\n\r\n{value}'.encode() for name, value in said.items()]
    parts += [b'name="files"; filename="bilag.txt"\r\nContent-Type: text/plain\r\n\r\n' + file] if file else []
    body = b"".join(b"--%s\r\nContent-Disposition: form-data; %s\r\n" % (BOUNDARY.encode(), one) for one in parts)
    return browser.send(to, body + f"--{BOUNDARY}--\r\n".encode(), f"multipart/form-data; boundary={BOUNDARY}")


@pytest.mark.timeout(120)
def test_a_question_on_the_web_reaches_the_lawyers(tmp_path: Path, database_url: str, sink: Sink) -> None:
    with RunningPortal(tmp_path, database_url, sink.port) as portal:
        settle_in(portal)
        portal.start()
        browser = log_in(portal, "mette@proevested.example.dk")
        asked = {"list": "DB", "subject": "Må vi dele billeder?", "text": "Gælder det også børn?"}

        review = send_form(browser, "/ask", "/ask", asked, b"langt bilag\n" * 60_000)
        (draft,) = re.findall(r'action="(/drafts/\w+)"', review)
        send_form(browser, draft, draft, {})

        letter = letter_to(sink, ANDERS, "Gælder det også børn?")
        assert str(letter["Subject"]).endswith("[DB-1]")
        sent = draft.replace("drafts", "sent")
        assert eventually(lambda: "Dit spørgsmål er DB-1" in browser.get(sent))
        assert "bilag.txt" in browser.get("/t/DB-1")

        with pytest.raises(urllib.error.URLError):  # 413, or cut off: nobody who is not logged in sends files
            Browser(portal.base_url).send("/ask", b"x" * 600_000, f"multipart/form-data; boundary={BOUNDARY}")
