"""The administrators' pages: they do what the commands do, for administrators alone, and it is noted who did it."""

import io
import re
from datetime import datetime
from pathlib import Path

import pytest

from support.archive import BASE, Archive, Browser
from support.builders import a_person
from tickets.administration import changes
from tickets.administration.changes import Noted
from tickets.database.models import MailingList, Mode, Person, Role, Subscription
from tickets.database.store import Store
from tickets.people import appointments, organisations, persons, registry, subscriptions
from tickets.portal import Portal
from tickets.tokens import Signer

PAGES = ("", "/organisations", "/organisations/1", "/people", "/people/1", "/lists", "/lists/DB", "/sheets", "/changes")
BUTTONS = (
    "/resume", "/organisations", "/organisations/1/change", "/people", "/people/1/remove", "/lists/DB", "/sheets",
)  # fmt: skip


@pytest.fixture
def archive(store: Store, portal: Portal, signer: Signer, tmp_path: Path, now: datetime) -> Archive:
    archive = Archive(store, portal, signer, tmp_path / "search", now)
    with store.transaction() as session:
        karen = a_person(session, "karen@forening.example.dk", "Karen Leder")
        appointments.appoint(session, karen, Role.ADMINISTRATOR)
        archive.people["administrator"] = karen
    return archive


@pytest.fixture
def karen(archive: Archive) -> Browser:
    return archive.browser("administrator")


def person_called(archive: Archive, email: str) -> Person | None:
    with archive.store.reading() as session:
        return persons.person_with(session, email)


def noted(archive: Archive) -> list[Noted]:
    with archive.store.reading() as session:
        return changes.newest(session, 20)


@pytest.mark.parametrize("who", ["public", "member", "lawyer"])
def test_for_everybody_else_there_is_no_office(archive: Archive, who: str) -> None:
    browser = archive.browser(who)
    refused = 403 if who == "public" else 404

    assert {browser.get(f"/admin{path}").status_code for path in PAGES} == {refused}
    form = "/login" if who == "public" else "/me"
    assert {browser.press(f"/admin{path}", form_on=form).status_code for path in BUTTONS} == {404}
    assert "/admin" not in browser.text("/")
    assert noted(archive) == []


def test_every_page_of_the_office_is_there_in_danish_and_no_button_works_without_its_token(
    archive: Archive, karen: Browser
) -> None:
    assert {karen.get(f"/admin{path}").status_code for path in PAGES} == {200}
    assert {karen.post(f"/admin{path}").status_code for path in BUTTONS} == {400}
    assert "Hvem ændrede hvad" in karen.text("/admin")
    assert '<a href="/admin">' in karen.text("/")
    assert karen.get("/admin/people/999").status_code == 404
    assert karen.get("/admin/lists/XX").status_code == 404


def test_an_organisation_is_entered_changed_merged_and_taken_out(archive: Archive, karen: Browser) -> None:
    entered = karen.press("/admin/organisations", name="København", domains="kk.example.dk, Skole.kk.example.dk")
    path = entered.location.partition("?")[0]
    karen.press(f"{path}/change", form_on=path, name="Københavns Kommune", domains="kk.example.dk", approved="on")
    second = karen.press("/admin/organisations", name="Kbh", domains="kbh.example.dk").location.partition("?")[0]
    taken = karen.press(f"{path}/change", form_on=path, name="Kbh", domains="")
    merged = karen.press(f"{second}/merge", form_on=second, into="101")

    with archive.store.reading() as session:
        copenhagen = organisations.organisation_named(session, "0101")
        domains = registry.domains_of(session, copenhagen)
    assert (copenhagen.name, domains) == ("Københavns Kommune", ["kbh.example.dk", "kk.example.dk"])
    assert (taken.status_code, "There is an organisation called Kbh already" in taken.text) == (400, True)
    assert merged.location.startswith(f"/admin/organisations/{copenhagen.key}")
    removed = karen.press(f"{path}/remove", form_on=path)
    assert removed.location == "/admin/organisations?done=removed"
    assert [one.by for one in noted(archive)] == ["Karen Leder"] * 5
    assert "Kbh" in karen.text("/admin/changes")


def test_a_person_is_entered_with_roles_addresses_and_letters_and_forgotten(archive: Archive, karen: Browser) -> None:
    entered = karen.press(
        "/admin/people", name="Åse Sørensen", email="aase@example.org", organisation="Odense", language="en"
    )
    path = entered.location.partition("?")[0]

    def press(button: str, **fields: str) -> None:
        assert karen.press(f"{path}/{button}", form_on=path, **fields).location == f"{path}?done={button}"

    press("appoint", role="editor", list="Databeskyttelse")
    press("address", email="aase@example.net")
    press("subscribe", list="Databeskyttelse", mode="each")
    press("change", name="Åse Ny", email="aase@example.org", organisation="Odense Kommune", language="da")
    with archive.store.reading() as session:
        aase = persons.get_person(session, "aase@example.net")
        mailing_list = session.get_one(MailingList, archive.mailing_list.id)
        assert appointments.roles_of(session, aase, mailing_list) == {Role.EDITOR}
        assert subscriptions.mode_of(session, aase, mailing_list) is Mode.EACH
        assert (aase.name, aase.language) == ("Åse Ny", "da")
        assert organisations.organisation_name(session, aase) == "Odense Kommune"
    press("dismiss", role="editor", list="Databeskyttelse")
    press("drop", email="aase@example.net")
    refused = karen.press(f"{path}/merge", form_on=path, into="ingen@example.org")
    removed = karen.press(f"{path}/remove", form_on=path)

    assert (refused.status_code, "Nobody here has the address" in refused.text) == (400, True)
    assert removed.location == "/admin/people?done=removed"
    assert person_called(archive, "aase@example.org") is None
    assert "Åse" not in karen.text("/admin/changes") + karen.text("/admin/people?q=aase")


def test_people_are_found_by_their_names_addresses_and_organisations(archive: Archive, karen: Browser) -> None:
    for words in ("ole+oeby", "FØLGER", "foelger"):
        found = karen.text(f"/admin/people?q={words}")

        assert "Ole Følger" in found
        assert "Mette Eksempel" not in found


def test_two_people_become_one_whose_page_one_is_led_to(archive: Archive, karen: Browser) -> None:
    ole, mette = archive.people["member"], archive.people["asker"]

    merged = karen.press(f"/admin/people/{ole.id}/merge", form_on=f"/admin/people/{ole.id}", into=mette.email)

    assert merged.location == f"/admin/people/{mette.id}?done=merge"
    assert "ole@oeby.example.dk" in karen.text(merged.location)


def test_nobody_removes_themselves_nor_the_last_administrator(archive: Archive, karen: Browser) -> None:
    path = f"/admin/people/{archive.people['administrator'].id}"

    for button, fields in (("remove", {}), ("dismiss", {"role": "administrator"})):
        assert karen.press(f"{path}/{button}", form_on=path, **fields).status_code == 400
    assert karen.get("/admin").status_code == 200


def test_the_settings_of_a_list_are_changed(archive: Archive, karen: Browser) -> None:
    usual = {"name": "Persondata", "language": "en", "weekday": "4", "time": "14:30", "answer_days": "5"}

    done = karen.press("/admin/lists/DB", **usual, description="Om GDPR", public="on")
    refused = karen.press("/admin/lists/DB", **usual | {"time": "hver dag"})

    with archive.store.reading() as session:
        row = session.get_one(MailingList, archive.mailing_list.id)
    assert done.location == "/admin/lists/DB?done=changed"
    assert (row.name, row.language, row.is_public, row.is_restricted) == ("Persondata", "en", True, False)
    assert (row.digest_weekday, row.digest_hour, row.digest_minute, row.answer_days) == (4, 14, 30, 5)
    assert (refused.status_code, noted(archive)[0].details["changed"]["name"]) == (
        400, ["Databeskyttelse", "Persondata"],
    )  # fmt: skip


def send_sheet(browser: Browser, octets: bytes, **fields: str) -> str:
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.text("/admin/sheets"))
    assert token
    data = {"csrf_token": token[1], "what": "people", "file": (io.BytesIO(octets), "folk.csv")} | fields
    return browser.client.post("/admin/sheets", base_url=BASE, data=data).text


def test_a_sheet_is_shown_before_it_is_taken_in(archive: Archive, karen: Browser) -> None:
    sheet = "Navn;Mail\r\nÅse Sørensen;aase@example.org\r\n".encode("cp1252")

    shown = send_sheet(karen, sheet, list="Databeskyttelse")
    before = person_called(archive, "aase@example.org")
    text = re.search(r'<textarea name="text" hidden>\n(.*?)</textarea>', shown, re.DOTALL)
    assert text
    taken = karen.press("/admin/sheets", what="people", list="Databeskyttelse", text=text[1], confirmed="1")
    again = send_sheet(karen, sheet, list="Databeskyttelse")

    assert "1 linje ville ændre noget" in shown
    assert before is None
    assert taken.location == "/admin/sheets?done=imported"
    assert person_called(archive, "aase@example.org")
    assert "0 linjer ville ændre noget" in again
    assert ";Åse Sørensen;" in karen.text("/admin/sheets/people.csv")
    assert "Københavns Kommune;0101;" in karen.text("/admin/sheets/organisations.csv")


def test_a_faulty_sheet_is_told_by_line_and_nothing_of_it_is_taken_in(archive: Archive, karen: Browser) -> None:
    told = send_sheet(karen, b"navn;mail\nA;a@example.org\nB;ingen\n", confirmed="1")
    no_sheet = send_sheet(karen, b"x;y\n1;2\n")

    assert "Linje 3:" in told
    assert person_called(archive, "a@example.org") is None
    assert "names no column email" in no_sheet


def test_what_is_in_trouble_stands_on_the_front_page_and_letters_are_sent_again(
    archive: Archive, karen: Browser
) -> None:
    with archive.store.transaction() as session:
        ole = session.get_one(Person, archive.people["member"].id)
        mailing_list = session.get_one(MailingList, archive.mailing_list.id)
        subscriptions.subscribe(session, ole, mailing_list, Mode.EACH, archive.now)
        paused = session.get_one(Subscription, (ole.id, mailing_list.id))
        paused.paused_at = archive.now

    assert "Send igen til ole@oeby.example.dk" in karen.text("/admin")
    karen.press("/admin/resume", form_on="/admin", email="ole@oeby.example.dk")

    assert "Ingen adresse er sat på pause." in karen.text("/admin")
