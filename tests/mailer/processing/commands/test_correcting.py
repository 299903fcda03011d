"""A lawyer corrects an earlier answer by replying: the old one is kept, and everybody is told of the new one."""

from support.command_desk import CommandDesk, desk, plain
from tickets.database.models import Disposition, MessageKind

__all__ = ["desk"]


def test_a_correction_takes_the_place_of_the_answer_and_shows_both(desk: CommandDesk) -> None:
    desk.asks()
    desk.replies(desk.anders, "KORT: Ja, altid.\n\nJa, det må I gerne.")
    old = desk.messages()[-1]
    desk.forget()

    desk.replies(desk.sofie, "RET\n\nNej, det må I ikke længere.", to=old)

    new = desk.messages()[-1]
    replaced = next(one for one in desk.messages() if one.id == old.id)
    assert (new.kind, new.text, replaced.replaced_by_key) == (MessageKind.ANSWER, "Nej, det må I ikke længere.", new.id)
    assert desk.ticket().short_answer == ""
    assert {("mette", "answer"), ("ole", "answer"), ("anders", "answer")} <= desk.owed()
    letter = plain(desk.letters_to(desk.mette)[-1])
    assert "som ikke gælder længere" in letter
    assert "Nej, det må I ikke længere." in letter
    assert "Ja, det må I gerne." in letter
    assert "RET" not in letter


def test_a_correction_may_have_its_own_short_answer(desk: CommandDesk) -> None:
    desk.asks()
    desk.replies(desk.anders, "KORT: Ja, altid.\n\nJa, det må I gerne.")

    desk.replies(desk.anders, "KORT: Nej.\nRET\n\nDet må I ikke længere.")

    assert desk.ticket().short_answer == "Nej."


def test_where_nothing_was_answered_a_correction_goes_to_nobody(desk: CommandDesk) -> None:
    desk.asks()

    arrival = desk.replies(desk.anders, "RET\n\nNej, det må I ikke.")

    assert arrival.disposition is Disposition.HELD
    assert desk.owed() == {("anders", "unclear")}
