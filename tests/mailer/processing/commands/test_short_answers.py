"""The answer in one line: given with the answer, or asked for once."""

from support.command_desk import CommandDesk, desk, plain

__all__ = ["desk"]


def test_who_answers_without_a_short_answer_is_asked_for_it_once(desk: CommandDesk) -> None:
    desk.asks()

    desk.replies(desk.anders, "Ja, det må I gerne.")
    assert ("anders", "short_asked") in desk.owed()
    assert "Dit svar på én linje?" in plain(desk.letters_to(desk.anders)[-1])
    desk.replies(desk.anders, "Og så lige en ting mere.")
    asked = [one for one in desk.letters_to(desk.anders) if "Dit svar på én linje?" in plain(one)]

    assert len(asked) == 1


def test_the_line_alone_is_the_short_answer_and_sent_to_nobody(desk: CommandDesk) -> None:
    desk.asks()
    desk.replies(desk.anders, "Ja, det må I gerne.")
    desk.forget()

    desk.replies(desk.anders, "KORT: Ja, altid.")

    assert desk.ticket().short_answer == "Ja, altid."
    assert desk.owed() == set()


def test_who_gave_a_short_answer_is_not_asked(desk: CommandDesk) -> None:
    desk.asks()

    desk.replies(desk.anders, "KORT: Ja, altid.\n\nDet må I gerne.")

    assert ("anders", "short_asked") not in desk.owed()
    assert "Ja, altid." in plain(desk.letters_to(desk.mette)[-1])
