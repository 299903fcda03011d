"""An operator learns what became of a mail, and nothing of who asked anonymously."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dialogportal.menu import app
from support.builders import a_filed_message, a_list, a_message, a_person, store_content
from support.mail_room import Desk
from support.portals import RunningPortal
from support.quarantine import costly, quarantine
from support.servers import free_port
from support.town import LIST
from tickets.database.models import (
    Arrival,
    Delivery,
    DeliveryState,
    Disposition,
    Letter,
    LetterKind,
    OtherAddress,
    Proposal,
    ProposalKind,
    Ticket,
    Visibility,
)
from tickets.database.store import Store
from tickets.portal import Portal
from tickets.reasons import Reason
from tickets.tokens import Signer

pytestmark = pytest.mark.any_database
METTE = "mette@proevested.example.dk"


@pytest.fixture
def shell(tmp_path: Path, database_url: str, store: Store, portal: Portal, now: datetime) -> RunningPortal:
    """A portal that filed a mail of Mette's, #1 in DB-1, discarded one and has one waiting; one letter waits too."""
    with store.transaction() as session:
        mailing_list, mette = a_list(session), a_person(session)
        message = a_filed_message(session, portal, mailing_list, mette, now, subject="Må vi gemme?", message_id="1@x")
        for disposition in (Disposition.FILED, Disposition.DISCARDED, None):
            by_robot = {"reason": Reason.AUTOMATIC, "reason_details": {"sign": "\x1b[2J"}}
            session.add(
                Arrival(
                    content_key=message.content_key, recipient="databeskyttelse@example.dk", return_path=METTE,
                    door="smtp", received_at=now, next_attempt_at=now + timedelta(minutes=5), disposition=disposition,
                    author=METTE, subject="Må vi gemme?",
                    message_key=message.id if disposition is Disposition.FILED else None,
                    **(by_robot if disposition is Disposition.DISCARDED else {}),
                )
            )  # fmt: skip
            session.flush()
        letter = Letter(
            kind=LetterKind.RECEIPT, language="da", mailing_list_key=mailing_list.id, ticket_key=message.ticket_key,
            message_key=message.id, message_id="b@x", octets=b"", made_at=now,
        )  # fmt: skip
        session.add(letter)
        session.flush()
        session.add(
            Delivery(
                letter_key=letter.id, kind=LetterKind.RECEIPT, person_key=mette.id, recipient=METTE,
                capacity="asker", state=DeliveryState.WAITING, made_at=now, next_attempt_at=now + timedelta(minutes=9),
                attempts=1, reply="450 4.2.0 Greylisted",
            )
        )  # fmt: skip
    return RunningPortal(tmp_path, database_url, free_port())


@pytest.mark.parametrize("what", ["1", "#1", "1@x", "<1@x>", "DB-1", METTE, METTE.upper()])
def test_a_mail_is_traced_from_its_arrival_to_the_letters_about_it(shell: RunningPortal, what: str) -> None:
    facts = shell.ask("trace", what)

    (filed,) = [one for one in facts["arrivals"] if one["number"] == 1]
    assert (filed["disposition"], filed["ticket"], filed["author"]) == ("filed", "DB-1", METTE)
    (letter,) = filed["letters"]
    assert (letter["state"], letter["attempts"], letter["reply"]) == ("waiting", 1, "450 4.2.0 Greylisted")
    assert letter["next_attempt_at"]
    assert "Greylisted" in shell.run("trace", what)


def test_what_was_discarded_says_why_and_what_waits_when_it_is_due(shell: RunningPortal) -> None:
    facts = {one["number"]: one for one in shell.ask("trace", METTE)["arrivals"]}

    assert (facts[2]["disposition"], facts[2]["reason_code"]) == ("discarded", "automatic")
    assert facts[2]["reason"] == "A program wrote it, as its fields say: \x1b[2J."
    assert facts[2]["reason_details"] == {"sign": "\x1b[2J"}
    assert (facts[3]["disposition"], bool(facts[3]["next_attempt_at"])) == ("waiting", True)
    printed = shell.run("trace", "2")
    assert "as its fields say: \\x1b[2J" in printed
    assert "\x1b" not in printed


@pytest.mark.parametrize("what", ["17", "nobody@example.dk", "nothing@at.all"])
def test_what_is_not_known_is_said_in_a_line(shell: RunningPortal, what: str) -> None:
    with pytest.raises(AssertionError, match="Nothing is known"):
        shell.run("trace", what)


def test_who_asked_anonymously_is_not_found_out(shell: RunningPortal, store: Store) -> None:
    with store.transaction() as session:
        session.get_one(Ticket, 1).visibility = Visibility.ANONYMOUS

    by_address, by_number, by_ticket = (str(shell.ask("trace", what)) for what in (METTE, "1", "DB-1"))

    assert "DB-1" not in by_address + by_number
    assert "'number': 1," not in by_address
    assert "Greylisted" not in by_address
    assert METTE not in by_number + by_ticket


# -- by Message-ID, whatever became of it ----------------------------------------------


@pytest.mark.parametrize(
    ("fields", "disposition"),
    [
        ({"From": "Sam <sam@fremmed.example.org>"}, "held"),
        ({"Auto-Submitted": "auto-replied"}, "discarded"),
        ({"Subject": "Indsigt"}, "filed"),
        ({"To": "databeskyttelse+hjaelp@example.dk"}, "obeyed"),
    ],
)
def test_a_mail_is_found_by_its_message_id_whatever_became_of_it(
    tmp_path: Path, database_url: str, store: Store, portal: Portal, signer: Signer, now: datetime,
    fields: dict[str, str], disposition: str,
) -> None:  # fmt: skip
    message = a_message(Message_ID="<ny@x>", **fields)
    (arrival,) = Desk(store, portal, signer, now).take(message, str(message["To"]))

    (found,) = RunningPortal(tmp_path, database_url, free_port()).ask("trace", "<ny@x>")["arrivals"]

    assert (found["number"], found["disposition"]) == (arrival.id, disposition)


def test_a_mail_that_could_not_be_processed_is_found_by_its_message_id(
    tmp_path: Path, database_url: str, store: Store, portal: Portal, signer: Signer, now: datetime
) -> None:
    quarantine(Desk(store, portal, signer, now), costly(Message_ID="<ny@x>"))

    (found,) = RunningPortal(tmp_path, database_url, free_port()).ask("trace", "<ny@x>")["arrivals"]

    assert found["disposition"] == "quarantined"


@pytest.mark.parametrize("disposition", [None, Disposition.HELD, Disposition.DISCARDED])
def test_what_nobody_has_read_or_an_older_release_did_is_found_in_its_own_fields(
    shell: RunningPortal, store: Store, now: datetime, disposition: Disposition | None
) -> None:
    octets = b"From: x@example.dk\r\nMESSAGE-ID:\r\n <Gammel.1@x>\r\nSubject: <anden@x>\r\n\r\nHej\r\n"
    with store.transaction() as session:
        session.add(
            Arrival(
                content_key=store_content(session, octets, now), recipient=LIST, return_path="", door="smtp",
                received_at=now, next_attempt_at=now, disposition=disposition,
            )
        )  # fmt: skip

    (found,) = shell.ask("trace", "Gammel.1@x")["arrivals"]

    assert found["disposition"] == (disposition or "waiting")
    with pytest.raises(AssertionError, match="Nothing is known"):
        shell.run("trace", "anden@x")


def test_a_letter_of_ours_is_found_by_the_id_that_the_relays_log_has(shell: RunningPortal) -> None:
    facts = shell.ask("trace", "<b@x>")

    assert [one["reply"] for one in facts["letters"]] == ["450 4.2.0 Greylisted"]


# -- who may see a ticket, and other addresses -----------------------------------------


@pytest.mark.parametrize("what", ["1", "1@x", "DB-1", METTE])
@pytest.mark.parametrize(
    ("visibility", "told"), [(Visibility.OPEN, "all who read"), (Visibility.CONFIDENTIAL, "its asker and the list")]
)
def test_it_is_told_who_may_see_the_ticket(
    shell: RunningPortal, store: Store, what: str, visibility: Visibility, told: str
) -> None:
    with store.transaction() as session:
        session.get_one(Ticket, 1).visibility = visibility

    assert {"number": 1, "visibility": visibility}.items() <= shell.ask("trace", what)["arrivals"][-1].items()
    assert f"seen by: {told}" in shell.run("trace", what)


def test_a_person_is_traced_by_any_of_their_addresses(shell: RunningPortal, store: Store, now: datetime) -> None:
    with store.transaction() as session:
        session.add(OtherAddress(email="mette@xn--by-kka.example.dk", person_key=1, added_at=now))

    for what in ("mette@øby.example.dk", "METTE@xn--by-kka.example.dk"):
        facts = shell.ask("trace", what)
        assert [one["number"] for one in facts["arrivals"]] == [3, 2, 1]
        assert len(facts["letters"]) == 1


# -- a mail by its number --------------------------------------------------------------


@pytest.mark.parametrize(
    ("disposition", "word"), [*((one, str(one)) for one in Disposition), (None, "waiting")]
)  # fmt: skip
def test_a_mail_is_shown_by_its_number_whatever_became_of_it(
    shell: RunningPortal, store: Store, disposition: Disposition | None, word: str
) -> None:
    with store.transaction() as session:
        arrival = session.get_one(Arrival, 2)
        arrival.disposition, arrival.reason, arrival.defects = disposition, Reason.SAME_ID, ["is odd"]

    printed, facts = shell.run("show", "2"), shell.ask("show", "2")

    assert f"#2  {word}: It has the same Message-ID" in printed
    assert "defect: is odd" in printed
    assert (facts["disposition"], facts["author"], facts["defects"]) == (word, METTE, ["is odd"])
    assert shell.ask("show", "2", "--raw")["raw"]


def test_a_filed_mail_is_shown_with_its_ticket_and_letters(shell: RunningPortal) -> None:
    printed = shell.run("show", "1")

    assert "ticket: DB-1" in printed
    assert "Greylisted" in printed


def ask_anonymously(store: Store, now: datetime, number: int, disposition: Disposition | None, *, asked: bool) -> None:
    with store.transaction() as session:
        arrival = session.get_one(Arrival, number)
        arrival.disposition, arrival.message_id = disposition, "anonym@x"
        arrival.recipient = "databeskyttelse+anonym@example.dk"
        if asked:
            session.add(
                Proposal(
                    kind=ProposalKind.ANONYMOUS, arrival_key=number, person_key=1, mailing_list_key=1, made_at=now,
                    expires_at=now, choice=None if disposition is Disposition.HELD else "withdraw",
                )
            )  # fmt: skip


@pytest.mark.parametrize(
    ("disposition", "asked"),
    [(Disposition.HELD, True), (Disposition.DISCARDED, True), (None, False), (Disposition.DISCARDED, False)],
)
def test_an_anonymous_question_that_was_not_filed_tells_nobody_who_asked(
    shell: RunningPortal, store: Store, now: datetime, disposition: Disposition | None, asked: bool
) -> None:
    ask_anonymously(store, now, 2, disposition, asked=asked)

    assert 2 not in [one["number"] for one in shell.ask("trace", METTE)["arrivals"]]
    for words in (["trace", "2"], ["show", "2"], ["show", "2", "--raw"]):
        told = str(shell.ask(*words)["arrivals"][0] if words[0] == "trace" else shell.ask(*words))
        assert METTE not in told
    with pytest.raises(AssertionError, match="Nothing is known"):
        shell.run("trace", "anonym@x")
    piped = CliRunner().invoke(app, ["show", "2", "--raw", "--config", str(shell.settings)])
    assert (piped.exit_code, piped.stdout_bytes) == (1, b"")


def test_the_letter_that_shows_an_asker_their_question_is_traced_by_no_address(
    shell: RunningPortal, store: Store
) -> None:
    with store.transaction() as session:
        for one in (session.get_one(Letter, 1), session.get_one(Delivery, 1)):
            one.kind = LetterKind.PREVIEW

    assert shell.ask("trace", METTE)["letters"] == []
    assert shell.ask("person", "show", METTE)["letters"] == []
    assert METTE not in str(shell.ask("trace", "b@x"))


@pytest.mark.parametrize(
    ("disposition", "reason", "waits_for"),
    [
        (Disposition.HELD, Reason.HOLDS_CPR, "author"),
        (Disposition.HELD, Reason.STRANGER, "administrator"),
        (Disposition.QUARANTINED, Reason.FAILED, "administrator"),
        (Disposition.DISCARDED, Reason.MEDIATED, None),
        (None, Reason.UNANSWERED, "dns"),
        (None, Reason.ANSWERS_WAITING, "asker"),
        (None, Reason.HOLDS_CPR, None),
        (None, None, None),
    ],
)
def test_a_mail_that_waits_says_for_whom(
    shell: RunningPortal, store: Store, disposition: Disposition | None, reason: Reason | None, waits_for: str | None
) -> None:
    with store.transaction() as session:
        arrival = session.get_one(Arrival, 2)
        arrival.disposition, arrival.reason, arrival.reason_details = disposition, reason, None

    (facts,) = shell.ask("trace", "2")["arrivals"]

    assert facts["waits_for"] == waits_for
    assert (f"waits for: {waits_for}" in shell.run("trace", "2")) is (waits_for is not None)
