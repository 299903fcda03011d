"""Drafts are forgotten in time, and tell who else is at an answer."""

from datetime import datetime, timedelta

from sqlmodel import Session, select

from support.builders import a_filed_message, a_lawyer, a_list, a_person
from tickets.database.models import DraftFile, DraftKind, Ticket, WebDraft
from tickets.portal import Portal
from tickets.writing import drafts

DAY = timedelta(days=1)


def test_what_lies_too_long_is_forgotten_with_its_files(session: Session, now: datetime) -> None:
    mette = a_person(session)
    kept = drafts.save(session, "a" * 24, DraftKind.ASK, mette, {"text": "Må vi?"}, now - 13 * DAY)
    old = drafts.save(session, "b" * 24, DraftKind.ASK, mette, {"text": "Må vi?"}, now - 15 * DAY)
    assert kept
    assert old
    drafts.add_files(session, old, [DraftFile(draft_token="", name="æ.txt", type="text/plain", octets=b"x")])

    assert drafts.forget(session, now) == 1

    assert [one.token for one in session.exec(select(WebDraft))] == [kept.token]
    assert session.exec(select(DraftFile)).all() == []


def test_who_is_at_an_answer_is_told_to_the_others_for_a_while(session: Session, portal: Portal, now: datetime) -> None:
    mailing_list = a_list(session)
    question = a_filed_message(session, portal, mailing_list, a_person(session))
    anders, sofie = a_lawyer(session, mailing_list), a_lawyer(session, mailing_list, "sofie@forening.example.dk")
    ticket = session.get_one(Ticket, question.ticket_key)
    drafts.save(session, "a" * 24, DraftKind.ANSWER, sofie, {}, now, ticket)

    assert [(one.id, at) for one, at in drafts.others_at(session, ticket, anders, now)] == [(sofie.id, now)]
    assert drafts.others_at(session, ticket, sofie, now) == []
    assert drafts.others_at(session, ticket, anders, now + drafts.WRITING) == []


def test_nobody_keeps_more_than_some(session: Session, now: datetime) -> None:
    mette = a_person(session)
    for number in range(drafts.MOST_OPEN + 3):
        drafts.save(session, f"{number:024}", DraftKind.ASK, mette, {}, now + timedelta(seconds=number))

    open_ones = drafts.open_drafts(session, mette)

    assert (len(open_ones), open_ones[-1].token) == (drafts.MOST_OPEN, f"{3:024}")
