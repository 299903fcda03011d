"""An operator learns what became of a mail, and nothing of who asked anonymously."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from builders import a_filed_message, a_list, a_person
from portals import RunningPortal
from servers import free_port

from tickets.models import Arrival, Delivery, DeliveryState, Disposition, Letter, LetterKind, Ticket, Visibility
from tickets.portal import Portal
from tickets.store import Store

pytestmark = pytest.mark.any_database
METTE = "mette@proevested.example.dk"


@pytest.fixture
def shell(tmp_path: Path, database_url: str, store: Store, portal: Portal, now: datetime) -> RunningPortal:
    """A portal that filed a mail of Mette's, #1 in DB-1, discarded one and has one waiting; one letter waits too."""
    with store.transaction() as session:
        mailing_list, mette = a_list(session), a_person(session)
        message = a_filed_message(session, portal, mailing_list, mette, now, subject="Må vi gemme?", message_id="1@x")
        for disposition, reason in (
            (Disposition.FILED, ""), (Disposition.DISCARDED, "is automatic: \x1b[2J"), (None, ""),
        ):  # fmt: skip
            session.add(
                Arrival(
                    content_key=message.content_key, recipient="databeskyttelse@example.dk", return_path=METTE,
                    door="smtp", received_at=now, next_attempt_at=now + timedelta(minutes=5), disposition=disposition,
                    reason=reason, author=METTE, subject="Må vi gemme?",
                    message_key=message.id if disposition is Disposition.FILED else None,
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
                letter_key=letter.id, cause="event-1", kind=LetterKind.RECEIPT, person_key=mette.id, recipient=METTE,
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

    assert (facts[2]["disposition"], facts[2]["reason"]) == ("discarded", "is automatic: \x1b[2J")
    assert (facts[3]["disposition"], bool(facts[3]["next_attempt_at"])) == ("waiting", True)
    printed = shell.run("trace", "2")
    assert "is automatic: \\x1b[2J" in printed
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
