"""Pages of the law and of topics: all that is said of an article, for who may see it."""

from datetime import datetime
from pathlib import Path

import pytest

from support.archive import SECRET_WORDS, Archive
from support.builders import a_filed_message
from tickets import journal
from tickets.archive import places
from tickets.database.models import Publication, Ticket, Visibility
from tickets.database.store import Store
from tickets.portal import Portal
from tickets.tokens import Signer


@pytest.fixture
def archive(store: Store, portal: Portal, signer: Signer, tmp_path: Path, now: datetime) -> Archive:
    made = Archive(store, portal, signer, tmp_path / "search", now)
    with store.transaction() as session:
        for visibility, subject in ((Visibility.OPEN, "Om artikel 28"), (Visibility.CONFIDENTIAL, SECRET_WORDS)):
            message = a_filed_message(
                session, portal, made.mailing_list, made.people["asker"], now, subject=subject,
                text="Hvad kræver artikel 28 og databeskyttelseslovens § 11?", visibility=visibility,
            )  # fmt: skip
            session.get_one(Ticket, message.ticket_key).topics = ["Aftaler & tilsyn"]
        session.add(
            Publication(
                ticket_key=made.open.ticket_key, mailing_list_key=made.mailing_list.key, path="om-aftaler-abc234",
                subject="Aftaler med leverandører", question="Hvad?", answer="Se artikel 28, stk. 3.",
                visibility=Visibility.OPEN, drafted_at=now, published_at=now,
            )
        )  # fmt: skip
    while journal.follow(store, places.make_follower(), now):
        pass
    return made


def test_an_article_has_its_tickets_and_published_answers_and_then_the_official_text(archive: Archive) -> None:
    page = archive.browser("member").text("/ret/gdpr/28")

    assert "1 sag nævner den" in page
    assert page.index("Aftaler med leverandører") < page.index("Om artikel 28") < page.index("Den officielle tekst")
    assert 'href="http://data.europa.eu/eli/reg/2016/679/oj"' in page
    assert SECRET_WORDS not in page
    assert "2 sager nævner den" in archive.browser("lawyer").text("/ret/gdpr/28")


def test_laws_and_their_articles_are_counted_for_who_reads(archive: Archive) -> None:
    assert "1 sag<" in archive.browser("member").text("/ret")
    assert "2 sager<" in archive.browser("lawyer").text("/ret")
    law = archive.browser("member").text("/ret/databeskyttelsesloven")
    assert 'href="/ret/databeskyttelsesloven/11"' in law
    assert "ordlyden fra 25. maj 2018" in law


def test_the_address_of_an_article_is_one(archive: Archive) -> None:
    browser = archive.browser("member")

    assert browser.get("/ret/GDPR/28").headers["Location"] == "/ret/gdpr/28"
    assert [browser.get(path).status_code for path in ("/ret/gdpr/x", "/ret/jura", "/ret/jura/1")] == [404] * 3
    assert "Ingen sag" in browser.text("/ret/gdpr/99")
    assert archive.browser().get("/ret/gdpr/28").status_code == 403


def test_a_topic_has_a_page_that_its_tickets_lead_to(archive: Archive) -> None:
    browser = archive.browser("member")

    assert 'href="/emne/Aftaler%20%26%20tilsyn"' in browser.text("/t/DB-4")
    page = browser.text("/emne/Aftaler%20%26%20tilsyn")
    assert "1 spørgsmål" in page
    assert "Om artikel 28" in page
    assert SECRET_WORDS not in page
    assert browser.get("/emne/noget").status_code == 404
