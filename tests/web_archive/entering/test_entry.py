"""What a browser is called, and what it remembers of a visit."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask, session

from support.archive import Archive
from tickets.database.store import Store
from tickets.portal import Portal
from tickets.tokens import Signer
from web_archive.entering import entry


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0",
         "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) Version/17.1 Mobile Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0", "Firefox, Linux"),
        ("<script>alert(1)</script>", ""),
    ],
)  # fmt: skip
def test_a_browser_is_called_what_people_call_it(told: str, name: str) -> None:
    with Flask(__name__).test_request_context(headers={"User-Agent": told}):
        assert entry.browser_name() == name


def test_a_visit_lasts_as_long_as_one_reads_and_the_one_before_is_remembered(now: datetime) -> None:
    app = Flask(__name__)
    app.secret_key = "x"
    with app.test_request_context():
        seen = [entry.note_visit(now + timedelta(minutes=minutes)) for minutes in (0, 20, 40, 90, 100)]
        assert session.keys() == {entry.HERE, entry.BEFORE}

    assert seen == [None, None, None, now + timedelta(minutes=40), now + timedelta(minutes=40)]


def test_who_logs_in_anew_is_told_what_is_new_since_they_did_before(
    store: Store, portal: Portal, signer: Signer, tmp_path: Path, now: datetime
) -> None:
    archive = Archive(store, portal, signer, tmp_path / "search", now)
    archive.browser("member")
    archive.now += timedelta(days=3)

    assert "Nyt, siden du var her 23. nov." in archive.browser("member").text("/")
