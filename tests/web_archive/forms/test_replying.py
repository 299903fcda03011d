"""A reply on the pages is an arrival too; following, having the same question and taking back are acts."""

import pytest
from sqlmodel import select

from support.writing_desk import WritingDesk, a_file
from support.writing_desk import pages as pages
from tickets.database.models import Act, ActKind, Disposition, MessageKind, Status, Visibility, Way
from tickets.people import audience


def test_a_reply_joins_the_message_that_it_answers(pages: WritingDesk) -> None:
    question = pages.asks()
    writer = pages.writer(pages.anders)

    sent = writer.fill("/t/DB-1/reply", text="Ja, hvis de har sagt ja.", do="send", files=[a_file(b"x", "a.txt")])
    arrival = pages.arrivals()[-1]

    answer = pages.messages()[-1]
    assert (arrival.door, arrival.disposition, answer.kind) == ("web", Disposition.FILED, MessageKind.ANSWER)
    assert answer.parent_key == question.id
    assert ("mette", "answer") in pages.owed()
    assert "Dit svar står i DB-1" in writer.text(sent.headers["Location"])


def test_a_reply_is_kept_until_it_is_sent_and_only_then(pages: WritingDesk) -> None:
    pages.asks()
    writer = pages.writer(pages.ole)

    review = writer.fill("/t/DB-1/reply", text="Vi gør sådan her.", do="review").headers["Location"]
    begun = writer.get("/t/DB-1/reply").headers["Location"]
    assert "Vi gør sådan her." in writer.text(begun)
    assert "Vi gør sådan her." in writer.text(review)
    assert "Skriv videre på dit svar" in writer.text("/t/DB-1")
    assert len(pages.messages()) == 1
    writer.push(review, "Send")
    pages.arrivals()

    assert [one.kind for one in pages.messages()] == [MessageKind.QUESTION, MessageKind.REPLY]


def test_a_reply_whose_login_was_over_waits_for_it(pages: WritingDesk) -> None:
    pages.asks()
    kept = pages.writer().fill("/t/DB-1/reply", on=pages.writer(pages.ole), text="Jeg nåede det ikke")
    path = kept.headers["Location"].partition("next=")[2].replace("%2F", "/")

    writer = pages.writer(pages.ole)
    assert "Jeg nåede det ikke" in writer.text(path)
    assert writer.fill(path, to="/t/DB-1/reply", text="Jeg nåede det", do="send").status_code == 302
    pages.arrivals()

    assert pages.messages()[-1].text == "Jeg nåede det"


def test_nobody_writes_where_they_may_not_read(pages: WritingDesk) -> None:
    pages.asks(visibility=Visibility.CONFIDENTIAL)
    other = pages.writer(pages.ole)

    assert other.get("/t/DB-1/reply").status_code == 404
    assert other.press("/t/DB-1/reply", form_on="/me", text="Hej").status_code == 404
    assert other.press("/t/DB-1/part", form_on="/me", do="follow").status_code == 404
    assert pages.writer().get("/t/DB-1/reply").status_code == 403
    assert len(pages.arrivals()) == 1


@pytest.mark.parametrize("do", ["follow", "mute", "same"])
def test_a_button_is_an_act_and_can_be_undone(pages: WritingDesk, do: str) -> None:
    question = pages.asks()
    writer = pages.writer(pages.karin)

    done = writer.press("/t/DB-1/part", form_on="/t/DB-1", do=do)
    assert "Fortryd" in writer.text(done.headers["Location"])
    with pages.store.reading() as session:
        (act,) = session.exec(select(Act))
    assert (act.person_key, act.way) == (pages.karin.id, Way.WEB)
    writer.press("/t/DB-1/part", form_on="/t/DB-1", do="undo")

    with pages.store.reading() as session:
        ticket = pages.ticket()
        assert audience.watchers(session, ticket) == {}
    assert question.ticket_key == act.ticket_key


def test_an_asker_is_helped_or_takes_the_question_back(pages: WritingDesk) -> None:
    pages.asks()
    writer, other = pages.writer(pages.mette), pages.writer(pages.ole)

    refused = other.press("/t/DB-1/part", form_on="/t/DB-1", do="withdraw")
    assert (refused.status_code, "Det kan kun den, der har stillet spørgsmålet" in refused.text) == (409, True)
    writer.press("/t/DB-1/part", form_on="/t/DB-1", do="withdraw")

    with pages.store.reading() as session:
        kinds = {act.kind for act in session.exec(select(Act))}
    assert kinds == {ActKind.WITHDRAW}
    assert (pages.ticket().status, pages.ticket().visibility) == (Status.CLOSED, Visibility.CONFIDENTIAL)
    assert other.post("/t/DB-1/part", do="follow").status_code == 400  # a form from elsewhere
