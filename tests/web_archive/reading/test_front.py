"""The front page: what is new since its reader was here, what they asked, and what waits; never a question a row."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from support.archive import Archive
from support.builders import a_filed_message
from tickets.database.models import Ticket, Watch, Watcher
from tickets.database.store import Store
from tickets.portal import Portal
from tickets.tokens import Signer


@pytest.fixture
def archive(store: Store, portal: Portal, signer: Signer, tmp_path: Path, now: datetime) -> Archive:
    return Archive(store, portal, signer, tmp_path / "search", now)


def ask(archive: Archive, subject: str, who: str = "asker", **more: object) -> int:
    """A question that somebody asks now; the key of its ticket."""
    with archive.store.transaction() as session:
        message = a_filed_message(
            session, archive.portal, archive.mailing_list, archive.people[who], archive.now, subject=subject, **more
        )
        return message.ticket_key


@contextmanager
def statements_of(store: Store) -> Iterator[Callable[[], int]]:
    """How many statements the database was asked so far."""
    asked: list[str] = []
    with store.reading() as session:
        engine = session.get_bind().engine  # type: ignore[union-attr]

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield lambda: len(asked)
    event.remove(engine, "before_cursor_execute", note)


def test_what_is_new_since_the_last_visit_is_told_and_a_visit_lasts_while_one_reads(archive: Archive) -> None:
    browser = archive.browser("member")
    assert "Nyt, siden du var her" not in browser.text("/")
    archive.now += timedelta(days=2)
    ask(archive, "Hvad er nyt her?")

    first = browser.text("/")
    archive.now += timedelta(minutes=10)
    again = browser.text("/")
    archive.now += timedelta(days=1)
    later = browser.text("/")

    for page in (first, again):
        fresh = page[page.index("Nyt, siden du var her 23. nov.") : page.index("Nyeste svar")]
        assert "Hvad er nyt her?" in fresh
        assert "Må vi udlevere?" not in fresh
    assert "Intet nyt." in later


def test_ones_own_questions_stand_before_all_others_and_have_a_page(archive: Archive) -> None:
    for number in range(9):
        ask(archive, f"Mit spørgsmål {number}")
    browser = archive.browser("asker")

    page = browser.text("/")

    assert page.index("Dine spørgsmål") < page.index("Nyeste svar")
    assert "Alle dine 11 spørgsmål" in page
    assert browser.text("/mine").count('<h2 class="subject">') == 11
    assert "Mit spørgsmål" not in archive.browser("member").text("/mine")


def test_an_open_question_tells_how_long_it_waits_and_whether_others_have_it(archive: Archive) -> None:
    key = ask(archive, "Hvem ved det?")
    with archive.store.transaction() as session:
        session.get_one(Ticket, key).asked_at = archive.now - timedelta(days=6)
        for who in ("member", "lawyer"):
            watcher = Watcher(
                ticket_key=key, person_key=archive.people[who].key, watch=Watch.FOLLOW, has_same=True, since=archive.now
            )
            session.add(watcher)

    page = archive.browser("member").text("/")

    waiting = page[page.index("Åbne spørgsmål") :]
    assert waiting.index("Hvem ved det?") < waiting.index("Må vi udlevere?")
    assert "har ventet 6 dage · 2 andre har det samme" in waiting


@pytest.mark.parametrize("path", ["/", "/l/db", "/mine"])
def test_a_list_of_twenty_five_asks_the_database_no_more_than_one_of_five(archive: Archive, path: str) -> None:
    browser = archive.browser("asker")
    asked = []
    for many in (5, 25):
        for number in range(many - ((asked and 5) or 0)):
            ask(archive, f"Spørgsmål {number}")
        browser.text(path)
        with statements_of(archive.store) as count:
            browser.text(path)
            asked.append(count())

    assert asked[0] == asked[1] > 0
