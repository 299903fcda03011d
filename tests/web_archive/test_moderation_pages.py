"""The administrators' pages: what is put aside, for their eyes alone, and what their buttons do."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from support.archive import Archive
from support.builders import a_message, a_person, store_content
from support.children import lay_out
from templates.language import load_language
from tickets.database.models import Arrival, Disposition, Opening, ProposalKind, Role
from tickets.database.store import Store
from tickets.moderation import holding, proposals, troubles
from tickets.numbers.cpr import MASK
from tickets.people import appointments
from tickets.portal import Portal
from tickets.reasons import Grounds, Reason
from tickets.tokens import Signer
from web_archive.app import create_app

CPR = "010190-1234"


@pytest.fixture
def archive(store: Store, portal: Portal, signer: Signer, tmp_path: Path, now: datetime) -> Archive:
    """An archive with a stranger's message (1), one with a CPR number (2) and one that failed (3)."""
    archive = Archive(store, portal, signer, tmp_path / "search", now)
    with store.transaction() as session:
        karen = a_person(session, "karen@forening.example.dk", "Karen Leder")
        appointments.appoint(session, karen, Role.ADMINISTRATOR)
        archive.people["administrator"] = karen
        content = store_content(
            session, bytes(a_message(Subject=f"Sagen om {CPR}", text="<b>Hemmeligt</b> æøå\n")), now
        )
        usual = {
            "content_key": content, "recipient": "databeskyttelse@example.dk", "return_path": "sam@example.org",
            "door": "smtp", "received_at": now - timedelta(days=3), "next_attempt_at": now,
            "settled_at": now - timedelta(days=3),
        }  # fmt: skip
        stranger = {"reason": Reason.STRANGER, "author": "sam@example.org", "subject": f"Om {CPR} og <script>"}
        session.add(Arrival(**usual, **stranger, disposition=Disposition.HELD, defects=["has no believable Date"]))
        session.add(Arrival(**usual, disposition=Disposition.HELD, reason=Reason.HOLDS_CPR, author="x@example.org"))
        failed = {"reason": Reason.FAILED, "traceback": "Ups: æ"}
        session.add(Arrival(**usual, **failed, disposition=Disposition.QUARANTINED))
    lay_out(store, portal, now)
    return archive


def arrival(store: Store, number: int) -> Arrival:
    with store.reading() as session:
        return session.get_one(Arrival, number)


@pytest.mark.parametrize("who", ["public", "member", "asker", "lawyer"])
def test_for_everybody_else_there_are_no_such_pages(archive: Archive, who: str) -> None:
    browser = archive.browser(who)

    refused = 403 if who == "public" else 404
    assert [browser.get(path).status_code for path in ("/held", "/held/1", "/held/9")] == [refused] * 3
    for act in ("open", "release", "retry", "discard"):
        assert browser.press(f"/held/1/{act}", form_on="/login" if who == "public" else "/me").status_code == 404
    assert arrival(archive.store, 1).disposition is Disposition.HELD
    assert "/held" not in browser.text("/")


def test_the_list_tells_why_each_waits_and_shows_no_cpr_number(archive: Archive) -> None:
    browser = archive.browser("administrator")

    text = browser.text("/held")

    assert "Portalen kender ikke afsenderen" in text
    assert f"Om {MASK} og &lt;script&gt;" in text
    assert f"Sagen om {MASK}" in text  # of the one that could not be read
    assert "for 3 dage siden" in text
    assert CPR not in text
    assert '<a href="/held">Tilbageholdte mails</a>: 3 venter på dig' in browser.text("/")


def test_what_waits_for_its_sender_stands_by_itself_and_waits_for_no_administrator(archive: Archive) -> None:
    browser = archive.browser("administrator")
    before = browser.text("/held")
    with archive.store.transaction() as session:
        asker, held = archive.people["asker"], session.get_one(Arrival, 2)
        proposals.make(session, ProposalKind.CPR, held, asker, archive.mailing_list, archive.now)

    decided_here, waiting = browser.text("/held").split("Venter på afsenderen")
    front = browser.text("/")
    with archive.store.transaction() as session:
        for number in (1, 3):
            holding.discard(session, number, archive.now)

    assert "Venter på afsenderen" not in before
    assert ['href="/held/1"' in decided_here, 'href="/held/2"' in decided_here] == [True, False]
    assert ['href="/held/1"' in waiting, 'href="/held/2"' in waiting] == [False, True]
    assert "Du bestemmer" in decided_here
    assert "inden 14 dage" in waiting
    assert "2 venter på dig" in front
    assert "Intet venter på dig" in browser.text("/held")


def test_a_message_is_shown_with_reason_fields_defects_and_traceback(archive: Archive) -> None:
    browser = archive.browser("administrator")

    held, failed = browser.text("/held/1"), browser.text("/held/3")

    assert "Mette Eksempel &lt;mette@proevested.example.dk&gt;" in held
    assert "Datoen mangler eller giver ingen mening." in held
    assert "Hemmeligt" not in held + failed
    assert CPR not in held + failed
    assert "Ups: æ" in failed
    assert browser.get("/held/4").status_code == 404


def test_opening_the_raw_message_is_noted_with_who_did(archive: Archive) -> None:
    browser = archive.browser("administrator")

    text = browser.press("/held/1/open", form_on="/held/1").text

    with archive.store.reading() as session:
        (opening,) = session.exec(select(Opening))
    assert "&lt;b&gt;Hemmeligt&lt;/b&gt;" in text
    assert (opening.arrival_key, opening.person_key) == (1, archive.people["administrator"].id)
    assert "Karen Leder" in browser.text("/held/1").partition("Åbnet af")[2]


def test_each_button_does_what_it_says(archive: Archive) -> None:
    browser = archive.browser("administrator")

    for number, act in ((1, "release"), (3, "retry"), (2, "discard")):
        answer = browser.press(f"/held/{number}/{act}", form_on=f"/held/{number}")
        assert answer.status_code == 302
        assert f"Nr. {number}" in browser.text(answer.headers["Location"])

    released, discarded, retried = (arrival(archive.store, number) for number in (1, 2, 3))
    assert (released.disposition, released.is_vouched) == (None, True)
    assert (retried.disposition, retried.is_vouched) == (None, False)
    assert discarded.disposition is Disposition.DISCARDED
    assert "Der er ingen tilbageholdte mails" in browser.text("/held")


def test_a_cpr_number_is_not_let_through_nor_what_failed(archive: Archive) -> None:
    browser = archive.browser("administrator")

    assert "/held/2/release" not in browser.text("/held/2")
    for number in (2, 3):
        assert browser.press(f"/held/{number}/release", form_on=f"/held/{number}").status_code == 400


@pytest.mark.parametrize(
    ("grounds", "told", "may_release"),
    [
        (Grounds(Reason.FOR_ADMINISTRATORS), "svar selv afsenderen", False),
        (Grounds(Reason.ENCRYPTED, {"kind": "S/MIME"}), "svar selv afsenderen", False),
        (Grounds(Reason.DISOWNED), "Kun hvis du ved, at afsenderen har skrevet den", True),
        (Grounds(Reason.LOOKALIKE, {"twin": "ole@oeby.example.dk"}), "Kun hvis du ved", True),
    ],
)
def test_what_cannot_be_filed_or_may_be_forged_is_not_let_through_lightly(
    archive: Archive, grounds: Grounds, told: str, may_release: bool
) -> None:
    with archive.store.transaction() as session:
        held = session.get_one(Arrival, 1)
        held.reason, held.reason_details = grounds.reason, dict(grounds.details)
        held.client, held.helo = "192.0.2.7", "mx.<b>.example.org"

    text = archive.browser("administrator").text("/held/1")

    assert told in text
    assert ("/held/1/release" in text) is may_release
    assert '<button aria-describedby="told-release"' not in text
    assert "192.0.2.7 (<bdi>mx.&lt;b&gt;.example.org</bdi>)" in text


def test_nothing_happens_without_the_token_of_our_forms_or_on_a_get(archive: Archive) -> None:
    browser = archive.browser("administrator")

    for act in ("open", "release", "retry", "discard"):
        assert browser.post(f"/held/1/{act}").status_code == 400
        assert browser.get(f"/held/1/{act}").status_code == 405
    assert arrival(archive.store, 1).disposition is Disposition.HELD


@pytest.mark.parametrize("done", ["release", "<script>", ""])
def test_what_the_address_says_was_done_runs_nothing(archive: Archive, done: str) -> None:
    text = archive.browser("administrator").text(f"/held?done={done}&number=<script>alert(1)</script>")

    assert "<script>" not in text


@pytest.mark.alike
@pytest.mark.parametrize(
    ("return_path", "author", "is_told"),
    [
        ("x@brev.example.net", "mette@proevested.example.dk", True),
        ("sam@notexample.org", "sam@example.org", True),
        ("bounce@post.example.org", "sam@EXAMPLE.org", False),
        ("sam@example.org", "sam@example.org", False),
        ("", "sam@example.org", False),
        ("x@brev.example.net", "", False),
    ],
)
def test_mail_by_way_of_another_domain_is_let_through_only_with_a_warning(
    archive: Archive, return_path: str, author: str, is_told: bool
) -> None:
    """Nobody checks authors here: there is neither an authserv_id nor verify."""
    with archive.store.transaction() as session:
        held = session.get_one(Arrival, 1)
        held.return_path, held.author = return_path, author
    browser = archive.browser("administrator")

    listed, shown = browser.text("/held"), browser.text("/held/1")

    told = f"Den kom fra et andet domæne end afsenderens: {return_path.rpartition('@')[2]}."
    assert [told in listed, told in shown] == [is_told, is_told]
    assert ['<button class="quiet" aria-describedby="told-release"' in shown, "ring, hvis du er i tvivl" in shown] == [
        is_told, is_told,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("disposition", "reason", "is_told"),
    [
        (Disposition.HELD, Reason.STRANGER, False),
        (Disposition.HELD, Reason.FOR_ADMINISTRATORS, True),
        (Disposition.QUARANTINED, None, True),
    ],
)
def test_where_authors_are_checked_their_return_path_says_nothing_of_who_was(
    archive: Archive, disposition: Disposition, reason: Reason | None, is_told: bool
) -> None:
    archive.app = create_app(
        archive.store, archive.portal, archive.signer, b"x" * 32, archive.search, lambda: archive.now,
        checks_authors=True,
    )  # fmt: skip
    with archive.store.transaction() as session:
        held = session.get_one(Arrival, 1)
        held.return_path, held.author = "bounce-1@brev.example.net", "mette@proevested.example.dk"
        held.disposition, held.reason = disposition, reason
    browser = archive.browser("administrator")

    told = "Den kom fra et andet domæne end afsenderens"
    assert [told in browser.text(path) for path in ("/held", "/held/1")] == [is_told, is_told]
    assert ("ring, hvis du er i tvivl" in browser.text("/held/1")) is False


@pytest.mark.parametrize("checks_authors", [True, False])
def test_administrators_are_told_where_nobody_checks_who_wrote_a_mail(archive: Archive, checks_authors: bool) -> None:
    archive.app = create_app(
        archive.store, archive.portal, archive.signer, b"x" * 32, archive.search, lambda: archive.now,
        checks_authors=checks_authors,
    )  # fmt: skip
    told = "Ingen kontrollerer, hvem der har skrevet en mail"

    administrator, others = archive.browser("administrator"), [archive.browser(who) for who in ("lawyer", "public")]

    assert [told in administrator.text(url) for url in ("/", "/held")] == [not checks_authors, not checks_authors]
    assert not any(told in browser.text(url) for browser in others for url in ("/", "/held", "/t/DB-1"))


def test_mail_that_may_be_forged_is_let_through_only_with_a_warning(archive: Archive) -> None:
    with archive.store.transaction() as session:
        held = session.get_one(Arrival, 1)
        held.reason, held.reason_details = Reason.LOOKALIKE, {"twin": "mette@proevested.example.dk"}

    shown = archive.browser("administrator").text("/held/1")

    assert '<button class="quiet" aria-describedby="told-release"' in shown


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (troubles.RELAY, "Serveren, der sender vores mails"),
        (troubles.MAILBOX, "Postkassen"),
        ("another", "another"),
    ],
)
def test_what_is_in_trouble_is_told_since_when_while_it_lasts(
    archive: Archive, store: Store, now: datetime, name: str, words: str
) -> None:
    with store.transaction() as session:
        troubles.begin(session, name, "421 4.3.2 <Closing>", now - timedelta(days=2))
    browser = archive.browser("administrator")

    told = browser.text("/held")

    assert words in told
    assert "421 4.3.2 &lt;Closing&gt;" in told
    assert load_language("da", "Europe/Copenhagen").moment(now - timedelta(days=2)) in told

    with store.transaction() as session:
        troubles.end(session, name)
    assert "421 4.3.2" not in browser.text("/held")
