"""An edition: which item leads it, which time it tells of, and which readers get the same."""

from datetime import UTC, datetime

import pytest
from sqlmodel import Session

from support.builders import a_filed_message, a_list, a_person
from tickets.database.models import Digest, Ticket
from tickets.issues.collecting import DigestContent
from tickets.issues.edition import Edition
from tickets.portal import Portal

NO_ANSWER = ("", "")
LONG = "Det kommer an på mange ting, som ikke kan siges i et emne, men som juristen har skrevet i en linje alligevel"


@pytest.mark.parametrize(
    ("answers", "lead"),
    [
        (NO_ANSWER, ("Sag 1", 1)),
        (("", "Nej, aldrig."), ("Nej, aldrig", 1)),
        (("", LONG), ("Sag 2", 1)),
        (("Ja.",), ("Ja", 0)),
    ],
)
def test_an_answer_in_a_line_that_fits_leads(
    session: Session, portal: Portal, now: datetime, answers: tuple[str, ...], lead: tuple[str, int]
) -> None:
    mailing_list, mette = a_list(session), a_person(session)
    tickets = []
    for number, answer in enumerate(answers, start=1):
        message = a_filed_message(session, portal, mailing_list, mette, now, subject=f"Sag {number}")
        ticket = session.get_one(Ticket, message.ticket_key)
        ticket.short_answer = answer
        tickets.append(ticket)
    content = DigestContent({"answered": tuple(tickets)}, {}, 10**6)
    digest = Digest(mailing_list_key=mailing_list.key, period="2026-W48", due_at=now, until_event=0, items=2)

    edition = Edition.of(session, portal, mailing_list, digest, content)

    lead_of = edition.view().lead
    assert (lead_of.text, lead_of.more_answers) == lead


@pytest.mark.alike
@pytest.mark.parametrize(
    ("due", "week"),
    [
        ("2026-11-23T07:00+00:00", 47),
        ("2026-11-27T13:00+00:00", 48),  # a Friday: most of it is of this week
        ("2027-01-04T07:00+00:00", 53),
        ("2027-01-11T07:00+00:00", 1),
        ("2026-03-30T06:00+00:00", 13),
        ("2026-10-26T07:00+00:00", 43),
    ],
)
def test_its_week_is_the_one_that_most_of_it_lies_in(session: Session, portal: Portal, due: str, week: int) -> None:
    mailing_list = a_list(session)
    at = datetime.fromisoformat(due).astimezone(UTC)
    digest = Digest(mailing_list_key=mailing_list.key, period="x", due_at=at, until_event=0, items=0)

    edition = Edition.of(session, portal, mailing_list, digest, DigestContent({"still_open": ()}))

    assert edition.period.week == week
