"""The page behind a letter's link, where a reader follows one ticket or hears no more of it."""

from datetime import datetime

import pytest

from support.archive import Archive
from support.builders import a_filed_message
from tickets import links
from tickets.acts import joining
from tickets.acts.acting import Hand
from tickets.database.models import Message, Person, Ticket, Visibility, Watch, Way
from tickets.database.store import Store
from tickets.people import audience
from tickets.portal import Portal
from tickets.tokens import Signer


@pytest.fixture
def archive(store: Store, portal: Portal, signer: Signer, now: datetime) -> Archive:
    return Archive(store, portal, signer, portal.data_dir / "search", now)


def path(archive: Archive, message: Message, who: str = "member") -> str:
    with archive.store.reading() as session:
        number = session.get_one(Ticket, message.ticket_key).number
    url = links.watch_url(archive.portal, archive.signer, archive.mailing_list, number, archive.people[who].key)
    return url.removeprefix(archive.portal.base_url)


def watched(archive: Archive, message: Message) -> dict[int, Watch]:
    with archive.store.reading() as session:
        return audience.watchers(session, session.get_one(Ticket, message.ticket_key))


def test_looking_changes_nothing_and_a_button_does(archive: Archive) -> None:
    browser, url = archive.browser(), path(archive, archive.open)

    assert "Du får det, som du får listen." in browser.text(url)
    browser.client.head(url, base_url="https://portal.example.dk")
    assert watched(archive, archive.open) == {}

    assert "Du får alle mails om det" in browser.press(url, watch="follow").text
    assert watched(archive, archive.open) == {archive.people["member"].key: Watch.FOLLOW}
    assert "Du får ingen mails om det" in browser.press(url, watch="mute").text
    assert watched(archive, archive.open) == {archive.people["member"].key: Watch.MUTE}


def test_a_form_from_elsewhere_and_another_word_change_nothing(archive: Archive) -> None:
    browser, url = archive.browser(), path(archive, archive.open)

    assert browser.post(url, watch="mute").status_code == 400
    assert browser.press(url, watch="everything").status_code == 400
    assert watched(archive, archive.open) == {}


def test_who_asked_cannot_be_without_the_answers(archive: Archive) -> None:
    url = path(archive, archive.open, "asker")

    assert archive.browser().press(url, watch="mute").status_code == 400
    assert watched(archive, archive.open) == {}


def test_the_link_shows_nothing_of_what_its_reader_may_not_see(archive: Archive) -> None:
    url = path(archive, archive.open)
    with archive.store.transaction() as session:
        session.get_one(Ticket, archive.open.ticket_key).visibility = Visibility.CONFIDENTIAL

    assert archive.browser().get(path(archive, archive.hidden)).status_code == 404
    assert archive.browser().get(url).status_code == 404
    assert archive.browser().get(f"{url}x").status_code == 404
    assert archive.browser().get(path(archive, archive.news).replace("DB-3", "DB-1")).status_code == 404


def test_the_link_leads_to_what_the_ticket_is_part_of_now(archive: Archive) -> None:
    with archive.store.transaction() as session:
        asker = session.get_one(Person, archive.people["asker"].key)
        other = a_filed_message(
            session, archive.portal, archive.mailing_list, asker, archive.now, subject="Samme spørgsmål igen"
        )
    url = path(archive, other)
    with archive.store.transaction() as session:
        lawyer = session.get_one(Person, archive.people["lawyer"].key)
        source, target = (session.get_one(Ticket, one.ticket_key) for one in (other, archive.open))
        joining.merge(session, archive.portal, source, target, Hand(lawyer, archive.now, Way.SHELL))

    archive.browser().press(url, watch="follow")

    assert archive.people["member"].key in watched(archive, archive.open)
