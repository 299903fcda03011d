"""The page of a ticket: its answer on top, then the thread as people wrote it, and what belongs to it beside."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from support.archive import Archive
from support.builders import a_filed_message
from tickets.acts import correcting, describing
from tickets.acts.acting import Hand
from tickets.database.models import Message, MessageKind, Ticket, Visibility, Way
from tickets.database.store import Store
from tickets.portal import Portal
from tickets.tokens import Signer


@pytest.fixture
def archive(store: Store, portal: Portal, signer: Signer, tmp_path: Path, now: datetime) -> Archive:
    return Archive(store, portal, signer, tmp_path / "search", now)


def answer(archive: Archive, session: Session, text: str = "Ja, jf. artikel 28.", days: int = 1) -> Message:
    """A lawyer's answer to the archive's open question, so many days on."""
    ticket = session.get_one(Ticket, archive.open.ticket_key)
    return a_filed_message(
        session, archive.portal, archive.mailing_list, archive.people["lawyer"], archive.now + timedelta(days=days),
        ticket=ticket, is_lawyer=True, text=text, in_reply_to=(archive.open.message_id,),
    )  # fmt: skip


def test_the_answer_in_short_stands_on_top_and_leads_to_the_whole(archive: Archive) -> None:
    with archive.store.transaction() as session:
        given = answer(archive, session)
        ticket = session.get_one(Ticket, given.ticket_key)
        describing.shorten(session, ticket, "Ja, med forbehold.", Hand(archive.people["lawyer"], archive.now, Way.MAIL))

    page = archive.browser("member").text("/t/DB-1")

    assert page.index("Ja, med forbehold.") < page.index(f'href="#m{given.id}"') < page.index(f'id="m{given.id}"')


def test_what_was_said_is_counted_and_each_message_has_a_heading(archive: Archive) -> None:
    with archive.store.transaction() as session:
        answer(archive, session)
        answer(archive, session, days=2)

    page = archive.browser("member").text("/t/DB-1")

    assert "3 indlæg, 2 svar fra juristerne" in page
    assert len(re.findall(r'<article[^>]*>\s*<header>\s*<h2 class="author">', page)) == 3
    assert "spurgt" in page.lower()
    assert "senest besvaret" in page


def test_beside_it_stand_its_files_its_law_and_what_happened_when(archive: Archive) -> None:
    with archive.store.transaction() as session:
        answer(archive, session, "Ja, jf. forvaltningslovens § 5 og artikel 28.")

    page = archive.browser("member").text("/t/DB-1")

    beside = page[page.index('<div class="beside">') :]
    assert "bilag æøå.html" in beside
    assert "Forvaltningsloven § 5" in beside
    assert "GDPR art. 28" in beside
    assert re.search(r"<details>.*Hvad skete hvornår.*spurgt.*besvaret", beside, re.DOTALL)


def test_answers_to_questions_like_it_are_named(archive: Archive) -> None:
    with archive.store.transaction() as session:
        answer(archive, session)
        for visibility in (Visibility.OPEN, Visibility.CONFIDENTIAL):
            a_filed_message(
                session, archive.portal, archive.mailing_list, archive.people["asker"], archive.now,
                subject="Må vi udlevere?", text="En afgørelse til naboen?", visibility=visibility,
            )  # fmt: skip
    archive.index()
    browser = archive.browser("member")

    assert 'href="/t/DB-1"><bdi>Må vi udlevere?' in browser.text("/t/DB-4")
    assert "/t/DB-4" not in browser.text("/t/DB-1")  # nobody has answered it


def test_a_message_has_a_page_of_its_own(archive: Archive) -> None:
    page = archive.browser("member").text(archive.address_of(archive.open))

    assert "En afgørelse til naboen?" in page
    assert 'href="/t/DB-1#m' in page


def test_news_is_shown_as_its_editor_laid_it_out_and_with_what_corrected_it(archive: Archive) -> None:
    """The heading stands below that of its message; what no longer holds says so, and leads to what does."""
    form = [
        {"k": "h", "r": [["Ny <frist>"]], "l": 1},
        {"k": "li", "r": [["Se "], ["siden", "b", "https://example.dk/"]]},
    ]
    with archive.store.transaction() as session:
        old = session.get_one(Message, archive.news.id)
        ticket = session.get_one(Ticket, old.ticket_key)
        new = a_filed_message(
            session, archive.portal, archive.mailing_list, archive.people["lawyer"], archive.now,
            ticket=ticket, message_kind=MessageKind.NEWS, is_lawyer=True, text="Ny <frist>\n\n- Se siden",
        )  # fmt: skip
        new.form = form
        session.add(new)
        correcting.correct(session, ticket, old, new, "", Hand(archive.people["lawyer"], archive.now, Way.MAIL))

    page = archive.browser("member").text("/t/DB-3")

    assert "<h3>Ny &lt;frist&gt;</h3>" in page
    assert '<strong>siden</strong></a> <span class="small">(example.dk)</span></li>' in page
    assert f'<a href="#m{new.id}">' in page
    assert f'<a href="#m{old.id}">' in page
    assert "<del>" in page
