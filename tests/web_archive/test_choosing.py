"""The page behind a letter that asks its author's word."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from support.archive import Archive
from support.builders import store_content
from tickets.database.models import Arrival, Choice, Disposition, Person, Preview, Proposal, ProposalKind
from tickets.database.store import Store
from tickets.moderation import proposals
from tickets.moderation.proposals import NewsTime, offered
from tickets.portal import Portal
from tickets.reasons import Reason
from tickets.tokens import Signer


@pytest.fixture
def archive(store: Store, portal: Portal, signer: Signer, now: datetime) -> Archive:
    return Archive(store, portal, signer, portal.data_dir / "search", now)


def propose(session: Session, archive: Archive, kind: ProposalKind = ProposalKind.CPR) -> Proposal:
    arrival = Arrival(
        content_key=store_content(session, b"x", archive.now), recipient="databeskyttelse@example.dk", return_path="",
        door="smtp", received_at=archive.now, next_attempt_at=archive.now,
        subject="Indsigt for 010190-1234 i Prøvested",
        disposition=Disposition.HELD, reason=Reason.HOLDS_CPR,
    )  # fmt: skip
    session.add(arrival)
    session.flush()
    findings = [{"where": "text", "line": 4, "name": ""}, {"where": "name", "line": 0, "name": "rapport.pdf"}]
    preview = None
    if kind is ProposalKind.ANONYMOUS:
        clean_key = store_content(session, b"renset", archive.now)
        file = {"part": 2, "name": "bilag.pdf", "type": "application/pdf", "size": 6, "clean_key": clean_key,
                "has_pictures": False}  # fmt: skip
        findings = []
        preview = Preview(message_id="1@x", subject="Indsigt i ●●●", text="Må vi?", files=[file], sent_at=archive.now)
    if kind is ProposalKind.NEWS:
        findings = [NewsTime("UDSEND mandag 8", archive.now + timedelta(days=7), text="Indsigt").finding()]
    asker = archive.people["asker"]
    return proposals.make(session, kind, arrival, asker, archive.mailing_list, archive.now, findings, preview)


@pytest.fixture
def path(archive: Archive) -> str:
    with archive.store.transaction() as session:
        return f"/proposals/{archive.signer.proposal_token(propose(session, archive).key)}"


def choice(archive: Archive) -> Choice | None:
    with archive.store.reading() as session:
        return session.get_one(Proposal, 1).choice


def test_the_page_tells_where_and_looking_decides_nothing(archive: Archive, path: str) -> None:
    page = archive.browser().text(path)

    assert "i linje 4 i mailens tekst" in page
    assert "i navnet på den vedhæftede fil rapport.pdf" in page
    assert "mandag den 7. december 2026" in page
    assert choice(archive) is None


@pytest.mark.parametrize(("button", "told"), [("send", "at den må sendes"), ("withdraw", "Den er trukket tilbage")])
def test_a_button_decides_and_the_page_tells_so_from_then_on(
    archive: Archive, path: str, button: str, told: str
) -> None:
    browser = archive.browser()

    answer = browser.post(path, choice=button)

    assert told in answer.text
    assert choice(archive) == button
    assert "<button name" not in browser.text(path)
    assert told in archive.browser("asker").text(path)
    assert told in browser.post(path, choice="withdraw" if button == "send" else "send").text
    assert choice(archive) == button


@pytest.mark.alike
@pytest.mark.parametrize(("kind", "choice"), [(kind, choice) for kind in ProposalKind for choice in offered(kind)])
def test_once_it_is_decided_its_author_alone_sees_the_page_and_logs_in_for_it(
    archive: Archive, kind: ProposalKind, choice: Choice
) -> None:
    with archive.store.transaction() as session:
        path = f"/proposals/{archive.signer.proposal_token(propose(session, archive, kind).key)}"
    browsers = {who: archive.browser(who) for who in ("public", "member", "lawyer", "asker")}
    before = browsers["public"].text(path)

    answers = [browsers["public"].post(path, choice=choice).text for _ in range(2)]

    after = {who: browser.get(path) for who, browser in browsers.items()}
    assert {who: page.status_code for who, page in after.items()} == {
        "public": 403, "member": 404, "lawyer": 404, "asker": 200,
    }  # fmt: skip
    assert "Indsigt" in before
    assert "Indsigt" in after["asker"].text
    for page in (*answers, *(after[who].text for who in ("public", "member", "lawyer"))):
        assert "Indsigt" not in page
    assert not any("Prøvested" in page for page in (before, *answers) if kind is ProposalKind.ANONYMOUS)
    assert "010190" not in before + after["asker"].text


@pytest.mark.parametrize("kind", [kind for kind in ProposalKind if kind is not ProposalKind.COMMAND])
def test_what_nobody_was_asked_is_no_answer(archive: Archive, kind: ProposalKind) -> None:
    with archive.store.transaction() as session:
        path = f"/proposals/{archive.signer.proposal_token(propose(session, archive, kind).key)}"

    answer = archive.browser().post(path, choice=Choice.MEANT)

    assert answer.status_code == 400
    assert choice(archive) is None


def test_the_page_of_a_doubted_answer_names_its_author_and_the_words(archive: Archive) -> None:
    with archive.store.transaction() as session:
        proposal = propose(session, archive, ProposalKind.ANONYMOUS)
        preview = proposals.preview_of(session, proposal)
        preview.is_answer, preview.doubts = True, ["ME", "Metta"]
        path = f"/proposals/{archive.signer.proposal_token(proposal.key)}"

    page = archive.browser().text(path)

    assert "Dit svar er ikke sendt til nogen endnu" in page
    assert "Disse ord kan stadig røbe nogen:</strong> ME, Metta" in page
    assert f'<p class="author">{archive.people["asker"].name}</p>' in page
    assert "En kommune" not in page


@pytest.mark.parametrize("choice", offered(ProposalKind.ANONYMOUS))
def test_a_previewed_file_is_its_askers_once_it_is_decided(archive: Archive, choice: Choice) -> None:
    with archive.store.transaction() as session:
        proposal = propose(session, archive, ProposalKind.ANONYMOUS)
        path = f"/proposals/{archive.signer.proposal_token(proposal.key)}"
    browser = archive.browser()
    assert browser.get(f"{path}/2").data == b"renset"

    browser.post(path, choice=choice)

    assert browser.get(f"{path}/2").status_code == (403 if choice is Choice.SEND else 404)
    assert archive.browser("member").get(f"{path}/2").status_code == 404
    assert archive.browser("asker").get(f"{path}/2").status_code == (200 if choice is Choice.SEND else 404)


def test_a_forged_address_leads_nowhere_and_a_strange_button_does_nothing(archive: Archive, path: str) -> None:
    browser = archive.browser()

    assert browser.get("/proposals/" + "0" * 34).status_code == 404
    assert browser.post("/proposals/" + "0" * 34, choice="send").status_code == 404
    assert browser.get(f"/proposals/{archive.signer.proposal_token(99)}").status_code == 404
    assert browser.post(f"/proposals/{archive.signer.proposal_token(99)}", choice="send").status_code == 404
    assert browser.get(f"/proposals/{archive.signer.bounce_token(1)}").status_code == 404
    assert browser.post(path, choice="maybe").status_code == 400
    assert browser.post(path).status_code == 400
    assert choice(archive) is None


def test_the_page_speaks_the_language_of_its_letter_in_every_browser(archive: Archive, path: str) -> None:
    english = {"Accept-Language": "en-GB"}

    before = archive.browser().get(path, headers=english).text
    with archive.store.transaction() as session:
        session.get_one(Person, archive.people["asker"].id).language = "en"

    assert "Din mail til" in before
    assert '<html lang="da">' in before
    assert '<html lang="en">' in archive.browser().get(path, headers={"Accept-Language": "da"}).text


def test_to_send_is_the_first_thing_to_do_and_to_take_back_the_second(archive: Archive, path: str) -> None:
    page = archive.browser().text(path)

    assert '<button name="choice" value="send">' in page
    assert '<button name="choice" value="withdraw" class="quiet">' in page
