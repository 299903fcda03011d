"""Deadlines: by when a question is to be answered, as its asker is told."""

from support.command_desk import CommandDesk, plain
from support.command_desk import desk as desk
from tickets.database.models import MailingList, Ticket


def promise(desk: CommandDesk, days: int | None = 5) -> None:
    with desk.store.transaction() as session:
        session.get_one(MailingList, desk.mailing_list.id).answer_days = days


def test_a_receipt_says_by_when_the_answer_comes(desk: CommandDesk) -> None:
    promise(desk)

    desk.asks()

    (receipt,) = desk.letters_to(desk.mette)
    assert "Du kan vente det senest mandag den 30. november 2026." in plain(receipt)
    assert "LØST" in plain(receipt)


def test_the_lawyers_letter_says_by_when_it_is_to_be_answered(desk: CommandDesk) -> None:
    promise(desk)
    desk.asks()

    assert "Det skal besvares senest mandag den 30. november 2026." in plain(desk.letters_to(desk.anders)[-1])


def test_a_list_without_an_answer_time_promises_none(desk: CommandDesk) -> None:
    question = desk.asks()

    (receipt,) = desk.letters_to(desk.mette)
    with desk.store.reading() as session:
        assert session.get_one(Ticket, question.ticket_key).due_at is None
    assert "senest" not in plain(receipt)
