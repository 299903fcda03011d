"""A lawyer corrects an earlier answer by replying: the old one is kept, and everybody is told of the new one."""

from support.command_desk import CommandDesk, desk, plain
from tickets.acts import correcting
from tickets.acts.acting import Hand
from tickets.database.models import Disposition, MessageKind, Person, Way

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


def test_a_correction_is_undone_and_all_who_got_it_are_told_once_which_answer_holds(desk: CommandDesk) -> None:
    question = desk.asks()
    desk.replies(desk.anders, "KORT: Ja.\n\nDet må I gerne.", to=question)
    desk.replies(desk.anders, "RET\nKORT: Nej.\n\nDet må I ikke.")
    assert desk.ticket().short_answer == "Nej."
    desk.forget()

    desk.replies(desk.anders, "FORTRYD")

    told = {("mette", "holds_again"), ("sofie", "holds_again"), ("ole", "holds_again")}
    assert desk.owed() == told
    letter = plain(desk.letters_to(desk.mette)[-1])
    assert "gælder igen" in letter
    assert "Det må I gerne." in letter
    assert "Det må I ikke." not in letter
    _, first, second = desk.messages()
    assert (first.replaced_by_key, second.replaced_by_key) == (None, first.id)
    assert desk.ticket().short_answer == "Ja."

    desk.replies(desk.anders, "RET\nKORT: Måske.\n\nDet kommer an på formålet.")

    assert [one.replaced_by_key for one in desk.messages()[1:]] == [desk.messages()[3].id, first.id, None]


def test_a_correction_is_not_undone_once_another_took_its_place(desk: CommandDesk) -> None:
    question = desk.asks()
    desk.replies(desk.anders, "Det må I gerne.", to=question)
    desk.replies(desk.anders, "RET\n\nDet må I ikke.")
    desk.replies(desk.sofie, "RET\n\nDet kommer an på formålet.")

    desk.replies(desk.anders, "FORTRYD")

    assert "Det er ændret igen siden." in plain(desk.letters_to(desk.anders)[-1])


def test_an_answer_is_corrected_from_the_terminal(desk: CommandDesk) -> None:
    question = desk.asks()
    desk.replies(desk.anders, "Det må I gerne.", to=question)
    desk.forget()

    with desk.store.transaction() as session:
        hand = Hand(session.get_one(Person, desk.sofie.id), desk.now, Way.SHELL)
        correcting.add_correction(session, desk.portal, desk.ticket(), "Det må I ikke.", "Nej.", hand)
    desk.distribute()

    first, second = desk.messages()[1:]
    assert first.replaced_by_key == second.id
    assert desk.ticket().short_answer == "Nej."
    assert {("mette", "answer"), ("ole", "answer"), ("anders", "answer")} <= desk.owed()
