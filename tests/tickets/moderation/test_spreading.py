"""Others get a question or an answer when its author has had time to take it back, once, and nobody earlier."""

from datetime import timedelta

import pytest
from sqlmodel import select

from support.builders import a_person
from support.command_desk import CommandDesk, plain
from support.command_desk import desk as desk
from tickets import journal
from tickets.database.models import Mode, UndoWindow, Visibility
from tickets.issues.collecting import STILL_OPEN, collect
from tickets.moderation import spreading
from tickets.people import subscriptions

UNDO = timedelta(minutes=10)


@pytest.fixture
def office(desk: CommandDesk) -> CommandDesk:
    desk.employ(undo=UNDO)
    return desk


def told_in_digest(office: CommandDesk) -> dict[str, list[int]]:
    with office.store.reading() as session:
        content = collect(session, office.mailing_list, journal.last_event(session))
        return {name: [one.number for one in tickets] for name, tickets in content.sections.items() if tickets}


def test_others_get_a_question_when_its_time_is_over_and_once(office: CommandDesk) -> None:
    message = office.asks()
    office.passes(9)
    assert ("ole", "question") not in office.owed()

    office.passes(2)
    office.passes(30)

    assert office.owed() == {("ole", "question")}
    with office.store.reading() as session:
        assert spreading.waits_until(session, message) is None


def test_the_receipt_says_until_when(office: CommandDesk) -> None:
    office.asks()

    receipt = plain(office.letters_to(office.mette)[-1])

    until = office.portal.local(office.now + UNDO)
    assert f"kl. {until:%H.%M}. Indtil da stopper et svar med FORTRYD alene på første linje det." in receipt


def test_the_asker_and_the_lawyers_get_an_answer_at_once_and_its_author_is_told(office: CommandDesk) -> None:
    office.asks()
    office.passes(11)
    office.forget()

    office.replies(office.anders, "Det må I ikke.")

    assert office.owed() == {("mette", "answer"), ("sofie", "answer"), ("anders", "answered_now")}
    letter = plain(office.letters_to(office.anders)[-1])
    assert "FORTRYD" in letter
    assert "KORT:" in letter  # asked in the same letter, not in one more
    office.passes(11)
    assert office.owed() == {
        ("mette", "answer"), ("sofie", "answer"), ("anders", "answered_now"), ("ole", "answer"),
    }  # fmt: skip


def test_who_subscribes_meanwhile_gets_it_with_the_others(office: CommandDesk) -> None:
    office.asks()
    with office.store.transaction() as session:
        late = a_person(session, "sent@oeby.example.dk", "Sent Følger")
        subscriptions.subscribe(session, late, office.mailing_list, Mode.EACH, office.now)

    office.passes(11)

    assert {("ole", "question"), ("sent", "question")} <= office.owed()


def test_what_nobody_else_would_get_waits_for_nothing(office: CommandDesk) -> None:
    office.asks(visibility=Visibility.CONFIDENTIAL)

    with office.store.reading() as session:
        assert session.exec(select(UndoWindow)).all() == []


def test_a_digest_tells_of_what_is_out_and_the_next_of_what_was_not(office: CommandDesk) -> None:
    office.asks()
    assert told_in_digest(office) == {}

    office.passes(11)
    assert told_in_digest(office) == {"new": [1]}
    office.replies(office.anders, "KORT: Nej.\n\nDet må I ikke.")
    assert "answered" not in told_in_digest(office)

    office.passes(11)
    assert told_in_digest(office) == {"answered": [1]}


def test_no_digest_lists_as_open_what_others_have_yet_to_get(office: CommandDesk) -> None:
    office.asks()

    assert STILL_OPEN not in told_in_digest(office)


def test_without_a_time_to_wait_all_is_told_at_once(desk: CommandDesk) -> None:
    desk.employ()
    desk.asks()

    desk.replies(desk.anders, "Det må I ikke.")

    assert {("ole", "answer"), ("anders", "short_asked")} <= desk.owed()


def test_what_was_filed_in_the_future_waits_for_no_clock(office: CommandDesk) -> None:
    office.now += timedelta(hours=48)
    office.asks()
    office.now -= timedelta(hours=48)

    office.passes(1)

    assert ("ole", "question") in office.owed()


def test_what_is_closed_off_meanwhile_reaches_nobody_more(office: CommandDesk) -> None:
    office.asks()
    office.replies(office.anders, "FORTROLIG")

    office.passes(11)

    assert ("ole", "question") not in office.owed()


def test_how_much_waits_is_counted(office: CommandDesk) -> None:
    office.asks()

    with office.store.reading() as session:
        assert spreading.count_waiting(session) == (1, office.now + UNDO)
    office.passes(11)
    with office.store.reading() as session:
        assert spreading.count_waiting(session) == (0, None)
