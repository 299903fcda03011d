"""Watching: what was laid aside comes back, whoever answers is reminded, and a week begins."""

from datetime import date, timedelta

from support.command_desk import CommandDesk, plain
from support.command_desk import desk as desk
from tickets.database.models import MailingList, Status, Ticket
from tickets.desk import absences, agenda, watching


def promise(desk: CommandDesk) -> None:
    with desk.store.transaction() as session:
        session.get_one(MailingList, desk.mailing_list.id).answer_days = 5


def days_later(desk: CommandDesk, days: int) -> None:
    desk.now += timedelta(days=days)
    watching.work(desk.store, desk.portal, lambda: desk.now)
    desk.distribute()


def test_who_has_a_question_is_reminded_on_its_day_then_all_are(desk: CommandDesk) -> None:
    promise(desk)
    desk.asks()
    desk.replies(desk.anders, "TAG")

    days_later(desk, 6)
    desk.forget()
    days_later(desk, 1)
    on_the_day = desk.owed()
    days_later(desk, 0)
    desk.forget()
    days_later(desk, 1)

    assert on_the_day == {("anders", "reminder")}
    assert desk.owed() == {("anders", "reminder"), ("sofie", "reminder")}
    assert "skulle have været besvaret senest mandag den 30. november" in plain(desk.letters_to(desk.sofie)[-1])


def test_a_reminder_goes_to_who_stands_in(desk: CommandDesk) -> None:
    promise(desk)
    desk.asks()
    desk.replies(desk.anders, "TAG")
    with desk.store.transaction() as session:
        absences.go_away(session, desk.portal, desk.anders, date(2026, 12, 12), desk.sofie, desk.now)
    desk.forget()

    days_later(desk, 7)

    assert desk.owed() == {("sofie", "reminder")}


def test_nobody_is_reminded_of_what_was_answered(desk: CommandDesk) -> None:
    promise(desk)
    desk.asks()
    desk.replies(desk.anders, "Ja, det må I.")
    desk.forget()

    days_later(desk, 8)

    assert desk.owed() == set()


def test_what_was_laid_aside_comes_back_on_its_day(desk: CommandDesk) -> None:
    question = desk.asks()
    desk.replies(desk.anders, "TAG")
    desk.replies(desk.anders, "VENT 3 dage")
    desk.forget()

    days_later(desk, 2)
    before = desk.owed()
    days_later(desk, 2)

    with desk.store.reading() as session:
        assert session.get_one(Ticket, question.ticket_key).status is Status.OPEN
    assert before == set()
    assert desk.owed() == {("anders", "reminder")}


def test_a_week_begins_once_for_each_lawyer_with_something_to_answer(desk: CommandDesk) -> None:
    promise(desk)
    desk.asks()
    desk.replies(desk.anders, "TAG")
    desk.asks(desk.karin)
    desk.forget()
    desk.now += timedelta(days=7, hours=1)

    made = [agenda.work(desk.store, desk.portal, lambda: desk.now) for _ in range(2)]
    desk.distribute()

    assert made == [2, 0]
    assert desk.owed() == {("anders", "agenda"), ("sofie", "agenda")}
    told = plain(desk.letters_to(desk.anders)[-1])
    assert told.startswith("2 spørgsmål venter på svar")
    assert "Ingen har disse" in told
    assert "Dine" in told


def test_on_other_days_no_week_begins(desk: CommandDesk) -> None:
    desk.asks()
    desk.now += timedelta(days=1, hours=1)

    assert agenda.work(desk.store, desk.portal, lambda: desk.now) == 0
