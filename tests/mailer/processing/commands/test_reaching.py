"""A reply to all that looks as if it were for one waits until its author says ALLE or KUN."""

from datetime import timedelta

import pytest

from support.command_desk import CommandDesk, desk, plain
from tickets import links
from tickets.database.models import Choice, Disposition, MessageKind, Person, Proposal, Status, Visibility
from tickets.moderation import proposals
from tickets.people.sight import sight_of
from tickets.reasons import Reason

__all__ = ["desk"]
PRIVATE = "Hej Sofie\n\nMellem os sagt: Den her holder ikke."


def chooses(desk: CommandDesk, author: Person, choice: Choice) -> None:
    """Write to the address that stands in the letter for this choice."""
    with desk.store.reading() as session:
        proposal = session.get_one(Proposal, 1)
        address = links.choice_address(desk.signer, desk.mailing_list, proposal.key, choice)
    assert address in plain(desk.letters_to(author)[-1])
    desk.replies(author, "OK", address=address)


def seen_by(desk: CommandDesk, *people: Person) -> list[bool]:
    message, ticket = desk.messages()[-1], desk.ticket()
    with desk.store.reading() as session:
        return [sight_of(session, one, desk.mailing_list).of_message(ticket, message) for one in people]


@pytest.mark.parametrize("author", ["anders", "ole", "mette"])
def test_what_looks_private_is_held_before_anybody_gets_it(desk: CommandDesk, author: str) -> None:
    desk.asks()

    arrival = desk.replies(getattr(desk, author), PRIVATE)

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, Reason.FOR_ONE)
    assert desk.owed() == {(author, "audience")}
    assert len(desk.messages()) == 1


def test_all_sends_it_to_everybody(desk: CommandDesk) -> None:
    desk.asks()
    desk.replies(desk.anders, PRIVATE)

    chooses(desk, desk.anders, Choice.SEND)

    assert {("mette", "answer"), ("ole", "answer")} <= desk.owed()
    assert seen_by(desk, desk.mette, desk.ole) == [True, True]


def test_only_sends_a_lawyers_answer_to_the_asker_and_the_lawyers(desk: CommandDesk) -> None:
    desk.asks()
    desk.replies(desk.anders, PRIVATE)

    chooses(desk, desk.anders, Choice.ONLY)

    assert {("mette", "answer"), ("sofie", "answer")} <= desk.owed()
    assert ("ole", "answer") not in desk.owed()
    assert seen_by(desk, desk.mette, desk.anders, desk.sofie, desk.ole, desk.karin) == [True, True, True, False, False]
    assert desk.ticket().status is Status.ANSWERED


def test_only_sends_a_members_words_to_the_asker_and_the_lawyers(desk: CommandDesk) -> None:
    desk.asks(desk.mette)
    desk.replies(desk.ole, PRIVATE)

    chooses(desk, desk.ole, Choice.ONLY)

    assert {("mette", "reply"), ("anders", "reply"), ("sofie", "reply")} <= desk.owed()
    assert seen_by(desk, desk.mette, desk.ole, desk.anders, desk.karin) == [True, True, True, False]


def test_what_answers_words_for_few_is_for_few(desk: CommandDesk) -> None:
    desk.asks()
    desk.replies(desk.anders, PRIVATE)
    chooses(desk, desk.anders, Choice.ONLY)
    desk.forget()

    desk.replies(desk.mette, "Det tænkte jeg nok.")

    assert desk.messages()[-1].visibility is Visibility.CONFIDENTIAL
    assert ("ole", "follow_up") not in desk.owed()
    assert {("anders", "follow_up")} <= desk.owed()


def test_a_word_on_the_first_line_decides_too(desk: CommandDesk) -> None:
    desk.asks()
    desk.replies(desk.anders, PRIVATE)
    letter = desk.letters_to(desk.anders)[-1]

    desk.replies(desk.anders, "KUN", address=str(letter["Reply-To"]).strip("<>"))

    assert desk.messages()[-1].visibility is Visibility.CONFIDENTIAL


def test_commands_on_top_are_done_when_it_is_decided(desk: CommandDesk) -> None:
    desk.asks()
    desk.replies(desk.anders, f"LUK\n\n{PRIVATE}")
    assert desk.ticket().status is Status.OPEN

    chooses(desk, desk.anders, Choice.SEND)

    assert desk.ticket().status is Status.CLOSED


@pytest.mark.parametrize("text", [f"NOTAT\n\n{PRIVATE}", f"FORTROLIG\n\n{PRIVATE}"])
def test_what_others_do_not_get_is_not_asked_about(desk: CommandDesk, text: str) -> None:
    desk.asks()

    desk.replies(desk.anders, text)

    assert ("anders", "audience") not in desk.owed()
    assert len(desk.messages()) == 2


def test_in_a_confidential_question_nobody_is_asked(desk: CommandDesk) -> None:
    desk.asks(visibility=Visibility.CONFIDENTIAL)

    desk.replies(desk.anders, PRIVATE)

    assert desk.messages()[-1].kind is MessageKind.ANSWER


@pytest.mark.parametrize("text", ["Kære Mette\n\nJa, det må I.", "Hej alle\n\nJa, det må I.", "Ja, det må I."])
def test_an_answer_to_whoever_asked_is_sent_at_once(desk: CommandDesk, text: str) -> None:
    desk.asks()

    desk.replies(desk.anders, text)

    assert desk.messages()[-1].kind is MessageKind.ANSWER


def test_who_has_the_question_or_wrote_in_it_may_be_greeted(desk: CommandDesk) -> None:
    desk.asks()
    desk.replies(desk.ole, "Vi gør det samme.")

    desk.replies(desk.mette, "Hej Ole\n\nTak, hvad siger jeres jurist?")

    assert desk.messages()[-1].kind is MessageKind.FOLLOW_UP


def test_without_a_word_it_is_taken_back_and_its_author_told(desk: CommandDesk) -> None:
    desk.asks()
    desk.replies(desk.anders, PRIVATE)
    desk.forget()

    with desk.store.transaction() as session:
        assert proposals.expire(session, desk.now + proposals.PATIENCE + timedelta(hours=1)) == 1
    desk.distribute()

    assert desk.owed() == {("anders", "decided")}
    assert len(desk.messages()) == 1
