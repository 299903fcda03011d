"""Six digits instead of a link: in the browser that asked, a few tries, once, and soon."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from mailer.letters.distribution import distributor
from support.archive import Archive, Browser
from tickets import journal
from tickets.database.models import Letter, LetterKind, LoginCode
from tickets.database.store import Store
from tickets.people import logins
from tickets.portal import Portal
from tickets.tokens import Signer

OLE = "ole@oeby.example.dk"


@pytest.fixture
def archive(store: Store, portal: Portal, signer: Signer, tmp_path: Path, now: datetime) -> Archive:
    made = Archive(store, portal, signer, tmp_path / "search", now)
    journal.follow(store, distributor(portal, signer), now)
    return made


def asking(archive: Archive, path: str = "/login") -> Browser:
    """A browser in which somebody asked for a way in to a page."""
    browser = archive.browser()
    aim = re.search(r'name="next" value="([^"]*)"', browser.text(path))
    browser.press("/login", form_on=path, email=OLE, **({"next": aim.group(1)} if aim else {}))
    return browser


def mailed_code(archive: Archive) -> str:
    """The digits of the newest letter, as they stand there."""
    journal.follow(archive.store, distributor(archive.portal, archive.signer), archive.now)
    with archive.store.reading() as session:
        letters = session.exec(select(Letter).where(Letter.kind == LetterKind.LOGIN).order_by(Letter.id)).all()  # type: ignore[arg-type]
    found = re.findall(r"\b(\d{3} \d{3})\b", letters[-1].octets.replace(b"=\r\n", b"").decode())
    return found[0] if found else ""


def wrong(code: str) -> str:
    """Six digits that are not these."""
    return f"{(int(code.replace(' ', '')) + 1) % 10**6:06}"


def is_in(browser: Browser) -> bool:
    return "Ole Følger" in browser.text("/")


def test_the_code_that_was_mailed_logs_in_where_it_was_asked_for_and_leads_to_the_page(archive: Archive) -> None:
    browser = asking(archive, "/t/DB-1")

    response = browser.press("/login/code", code=mailed_code(archive), next="/t/DB-1")

    assert response.headers["Location"] == "/t/DB-1"
    assert is_in(browser)


@pytest.mark.parametrize("other", ["mette@proevested.example.dk", "nobody@example.org"])
def test_a_browser_waits_for_the_codes_of_whom_it_asked_for_last_and_tells_not_who_is_known(
    archive: Archive, other: str
) -> None:
    browser, code = asking(archive), mailed_code(archive)

    browser.press("/login", email=other)

    assert browser.press("/login/code", code=code).status_code == 403
    browser.press("/login", email=OLE)
    assert browser.press("/login/code", code=mailed_code(archive)).status_code == 302


def test_a_code_is_good_in_no_other_browser_once_and_for_a_quarter_of_an_hour(archive: Archive) -> None:
    browser, code = asking(archive), mailed_code(archive)
    elsewhere = asking(archive)
    archive.now += timedelta(seconds=1)
    assert archive.browser().press("/login/code", code=code).status_code == 403
    assert elsewhere.press("/login/code", code=code).status_code == 403

    assert browser.press("/login/code", code=code).status_code == 302
    assert browser.press("/login/code", form_on="/me", code=code).status_code == 403

    late, code = asking(archive), mailed_code(archive)
    archive.now += logins.LINK_LIFETIME
    assert late.press("/login/code", code=code).status_code == 403


def test_a_code_is_good_no_more_after_five_wrong_tries_but_its_link_is(archive: Archive) -> None:
    browser, code = asking(archive), mailed_code(archive)
    for _ in range(logins.TRIES):
        page = browser.press("/login/code", code=wrong(code))
        assert page.status_code == 403
        assert "Det er ikke koden" in page.text

    assert browser.press("/login/code", code=code).status_code == 403
    with archive.store.transaction() as session:
        secret = logins.make_login_link(session, archive.people["member"], archive.now)
    assert browser.press(f"/login/{secret}").status_code == 302


def test_who_guesses_all_day_wears_out_the_codes_of_a_person_for_that_day(archive: Archive) -> None:
    for _ in range(logins.WRONG_A_DAY // logins.TRIES):
        browser, code = asking(archive), mailed_code(archive)
        archive.now += timedelta(hours=1)
        with archive.store.transaction() as session:
            for row in session.exec(select(LoginCode)):
                row.expires_at = archive.now + timedelta(minutes=1)
        for _ in range(logins.TRIES):
            browser.press("/login/code", code=wrong(code))
    browser, code = asking(archive), mailed_code(archive)
    assert browser.press("/login/code", code=code).status_code == 403

    archive.now += timedelta(days=1)
    browser, code = asking(archive), mailed_code(archive)

    assert browser.press("/login/code", code=code).status_code == 302


@pytest.mark.parametrize("typed", ["", "abc", "000000", "𝟎𝟏𝟐𝟑𝟒𝟓", "9" * 400, "x\0y"])
def test_whatever_is_typed_is_a_wrong_code(archive: Archive, typed: str) -> None:
    archive.browser().press("/login", email="ukendt@example.org")

    assert archive.browser().press("/login/code", code=typed).status_code == 403


def test_who_is_logged_in_sees_where_and_logs_out_there(archive: Archive) -> None:
    here, there, third = (archive.browser("member") for _ in range(3))
    others = re.findall(r'name="browser" value="([0-9a-f]{16})"', here.text("/me"))
    assert len(others) == 2
    assert here.press("/me/browsers", form_on="/me", browser=others[0]).status_code == 302
    assert [is_in(one) for one in (here, there, third)].count(True) == 2

    fourth = archive.browser("member")
    assert here.press("/me/browsers", form_on="/me", browser="others").status_code == 302

    assert [is_in(one) for one in (here, there, third, fourth)] == [True, False, False, False]


def test_nobody_logs_another_out(archive: Archive) -> None:
    member, lawyer = archive.browser("member"), archive.browser("lawyer")
    archive.browser("member")
    (name,) = re.findall(r'name="browser" value="([0-9a-f]{16})"', member.text("/me"))
    lawyer.press("/me/browsers", form_on="/me", browser=name)

    assert len(re.findall(r'name="browser" value="([0-9a-f]{16})"', member.text("/me"))) == 1
