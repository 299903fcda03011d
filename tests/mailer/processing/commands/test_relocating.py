"""What is merged, split off or moved: letters that were out before lead to where their message is now."""

import re

import pytest
from sqlmodel import col, select

from support.command_desk import CommandDesk, desk, plain
from tickets.database.models import Disposition, Message, MessageKind, Person, Role, Status, Ticket, Visibility
from tickets.people import appointments
from tickets.people.askers import asker_keys
from tickets.people.sight import sight_of
from tickets.reasons import Reason

__all__ = ["desk"]


def ticket_of(desk: CommandDesk, message: Message) -> Ticket:
    with desk.store.reading() as session:
        return session.get_one(Ticket, session.get_one(Message, message.id).ticket_key)


def reply_to(letter: object) -> str:
    return re.sub("[<>]", "", str(letter["Reply-To"]))  # type: ignore[index]


def test_merged_askers_both_get_answers_and_both_may_reopen(desk: CommandDesk) -> None:
    first = desk.asks()
    second = desk.asks(desk.karin)
    out_before = desk.address_of(desk.karin, second)

    desk.replies(desk.anders, "FLET DB-1", to=second)

    assert desk.owed() == {("anders", "done"), ("karin", "relocated")}
    assert "DB-2" in plain(desk.letters_to(desk.karin)[-1])
    assert ticket_of(desk, second).id == ticket_of(desk, first).id
    desk.forget()
    desk.replies(desk.anders, "Ja, det må I gerne.", to=first)
    told = {("mette", "answer"), ("karin", "answer"), ("ole", "answer"), ("sofie", "answer")}
    assert desk.owed() == told | {("anders", "short_asked")}
    desk.replies(desk.karin, "Gælder det også billeder?", to=second, address=out_before)
    assert (desk.messages()[-1].kind, desk.messages()[-1].ticket_key) == (MessageKind.FOLLOW_UP, first.ticket_key)


def test_a_merge_is_undone_with_what_was_written_since(desk: CommandDesk) -> None:
    first = desk.asks()
    second = desk.asks(desk.karin)
    desk.replies(desk.anders, "FLET DB-1", to=second)
    desk.replies(desk.karin, "Gælder det også billeder?", to=second)

    desk.replies(desk.anders, "FORTRYD", to=first)

    assert ticket_of(desk, second).number == 2
    assert ticket_of(desk, desk.messages()[2]).number == 2
    desk.forget()
    desk.replies(desk.anders, "Nej.", to=second)
    assert ("mette", "answer") not in desk.owed()


def test_a_confidential_question_is_not_merged_with_anothers(desk: CommandDesk) -> None:
    desk.asks()
    hidden = desk.asks(desk.karin, visibility=Visibility.CONFIDENTIAL)

    arrival = desk.replies(desk.anders, "FLET DB-1", to=hidden)

    assert arrival.disposition is Disposition.HELD
    assert ticket_of(desk, hidden).number == 2


def test_what_is_split_off_takes_the_answers_to_letters_that_were_out(desk: CommandDesk) -> None:
    first = desk.asks()
    desk.replies(desk.ole, "Hos os er det omvendt. Må vi lægge billeder på nettet?", to=first)
    aside = desk.messages()[-1]
    out_before = desk.address_of(desk.mette, aside)
    to_anders = desk.address_of(desk.anders, aside)
    desk.forget()

    desk.replies(desk.anders, "UDSKIL\n\nJa, med samtykke.", to=aside)

    answer = desk.messages()[-1]
    assert ticket_of(desk, aside).number == 2
    assert (answer.kind, answer.ticket_key) == (MessageKind.ANSWER, ticket_of(desk, aside).id)
    assert ("ole", "answer") in desk.owed()
    assert ("mette", "answer") not in desk.owed()
    desk.replies(desk.mette, "Det gør vi også.", to=aside, address=out_before)
    desk.replies(desk.anders, "Godt.", to=aside, address=to_anders)
    assert [ticket_of(desk, one).number for one in desk.messages()[-2:]] == [2, 2]
    desk.replies(desk.mette, "Og logfiler?", to=first)
    assert ticket_of(desk, desk.messages()[-1]).number == 1


def test_what_is_moved_takes_the_answers_to_letters_that_were_out(desk: CommandDesk) -> None:
    first = desk.asks()
    out_before = desk.address_of(desk.mette, first)
    to_anders = desk.address_of(desk.anders, first)

    desk.replies(desk.anders, "FLYT nis2", to=first)

    assert (ticket_of(desk, first).mailing_list_key, ticket_of(desk, first).number) == (desk.other_list.id, 1)
    assert desk.owed() == {("anders", "done"), ("mette", "relocated")}
    letter = desk.letters_to(desk.mette)[-1]
    assert reply_to(letter).startswith("nis2+")
    desk.forget()
    desk.replies(desk.mette, "Det haster lidt.", to=first, address=out_before)
    assert (desk.messages()[-1].kind, desk.messages()[-1].ticket_key) == (MessageKind.FOLLOW_UP, first.ticket_key)
    assert desk.owed() == {("nina", "follow_up")}
    desk.replies(desk.anders, "Det er NIS2, så Nina svarer.", to=first, address=to_anders)
    assert (desk.messages()[-1].kind, desk.messages()[-1].ticket_key) == (MessageKind.REPLY, first.ticket_key)
    desk.replies(desk.nina, "Ja, det må I.", to=first)
    assert desk.messages()[-1].kind is MessageKind.ANSWER


def test_a_confidential_question_goes_to_other_lawyers_when_its_asker_says_yes(desk: CommandDesk) -> None:
    hidden = desk.asks(visibility=Visibility.CONFIDENTIAL)

    desk.replies(desk.anders, "FLYT nis2", to=hidden)

    assert ticket_of(desk, hidden).mailing_list_key == desk.mailing_list.id
    assert desk.owed() == {("mette", "consent")}
    desk.replies(desk.mette, "JA", to=hidden, address=reply_to(desk.letters_to(desk.mette)[-1]))
    assert ticket_of(desk, hidden).mailing_list_key == desk.other_list.id


def test_an_anonymous_question_is_opened_when_its_asker_says_yes_and_by_nobody_else(desk: CommandDesk) -> None:
    hidden = desk.asks(visibility=Visibility.ANONYMOUS, text="Må Prøvested Kommune det?\n\nMette Eksempel")

    desk.replies(desk.anders, "ÅBEN", to=hidden)

    assert desk.owed() == {("mette", "consent")}
    letter = desk.letters_to(desk.mette)[-1]
    assert "med dit navn" in plain(letter)
    assert desk.replies(desk.ole, "JA", to=hidden, address=reply_to(letter)).disposition is Disposition.HELD
    assert desk.replies(desk.mette, "Måske", to=hidden, address=reply_to(letter)).disposition is Disposition.HELD
    assert ticket_of(desk, hidden).visibility is Visibility.ANONYMOUS
    desk.replies(desk.mette, "Ja tak\n\nMvh Mette", to=hidden, address=reply_to(letter))
    assert ticket_of(desk, hidden).visibility is Visibility.OPEN
    with desk.store.reading() as session:
        assert "Prøvested" in session.exec(select(Message.text).where(Message.id == hidden.id)).one()


def test_who_wrote_unnamed_is_asked_in_words_that_do_not_tell_who_asked(desk: CommandDesk) -> None:
    hidden = desk.asks(visibility=Visibility.ANONYMOUS, Subject="Mette Eksempel spørger", text="Må vi det?")
    desk.replies(desk.ole, "Det gør vi i Øby.", to=hidden)

    desk.replies(desk.anders, "ÅBEN", to=hidden)

    letter = desk.letters_to(desk.ole)[-1]
    assert "at det var dig" in plain(letter)
    assert not {"Eksempel", "Mette"} & set(re.findall(r"\w+", f"{letter['Subject']} {plain(letter)}"))
    desk.replies(desk.mette, "JA", to=hidden, address=reply_to(desk.letters_to(desk.mette)[-1]))
    assert ticket_of(desk, hidden).visibility is Visibility.ANONYMOUS
    desk.replies(desk.ole, "JA", to=hidden, address=reply_to(letter))
    assert ticket_of(desk, hidden).visibility is Visibility.OPEN


def test_an_asker_who_says_no_keeps_it_and_the_lawyer_hears_of_it(desk: CommandDesk) -> None:
    hidden = desk.asks(visibility=Visibility.CONFIDENTIAL)
    desk.replies(desk.anders, "ÅBEN", to=hidden)
    address = reply_to(desk.letters_to(desk.mette)[-1])
    desk.forget()

    desk.replies(desk.mette, "Nej tak", to=hidden, address=address)

    assert ticket_of(desk, hidden).visibility is Visibility.CONFIDENTIAL
    assert desk.owed() == {("anders", "refused")}


# -- members ---------------------------------------------------------------------------


def test_whoever_asked_says_that_they_are_helped(desk: CommandDesk) -> None:
    first = desk.asks()
    desk.replies(desk.anders, "Ja, det må I gerne.", to=first)
    desk.forget()

    desk.replies(desk.mette, "LØST\n\nTusind tak for hjælpen!\n\nMvh Mette", to=first)

    assert ticket_of(desk, first).status.value == "closed"
    assert desk.messages()[-1].kind is MessageKind.THANKS
    assert desk.owed() == set()


def test_who_has_the_same_question_is_counted_and_gets_the_answer(desk: CommandDesk) -> None:
    first = desk.asks()

    arrival = desk.replies(desk.karin, "SAMME\n\nMvh Karin", to=first)

    assert arrival.disposition is Disposition.OBEYED
    assert (desk.owed(), len(desk.messages())) == (set(), 1)
    desk.replies(desk.anders, "Ja, det må I gerne.", to=first)
    assert ("karin", "answer") in desk.owed()


def test_a_follower_hears_no_more_of_one_ticket(desk: CommandDesk) -> None:
    first = desk.asks()
    other = desk.asks(desk.karin)

    desk.replies(desk.ole, "FØLG IKKE", to=first)
    desk.replies(desk.anders, "Ja.", to=first)
    assert ("ole", "answer") not in desk.owed()
    desk.replies(desk.anders, "Ja.", to=other)

    assert ("ole", "answer") in desk.owed()


def test_a_question_that_nobody_has_answered_is_taken_back(desk: CommandDesk) -> None:
    first = desk.asks()

    desk.replies(desk.mette, "TRÆK TILBAGE", to=first)

    assert ticket_of(desk, first).visibility is Visibility.CONFIDENTIAL
    with desk.store.reading() as session:
        assert not sight_of(session, desk.ole).of_ticket(session.get_one(Ticket, first.ticket_key))
    assert desk.owed() == {("mette", "done")}


def test_nobody_takes_back_what_was_answered_or_is_anothers(desk: CommandDesk) -> None:
    first = desk.asks()
    assert desk.replies(desk.ole, "TRÆK TILBAGE", to=first).disposition is Disposition.HELD
    desk.replies(desk.anders, "Ja, det må I gerne.", to=first)

    assert desk.replies(desk.mette, "TRÆK TILBAGE", to=first).disposition is Disposition.HELD
    assert ticket_of(desk, first).visibility is Visibility.OPEN


def dismissed(desk: CommandDesk, person: Person) -> str:
    """Their own reply address, now that they are no lawyer any more."""
    address = desk.address_of(person, desk.messages()[-1])
    with desk.store.transaction() as session:
        appointments.dismiss(session, session.get_one(Person, person.id), Role.LAWYER, desk.mailing_list)
    return address


def all_tickets(desk: CommandDesk) -> list[tuple[object, ...]]:
    with desk.store.reading() as session:
        found = session.exec(select(Ticket).order_by(col(Ticket.id)))
        return [(one.number, one.mailing_list_key, one.status, one.visibility, one.assignee_key) for one in found]


@pytest.mark.parametrize("command", ["FLYT nis2", "FLET DB-1", "LUK", "TILDEL Sofie", "VENT 3 dage"])
def test_who_is_no_lawyer_any_more_undoes_nothing(desk: CommandDesk, command: str) -> None:
    desk.asks()
    desk.asks(desk.ole, text="Må vi filme på torvet, når der er marked?")
    desk.replies(desk.anders, command)
    address, before = dismissed(desk, desk.anders), all_tickets(desk)

    desk.replies(desk.anders, "FORTRYD", address=address)

    assert all_tickets(desk) == before
    assert ("anders", "unclear") in desk.owed()


def test_what_a_lawyer_moved_to_another_list_they_take_back(desk: CommandDesk) -> None:
    desk.asks()
    before = all_tickets(desk)
    desk.replies(desk.anders, "FLYT nis2")
    assert all_tickets(desk) != before

    desk.replies(desk.anders, "FORTRYD")

    assert all_tickets(desk) == before


def test_a_member_takes_back_what_members_do(desk: CommandDesk) -> None:
    desk.asks()
    desk.replies(desk.karin, "FØLG")
    desk.replies(desk.karin, "FORTRYD")
    desk.replies(desk.mette, "LØST")
    assert desk.ticket().status is Status.CLOSED

    arrival = desk.replies(desk.mette, "FORTRYD")

    assert arrival.reason is Reason.COMMANDED
    assert desk.ticket().status is Status.OPEN


@pytest.mark.parametrize("command", ["LUK", "TAG", "VENT 3 dage", "STIKORD skole"])
def test_a_command_is_obeyed_once_wherever_its_ticket_is_by_then(desk: CommandDesk, command: str) -> None:
    with desk.store.transaction() as session:
        appointments.appoint(session, session.get_one(Person, desk.anders.id), Role.LAWYER, desk.other_list)
    desk.asks()
    address = desk.address_of(desk.anders, desk.messages()[-1])
    desk.replies(desk.anders, command, address=address, Message_ID="<1@forening.example.dk>")
    desk.replies(desk.anders, "FORTRYD", address=address)
    desk.replies(desk.anders, "FLYT nis2", address=address)
    before = all_tickets(desk)

    again = desk.replies(desk.anders, command, address=address, Message_ID="<1@forening.example.dk>")

    assert again.reason is Reason.COPY_OF_OBEYED
    assert all_tickets(desk) == before


def test_one_who_asked_too_takes_theirs_back_and_the_others_question_stays(desk: CommandDesk) -> None:
    mine = desk.asks(text="Hvor længe gemmer vi logfiler?")
    theirs = desk.asks(desk.ole, text="Hvornår sletter I logfiler?")
    desk.replies(desk.anders, "FLET DB-1", to=theirs)
    desk.forget()

    arrival = desk.replies(desk.ole, "TRÆK TILBAGE", to=theirs)

    assert arrival.disposition is Disposition.OBEYED
    with desk.store.reading() as session:
        one, two = session.exec(select(Ticket).order_by(col(Ticket.number))).all()
        assert (one.number, one.status, one.visibility) == (1, Status.OPEN, Visibility.OPEN)
        assert (two.number, two.status, two.visibility) == (2, Status.CLOSED, Visibility.CONFIDENTIAL)
        assert asker_keys(session, one) == {desk.mette.id}
        assert asker_keys(session, two) == {desk.ole.id}
        assert session.get_one(Message, mine.id).ticket_key == one.id
        assert session.get_one(Message, theirs.id).ticket_key == two.id
    assert desk.owed() == {("ole", "done")}
    assert "DB-2 er trukket tilbage" in plain(desk.letters_to(desk.ole)[-1])


def test_who_asked_first_takes_theirs_back_and_the_other_is_a_question_of_its_own_again(desk: CommandDesk) -> None:
    mine = desk.asks(text="Hvor længe gemmer vi logfiler?")
    theirs = desk.asks(desk.ole, text="Hvornår sletter I logfiler?")
    desk.replies(desk.anders, "FLET DB-1", to=theirs)

    desk.replies(desk.mette, "TRÆK TILBAGE", to=mine)

    with desk.store.reading() as session:
        one, two = session.exec(select(Ticket).order_by(col(Ticket.number))).all()
        assert (one.status, one.visibility) == (Status.CLOSED, Visibility.CONFIDENTIAL)
        assert (two.number, two.status, two.visibility) == (2, Status.OPEN, Visibility.OPEN)
        assert asker_keys(session, two) == {desk.ole.id}


def test_nobody_takes_their_part_back_once_it_is_answered(desk: CommandDesk) -> None:
    desk.asks(text="Hvor længe gemmer vi logfiler?")
    theirs = desk.asks(desk.ole, text="Hvornår sletter I logfiler?")
    desk.replies(desk.anders, "FLET DB-1\n\nEt halvt år.", to=theirs)

    desk.replies(desk.ole, "TRÆK TILBAGE", to=theirs)

    assert "Det er allerede besvaret." in plain(desk.letters_to(desk.ole)[-1])
    with desk.store.reading() as session:
        assert len(session.exec(select(Ticket)).all()) == 1
