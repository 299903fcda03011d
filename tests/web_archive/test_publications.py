"""The page of a published answer: for whoever reads the list, and nothing on it leads to who asked."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from support.archive import Archive
from support.publishing import publish
from tickets.acts.acting import Hand
from tickets.database.models import MailingList, Message, Publication, Ticket, Visibility, Way
from tickets.database.store import Store
from tickets.portal import Portal
from tickets.tokens import Signer
from tickets.undoing import inverses

NUMBER = "4711"
ASKER = ("Mette", "Eksempel", "mette@", "roevested", NUMBER, "/m/", "/t/")


@pytest.fixture
def archive(store: Store, portal: Portal, signer: Signer, tmp_path: Path, now: datetime) -> Archive:
    return Archive(store, portal, signer, tmp_path / "search", now)


def published(archive: Archive, question: Message, visibility: Visibility) -> str:
    """An answer to a question that was asked so is published a day and some minutes later; the path of its page."""
    with archive.store.transaction() as session:
        ticket = session.get_one(Ticket, question.ticket_key)
        ticket.visibility, ticket.number = visibility, int(NUMBER)
        ticket.subject = "Må Mette Eksempel udlevere?"
        at = archive.now + timedelta(days=1, minutes=17)
        row = publish(session, archive.portal, question, archive.people["lawyer"], at)
        return f"/svar/{row.path}"


def test_of_a_confidential_question_members_read_the_answer_and_nothing_else(archive: Archive) -> None:
    path = published(archive, archive.hidden, Visibility.CONFIDENTIAL)

    page = archive.browser("member").get(path)

    assert page.status_code == 200
    assert "Ja, når den er anonymiseret." in page.text
    assert f'<link rel="canonical" href="https://portal.example.dk{path}">' in page.text
    assert [one for one in ASKER if one in page.text] == []
    assert [one for one in ("08.17", "08:17", "T0", "kl.") if one in page.text] == []
    assert archive.browser("member").get(f"/t/DB-{NUMBER}").status_code == 404


@pytest.mark.parametrize("who", ["asker", "lawyer"])
def test_who_sees_the_ticket_finds_the_way_there(archive: Archive, who: str) -> None:
    path = published(archive, archive.hidden, Visibility.CONFIDENTIAL)

    assert f"/t/DB-{NUMBER}" in archive.browser(who).text(path)
    assert path in archive.browser(who).text(f"/t/DB-{NUMBER}")


def test_of_an_open_question_the_page_names_nobody_either(archive: Archive) -> None:
    path = published(archive, archive.open, Visibility.OPEN)

    page = archive.browser("member").text(path)

    assert [one for one in ASKER[:4] if one in page] == []


def test_strangers_are_asked_to_log_in_and_read_what_is_public(archive: Archive) -> None:
    path = published(archive, archive.open, Visibility.ANONYMOUS)
    assert archive.browser().get(path).status_code == 403

    with archive.store.transaction() as session:
        session.get_one(MailingList, archive.mailing_list.id).is_public = True

    page = archive.browser().get(path)
    assert page.status_code == 200
    assert "noindex" not in page.headers.get("X-Robots-Tag", "")


def test_other_words_before_the_letters_of_a_path_lead_to_the_page(archive: Archive) -> None:
    path = published(archive, archive.open, Visibility.OPEN)

    moved = archive.browser("member").get(f"/svar/noget-andet-{path.rpartition('-')[2]}")

    assert (moved.status_code, moved.location) == (301, path)
    assert archive.browser("member").get("/svar/noget-andet-zzzzzz").status_code == 404
    assert archive.browser("member").get("/svar/%25").status_code == 404


def test_what_was_undone_or_closed_off_is_not_there(archive: Archive) -> None:
    path = published(archive, archive.open, Visibility.OPEN)
    with archive.store.transaction() as session:
        session.get_one(Ticket, archive.open.ticket_key).visibility = Visibility.CONFIDENTIAL
    assert archive.browser("member").get(path).status_code == 404

    with archive.store.transaction() as session:
        ticket = session.get_one(Ticket, archive.open.ticket_key)
        ticket.visibility = Visibility.OPEN
        inverses.undo_last(session, archive.portal, ticket, Hand(archive.people["lawyer"], archive.now, Way.MAIL))

    assert archive.browser("member").get(path).status_code == 404
    assert path not in archive.browser("member").text(f"/t/DB-{NUMBER}")


def test_it_says_on_which_days_it_was_corrected(archive: Archive) -> None:
    path = published(archive, archive.open, Visibility.OPEN)
    with archive.store.transaction() as session:
        at = archive.now + timedelta(days=3)
        row = publish(session, archive.portal, archive.open, archive.people["lawyer"], at, "Nej, ikke længere.")
        assert f"/svar/{row.path}" == path

    page = archive.browser("member").text(path)

    assert "Nej, ikke længere." in page
    assert "når den er anonymiseret" not in page
    assert page.count("<time") == 2
    assert '<time datetime="2026-11-26">' in page


def test_a_page_is_of_its_own_list_wherever_the_ticket_went(archive: Archive) -> None:
    path = published(archive, archive.open, Visibility.OPEN)
    with archive.store.transaction() as session:
        row = session.get_one(Publication, 1)
        assert row.mailing_list_key == archive.mailing_list.id

    assert "Databeskyttelse" in archive.browser("member").text(path)
