"""What is stopped before it is filed: copies, numbers, news, encrypted mail, and robots that hide."""

from datetime import timedelta

import pytest

from mailer.processing import screening
from support.builders import a_message, a_person
from support.mail_room import Desk
from support.mail_room import desk as desk
from support.town import ANDERS, LIST, OLE, STRANGER
from tickets.database.models import Disposition, EventKind, MessageKind, Role
from tickets.moderation import holding
from tickets.people import appointments
from tickets.reasons import Grounds, Reason


def test_the_same_message_many_times_is_one_post(desk: Desk) -> None:
    message = a_message()

    dispositions = [desk.take(message)[0].disposition for _ in range(5)]

    assert dispositions == [Disposition.FILED] + [Disposition.DISCARDED] * 4
    assert len(desk.messages()) == 1


def test_a_message_id_used_again_with_other_words_is_held(desk: Desk) -> None:
    desk.take(a_message(Message_ID="<same@oeby.example.dk>"))

    arrival = desk.take(a_message(Message_ID="<same@oeby.example.dk>", text="Noget andet"))[0]

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, Reason.SAME_ID)


def test_news_comes_from_editors_alone(desk: Desk) -> None:
    address = "databeskyttelse+nyt@example.dk"
    with desk.store.transaction() as session:
        karen = a_person(session, "karen@forening.example.dk", "Karen Program")
        appointments.appoint(session, karen, Role.EDITOR, desk.mailing_list)

    news = desk.take(a_message(From="Karen Program <karen@forening.example.dk>", To=address), address)[0]
    other = desk.take(a_message(To=address), address)[0]

    assert (news.disposition, other.disposition) == (Disposition.FILED, Disposition.HELD)
    assert desk.messages()[0].kind is MessageKind.NEWS
    assert desk.events().count(EventKind.NEWS_HELD) == 1


def test_who_is_no_editor_is_told_once_of_each_mail(desk: Desk) -> None:
    address = "databeskyttelse+nyt@example.dk"
    held = desk.take(a_message(To=f"{LIST}, {address}"), LIST, address)[0]
    with desk.store.transaction() as session:
        holding.retry(session, held.key, desk.now)
    desk.take(a_message(From=STRANGER, To=address), address)
    desk.take(a_message(To=address, Auto_Submitted="auto-replied"), address)

    assert desk.events().count(EventKind.NEWS_HELD) == 1


@pytest.mark.parametrize("where", ["Subject", "text"])
def test_a_cpr_number_holds_the_mail_and_its_author_is_told(desk: Desk, where: str) -> None:
    arrival = desk.take(a_message(**{where: "Borgeren 010190-1234 har bedt om indsigt"}))[0]

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, Reason.HOLDS_CPR)
    assert desk.messages() == []
    assert desk.events() == [EventKind.CPR_FOUND, EventKind.HELD]


@pytest.mark.parametrize(("author", "reason"), [("", Reason.ENCRYPTED), (STRANGER, Reason.STRANGER)])
def test_an_encrypted_mail_is_put_aside_and_a_member_told(desk: Desk, author: str, reason: Reason) -> None:
    text = "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n"

    arrival = desk.take(a_message(text=text, **({"From": author} if author else {})))[0]

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, reason)
    assert (EventKind.ENCRYPTED in desk.events()) is (not author)


def test_two_robots_that_hide_stop_in_their_second_round(desk: Desk) -> None:
    desk.take(a_message())
    cited = {"In_Reply_To": f"<{desk.messages()[0].own_id}>"}
    voices = {
        OLE: "Tak for din henvendelse. Vi svarer snarest. Sag 17.",
        "Mette Eksempel <mette@proevested.example.dk>": "Vi har modtaget din mail og vender tilbage.",
    }

    kinds = []
    for _ in range(3):
        for author, text in voices.items():
            desk.take(a_message(From=author, text=text, **cited))
            kinds.append(desk.messages()[-1].kind)

    assert kinds == [MessageKind.REPLY, MessageKind.FOLLOW_UP] + [MessageKind.AUTOMATIC] * 4


def test_two_robots_that_number_what_they_write_stop_in_their_third_round(desk: Desk) -> None:
    desk.take(a_message())
    cited = {"In_Reply_To": f"<{desk.messages()[0].own_id}>"}
    kinds = []
    for number in range(4):
        for author in (OLE, "Mette Eksempel <mette@proevested.example.dk>"):
            text = (
                f"Tak for din henvendelse af {number + 1}. marts kl. 1{number}.07. Din sag har nummer {4710 + number}."
            )
            desk.take(a_message(From=author, text=text, **cited))
            kinds.append(desk.messages()[-1].kind)

    assert kinds == [MessageKind.REPLY, MessageKind.FOLLOW_UP] * 2 + [MessageKind.AUTOMATIC] * 4


def test_a_number_may_be_corrected(desk: Desk) -> None:
    desk.take(a_message())
    for hour in (10, 11):
        desk.take(a_message(From=OLE, text=f"Jeg kan mandag kl. {hour}.", In_Reply_To=f"<{desk.messages()[0].own_id}>"))

    assert [message.kind for message in desk.messages()][1:] == [MessageKind.REPLY] * 2


def test_a_robot_that_hides_and_asks_anew_each_time_is_held_at_the_third(desk: Desk) -> None:
    text = "Tak for din henvendelse. Vi svarer hurtigst muligt."
    dispositions = [desk.take(a_message(Subject=f"Sag {number}", text=text))[0].disposition for number in range(4)]
    desk.now += timedelta(days=2)

    assert dispositions == [Disposition.FILED] * 2 + [Disposition.HELD] * 2
    assert desk.take(a_message(text=text))[0].disposition is Disposition.FILED


def test_a_robot_that_hides_on_many_tickets_is_filed_quietly_from_the_third(desk: Desk) -> None:
    for number in range(4):
        desk.take(a_message(text=f"Spørgsmål nummer {number} om sletning"))
    for message in desk.messages()[:4]:
        desk.take(a_message(From=OLE, text="Jeg er på ferie til uge 30.", In_Reply_To=f"<{message.own_id}>"))

    assert [message.kind for message in desk.messages()][4:] == [MessageKind.REPLY] * 2 + [MessageKind.AUTOMATIC] * 2


def test_a_lawyer_may_give_the_same_answer_as_often_as_it_is_right(desk: Desk) -> None:
    for number in range(4):
        desk.take(a_message(text=f"Spørgsmål nummer {number} om sletning"))
    for message in desk.messages()[:4]:
        desk.take(a_message(From=ANDERS, text="Ja, se vejledningens side fire.", In_Reply_To=f"<{message.own_id}>"))

    assert [message.kind for message in desk.messages()][4:] == [MessageKind.ANSWER] * 4


def test_a_storm_on_a_ticket_is_held_until_somebody_has_looked(desk: Desk) -> None:
    desk.take(a_message())
    cited = {"In_Reply_To": f"<{desk.messages()[0].own_id}>"}
    for number in range(screening.MOST_AT_ONCE):
        desk.take(a_message(From=f"ny{number}@oeby.example.dk", text=f"Jeg er her ikke. Nummer {number}.", **cited))
    filed = len(desk.messages())
    one_more = desk.take(a_message(From=OLE, text="Det er jeg heller ikke i dag.", **cited))[0]
    asker = desk.take(a_message(text="Hold nu op alle sammen, tak.", **cited))[0]
    lawyer = desk.take(a_message(From=ANDERS, text="Svaret er nej.", **cited))[0]
    desk.now += timedelta(hours=1)
    later = desk.take(a_message(From=OLE, text="Det har vi også spurgt om.", **cited))[0]

    assert filed == screening.MOST_AT_ONCE
    assert (one_more.disposition, one_more.grounds) == (Disposition.HELD, Grounds(Reason.STORM, {"most": 30}))
    assert {asker.disposition, lawyer.disposition, later.disposition} == {Disposition.FILED}


@pytest.mark.parametrize(("text", "kind"), [("Ja.", MessageKind.REPLY), ("Tak for det", MessageKind.THANKS)])
def test_a_few_words_may_be_said_twice(desk: Desk, text: str, kind: MessageKind) -> None:
    desk.take(a_message())
    for _ in range(2):
        desk.take(a_message(From=OLE, text=text, In_Reply_To=f"<{desk.messages()[0].own_id}>"))

    assert [message.kind for message in desk.messages()][1:] == [kind] * 2
