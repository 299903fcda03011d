"""What a public body tells on its pages, to anybody, as its settings have it."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from support.archive import Archive
from tickets.database.store import Store
from tickets.portal import Portal
from tickets.tokens import Signer
from web_archive.owner import Owner

pytestmark = pytest.mark.any_database


@pytest.fixture
def archive(store: Store, portal: Portal, signer: Signer, tmp_path: Path, now: datetime) -> Archive:
    return Archive(store, portal, signer, tmp_path / "search", now)


def set_up(archive: Archive, owner: Owner, days: int = 7) -> None:
    """Let the portal be this owner's, with originals kept so many days."""
    means = archive.app.extensions["means"]
    archive.app.extensions["means"] = replace(means, owner=owner, keep_original=timedelta(days=days))


@pytest.mark.parametrize("path", ["/help", "/contact", "/privacy", "/was"])
@pytest.mark.parametrize("language", ["da", "en"])
def test_anybody_reads_it_and_every_page_leads_there(archive: Archive, path: str, language: str) -> None:
    page = archive.browser().get(path, headers={"Accept-Language": language})

    assert page.status_code == 200
    assert f'<html lang="{language}">' in page.text
    assert f'href="{path}"' in archive.browser().text("/login")


def test_strangers_are_told_of_no_list_and_members_of_theirs(archive: Archive) -> None:
    for path in ("/help", "/contact", "/privacy"):
        assert "Databeskyttelse<" not in archive.browser().text(path)
        assert "atabeskyttelse" in archive.browser("member").text(path)
    assert "databeskyttelse+owner</span>" in archive.browser("member").text("/contact")


def test_the_privacy_page_says_what_the_settings_say(archive: Archive) -> None:
    set_up(archive, Owner(name="Prøvested Kommune", privacy_contact="dpo@proevested.example.dk"), days=3)
    page = archive.browser().text("/privacy")
    set_up(archive, Owner(), days=0)
    without = archive.browser().text("/privacy")

    assert "Prøvested Kommune er dataansvarlig" in page
    assert "mailto:dpo@proevested.example.dk" in page
    assert "3 dage. Derefter findes kun udgaven uden nummeret." in page
    assert "De virker i 15 minutter." in page
    assert "30 dage, eller til du logger ud." in page
    assert "Slet ikke: Kun udgaven uden nummeret gemmes." in without


def test_the_owners_name_logo_colour_and_statement_are_on_every_page(archive: Archive, tmp_path: Path) -> None:
    logo = tmp_path / "logo.svg"
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
    statement = "https://was.digst.dk/portal-example-dk"
    set_up(archive, Owner(name="Øby & Omegn", logo=logo, colour="#7b1fa2", accessibility_statement=statement))
    browser = archive.browser()
    page = browser.text("/login")

    assert page.count("Øby &amp; Omegn") == 2
    assert 'src="/logo"' in page
    assert browser.get("/was").headers["Location"] == statement
    shown = browser.get("/logo")
    assert shown.mimetype == "image/svg+xml"
    assert shown.headers["Content-Security-Policy"].startswith("sandbox")
    style = browser.get("/static/owner.css")
    assert style.mimetype == "text/css"
    assert "--blue: #7b1fa2" in style.text


def test_without_a_logo_or_a_colour_there_is_none(archive: Archive) -> None:
    page = archive.browser().text("/login")

    assert not re.search(r"/logo|owner\.css", page)
    assert [archive.browser().get(path).status_code for path in ("/logo", "/static/owner.css")] == [404, 404]
