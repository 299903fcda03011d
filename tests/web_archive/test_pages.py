"""The pages, as the public, a member, an asker and a lawyer get them."""

import re
import unicodedata
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlmodel import select

from support.archive import SECRET_WORDS, Archive
from support.builders import a_filed_message, a_list, a_person, an_organisation
from tickets import links
from tickets.database.models import Digest, Message, Mode, OrganisationKind, Status, Ticket, Visibility
from tickets.database.store import Store
from tickets.people import subscriptions
from tickets.portal import Portal
from tickets.tokens import Signer


@pytest.fixture
def archive(store: Store, portal: Portal, signer: Signer, tmp_path: Path, now: datetime) -> Archive:
    return Archive(store, portal, signer, tmp_path / "search", now)


def test_the_front_page_tells_who_is_not_logged_in_what_this_is_and_how_to_take_part(archive: Archive) -> None:
    page = archive.browser().text("/")

    assert 'href="/login"' in page
    assert "Spørg på mail" in page
    assert "Databeskyttelse" not in page


def test_the_front_page_gives_a_member_questions_answers_news_and_lists(archive: Archive) -> None:
    page = archive.browser("member").text("/")

    for words in ("Må vi udlevere?", "Ny vejledning", "Databeskyttelse", "mailto:databeskyttelse@example.dk"):
        assert words in page


def test_an_empty_list_says_what_to_do(archive: Archive) -> None:
    with archive.store.transaction() as session:
        a_list(session, "sikkerhed", "SI")

    page = archive.browser("member").text("/l/si")

    assert 'class="empty"' in page
    assert "mailto:sikkerhed@example.dk" in page
    assert "mailto:sikkerhed+fortrolig@example.dk" in page


def test_counts_leave_out_what_may_not_be_seen(archive: Archive) -> None:
    listed = {who: archive.browser(who).text("/l/db") for who in ("member", "lawyer")}

    counts = {who: re.search(r'status=open"[^>]*>[^<]*<span class="small">(\d+)', text) for who, text in listed.items()}
    assert {who: found.group(1) for who, found in counts.items() if found} == {"member": "1", "lawyer": "2"}


def test_a_public_list_is_open_to_all_but_for_what_is_confidential(archive: Archive) -> None:
    with archive.store.transaction() as session:
        archive.mailing_list.is_public = True
        session.add(archive.mailing_list)
    browser = archive.browser()

    assert browser.get("/t/DB-1").status_code == 200
    assert browser.get("/t/DB-2").status_code == 403
    assert SECRET_WORDS not in browser.text("/") + browser.text("/l/db")
    assert "mailto:databeskyttelse+" not in browser.text("/t/DB-1")


def test_a_ticket_tells_its_facts_and_offers_the_readers_own_reply_address(archive: Archive) -> None:
    page = archive.browser("member").text("/t/DB-1")

    address = links.reply_address(archive.signer, archive.mailing_list, 1, archive.people["member"].key)
    assert f"mailto:{address}?subject=SV" in page
    assert "Listens medlemmer" in page
    assert "Mette Eksempel" in page


def test_a_ticket_tells_when_its_answer_is_expected_and_that_it_was_closed_without(archive: Archive) -> None:
    with archive.store.transaction() as session:
        ticket = session.exec(select(Ticket).where(Ticket.number == 1)).one()
        ticket.due_at, ticket.status, ticket.answered_at = archive.now, Status.OPEN, None
    waiting = archive.browser("member").text("/t/DB-1")
    with archive.store.transaction() as session:
        session.exec(select(Ticket).where(Ticket.number == 1)).one().status = Status.CLOSED
    closed = archive.browser("member").text("/t/DB-1")

    assert "senest 23. nov. 2026" in waiting
    assert "afsluttet uden svar" not in waiting
    assert "afsluttet uden svar" in closed
    assert "senest" not in closed


def test_who_may_only_read_is_not_told_to_reply(archive: Archive) -> None:
    with archive.store.transaction() as session:
        archive.mailing_list.is_public = archive.mailing_list.is_restricted = True
        session.add(archive.mailing_list)

    page = archive.browser("member").get("/t/DB-1")

    assert page.status_code == 200
    assert "mailto:databeskyttelse+" not in page.text


def test_a_chain_of_a_thousand_replies_is_a_page(archive: Archive) -> None:
    with archive.store.transaction() as session:
        ticket = session.get_one(Ticket, archive.open.ticket_key)
        parent = archive.open
        for number in range(1_000):
            parent = Message(
                **archive.open.model_dump(exclude={"id"})
                | {"parent_key": parent.id, "message_id": f"{number}@x", "own_id": f"{number}@y", "path": f"p{number}"}
            )
            session.add(parent)
            session.flush()
        assert ticket.number == 1

    page = archive.browser("member").text("/t/DB-1")

    assert page.count("<article") == 1_001
    assert 'level-1"' in page
    assert 'level-2"' not in page


def test_what_a_stranger_wrote_is_text(archive: Archive) -> None:
    evil = '<script>alert(1)</script> "><img src=x onerror=alert(2)> {{7*7}} https://x.example.org/"onclick="alert(3)'
    with archive.store.transaction() as session:
        a_filed_message(session, archive.portal, archive.mailing_list, archive.people["member"], archive.now,
                        subject=evil, text=evil, signature=evil, quoted=evil)  # fmt: skip
    archive.index()
    browser = archive.browser("member")

    for url in ("/", "/l/db", "/t/DB-4", "/search?q=alert"):
        page = browser.text(url)
        assert "{{7*7}}" in page
        assert "<script" not in page
        assert "<img" not in page
        assert not re.search(r"<[^>]*\son\w+=", page)


def test_a_search_that_finds_little_says_what_it_relaxed_and_offers_to_ask(archive: Archive) -> None:
    member = archive.browser("member")

    some, none, stranger = (
        browser.text(f"/search?q={words}")
        for browser, words in (
            (member, "afgoerelsen+kvantefysik+relativitet"),
            (member, "kvantefysik&status=open"),
            (archive.browser(), "kvantefysik"),
        )
    )

    assert "Ingen har det hele. Disse har noget af det" in some
    assert 'href="/search?q=kvantefysik"' in none  # without what it was narrowed by
    assert 'href="/ask?list=DB&amp;subject=kvantefysik"' in none
    assert "/ask?list" not in stranger


@pytest.mark.parametrize(
    ("parts", "summaries"),
    [
        ({}, []),
        ({"signature": "Varm hilsen\nMette"}, ["Signatur"]),
        ({"quoted": "> Må vi?"}, ["Tidligere tekst"]),
        ({"signature": "Mette", "quoted": "> Må vi?"}, ["Signatur", "Tidligere tekst"]),
    ],
)
def test_only_what_a_message_has_is_folded(archive: Archive, parts: dict[str, str], summaries: list[str]) -> None:
    with archive.store.transaction() as session:
        a_filed_message(session, archive.portal, archive.mailing_list, archive.people["member"], archive.now, **parts)

    page = archive.browser("member").text("/t/DB-4")

    assert re.findall(r"<details><summary>(.*?)</summary>", page) == summaries


def test_searching_marks_the_hits(archive: Archive) -> None:
    assert "<mark>afgørelse</mark>" in archive.browser("member").text("/search?q=afgørelser")


@pytest.mark.alike
@pytest.mark.parametrize(
    "asked",
    ["q=afg&page=9999999999999999999", "q=a&page=-1", "q=a&page=x", "q=a&status=x&list=XX&order=x&organisation=x",
     "q=a&organisation=99999999999999999999", "q=%22%22", "q=" + "a" * 5_000, "q=*", "q=(((", "q=-", "q=%F0%9F%A6%86"],
)  # fmt: skip
def test_whatever_is_asked_the_search_answers(archive: Archive, asked: str) -> None:
    assert archive.browser("member").get(f"/search?{asked}").status_code == 200


def test_one_who_left_a_list_still_finds_what_they_asked_there(archive: Archive) -> None:
    with archive.store.transaction() as session:
        archive.mailing_list.is_restricted = True
        session.add(archive.mailing_list)

    page = archive.browser("asker").text("/search?q=Hemmeligheden")

    assert 'href="/t/DB-2#' in page


def test_on_a_list_where_others_ask_than_municipalities_who_has_no_name_is_an_authority(archive: Archive) -> None:
    with archive.store.transaction() as session:
        ticket = session.get_one(Ticket, archive.hidden.ticket_key)
        ticket.visibility = Visibility.ANONYMOUS
    before = archive.browser("member").text("/t/DB-2")
    with archive.store.transaction() as session:
        region = an_organisation(session, "Region Prøveland", "region.example.dk", OrganisationKind.REGION)
        a_person(session, "rita@region.example.dk", "Rita Region", region)

    assert "En kommune" in before
    for url in ("/t/DB-2", "/l/db", "/"):
        page = archive.browser("member").text(url)
        assert "En myndighed" in page
        assert "En kommune" not in page


def test_a_merged_tickets_old_number_leads_on(archive: Archive) -> None:
    member = archive.people["member"]
    with archive.store.transaction() as session:
        a_filed_message(session, archive.portal, archive.mailing_list, member, archive.now,
                        message_id="child@x", in_reply_to=("parent@x",))  # fmt: skip
        a_filed_message(session, archive.portal, archive.mailing_list, member, archive.now, message_id="parent@x")

    assert archive.browser("member").get("/t/DB-4").headers["Location"] == "/t/DB-5"


def test_an_old_number_of_a_confidential_ticket_leads_nowhere(archive: Archive) -> None:
    asker = archive.people["asker"]
    with archive.store.transaction() as session:
        a_filed_message(session, archive.portal, archive.mailing_list, asker, archive.now,
                        message_id="child@x", in_reply_to=("parent@x",))  # fmt: skip
        a_filed_message(session, archive.portal, archive.mailing_list, asker, archive.now,
                        message_id="parent@x", visibility=Visibility.CONFIDENTIAL)  # fmt: skip

    assert archive.browser("asker").get("/t/DB-4").status_code == 302
    assert archive.browser("member").get("/t/DB-4").status_code == 404


def test_no_page_needs_scripts_or_inline_style(archive: Archive) -> None:
    browser = archive.browser("lawyer")

    for url in ("/", "/l/db", "/t/DB-1", "/search?q=afgørelse", "/me", "/news"):
        page = browser.text(url)
        assert "<script" not in page
        assert " style=" not in page


def test_pages_speak_english_to_who_asks_for_it(archive: Archive) -> None:
    page = archive.browser().get("/", headers={"Accept-Language": "en-GB,en;q=0.9"}).text

    assert '<html lang="en">' in page
    assert "Ask once" in page


def test_a_member_who_gets_no_letters_may_read_all_the_same(archive: Archive) -> None:
    with archive.store.transaction() as session:
        subscriptions.subscribe(session, archive.people["member"], archive.mailing_list, Mode.NONE, archive.now)

    assert archive.browser("member").get("/t/DB-1").status_code == 200


def test_a_search_finds_letters_of_two_characters_and_writes_them_as_one(archive: Archive) -> None:
    words = "måske på øen"

    page = archive.browser("member").text("/search?q=" + quote(unicodedata.normalize("NFD", words)))

    assert f'value="{words}"' in page


def test_a_digest_that_was_sent_has_a_page_with_what_its_reader_may_see(archive: Archive) -> None:
    keys = [archive.open.ticket_key, archive.hidden.ticket_key]
    with archive.store.transaction() as session:
        digest = Digest(
            mailing_list_key=archive.mailing_list.key, period="2026-W48", due_at=archive.now, until_event=9, items=2,
            contents={"sections": {"new": keys}, "new": [], "newest": 9}, introduction="God læselyst æøå",
        )  # fmt: skip
        session.add(digest)
    assert archive.browser("member").get("/l/db/2026-W48").status_code == 404
    with archive.store.transaction() as session:
        session.exec(select(Digest)).one().sent_at = archive.now

    shown = archive.browser("member").text("/l/db/2026-W48")

    assert "God læselyst æøå" in shown
    assert "Må vi udlevere?" in shown
    assert "En afgørelse til naboen?" in shown
    assert "Databeskyttelse, uge 47" in shown
    assert "16. nov. 2026" in shown
    assert SECRET_WORDS not in shown
    assert archive.browser().get("/l/db/2026-W48").status_code != 200
    assert archive.browser("member").get("/l/db/2026-W49").status_code == 404
