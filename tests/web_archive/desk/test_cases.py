"""A day at the desk: what lawyers do there are arrivals and acts, as by mail, and nobody writes past another."""

from datetime import timedelta

import pytest
from sqlmodel import select

from support.archive import BASE
from support.builders import a_filed_message
from support.writing_desk import Writer, WritingDesk
from support.writing_desk import pages as pages
from tickets.database.models import (
    Act,
    ActKind,
    DraftKind,
    MailingList,
    Message,
    MessageKind,
    Person,
    Publication,
    Role,
    Status,
    Ticket,
    Visibility,
    Way,
)
from tickets.people import appointments
from tickets.writing import drafts


def press(writer: Writer, do: str, page: str = "/desk/DB-1", **fields: str) -> str:
    """Press a button of a case; where it leads, or what is told where it cannot be done."""
    response = writer.press(page, form_on=page, do=do, **fields)
    return str(response.headers.get("Location", response.text))


def acts(pages: WritingDesk) -> list[tuple[ActKind, Way]]:
    with pages.store.reading() as session:
        return [(act.kind, act.way) for act in session.exec(select(Act).order_by(Act.id))]  # type: ignore[arg-type]


def answer(writer: Writer, page: str = "/desk/DB-1", **fields: object) -> str:
    """Fill in the form for an answer as it stands on the page; where that leads, or the page that is shown again."""
    response = writer.fill(page, to=f"{page}/answer", **{"do": "send"} | fields)
    return str(response.headers.get("Location", response.text))


@pytest.mark.parametrize("path", ["/desk", "/desk/DB-1"])
def test_the_desk_is_there_for_lawyers_of_the_list_alone(pages: WritingDesk, path: str) -> None:
    pages.asks()

    assert pages.writer(pages.anders).get(path).status_code == 200
    assert pages.writer(pages.mette).get(path).status_code == 404
    assert pages.writer().get(path).status_code == 403
    assert pages.writer(pages.nina).get("/desk/DB-1").status_code == 404
    for to in ("/desk/DB-1", "/desk/DB-1/answer", "/desk/DB-1/note", "/desk"):
        stranger = pages.writer(pages.mette)
        assert stranger.press(to, form_on="/me", do="take", text="Nej").status_code == 404
    assert (acts(pages), len(pages.messages())) == ([], 1)


def test_an_answer_goes_out_and_closes_with_its_short_form(pages: WritingDesk) -> None:
    pages.asks()
    writer = pages.writer(pages.anders)

    sent = answer(writer, text="LUK\nikke sagen, men døren. Ja, I må.", short="Ja, med samtykke", then="close")
    pages.arrivals()

    message, ticket = pages.messages()[-1], pages.ticket()
    assert sent.startswith("/sent/")
    assert message.kind is MessageKind.ANSWER
    assert message.text == "Ja, med samtykke\n\nLUK\nikke sagen, men døren. Ja, I må."  # text is text, whatever it says
    assert (ticket.status, ticket.short_answer) == (Status.CLOSED, "Ja, med samtykke")
    assert set(acts(pages)) == {(ActKind.CLOSE, Way.WEB), (ActKind.SHORT, Way.WEB)}
    assert ("mette", "answer") in pages.owed()


def test_a_word_that_the_answer_comes_later_lays_the_ticket_aside(pages: WritingDesk) -> None:
    pages.asks()
    day = pages.portal.local(pages.now + timedelta(days=9)).date()

    answer(pages.writer(pages.anders), text="Vi spørger ministeriet.", then="pending", until=day.isoformat())
    pages.arrivals()

    ticket = pages.ticket()
    assert (pages.messages()[-1].kind, ticket.status) == (MessageKind.HOLDING, Status.PENDING)
    assert ticket.pending_until is not None
    assert pages.portal.local(ticket.pending_until).date() == day


def test_nothing_is_sent_past_what_came_meanwhile_and_the_draft_is_kept(pages: WritingDesk) -> None:
    question = pages.asks()
    writer = pages.writer(pages.anders)
    form = writer.get("/desk/DB-1")
    pages.replies(pages.sofie, "Svaret er nej.", to=question)  # by mail, while Anders writes

    class Stale(Writer):
        def get(self, url: str, **more: object):  # type: ignore[no-untyped-def]
            return form

    shown = answer(Stale(writer.client), text="Svaret er ja.")
    assert all(words in shown for words in ("Svaret er ja.", "Svaret er nej.", "Dette kom, mens du skrev", "intet"))
    assert len(pages.arrivals()) == 2
    assert [one.fields["text"] for one in pages.drafts_of(pages.anders)] == ["Svaret er ja."]

    assert "Svaret er ja." in writer.text("/desk/DB-1")
    answer(writer, text="Jeg er uenig: ja.")
    pages.arrivals()
    assert pages.messages()[-1].text == "Jeg er uenig: ja."


def test_who_began_an_answer_is_told_to_the_others(pages: WritingDesk) -> None:
    pages.asks()
    assert 'name="then"' not in pages.writer(pages.sofie).text("/desk/DB-1")
    assert 'name="then"' in answer(pages.writer(pages.sofie), do="begin")
    assert "begyndte et svar kl. 08.00" in pages.writer(pages.anders).text("/desk/DB-1")
    answer(pages.writer(pages.sofie), text="Jeg er i gang", do="save")

    other, own = pages.writer(pages.anders).text("/desk/DB-1"), pages.writer(pages.sofie).text("/desk/DB-1")

    assert "Sofie Berg begyndte et svar kl. 08.00" in other
    assert "begyndte et svar" not in own
    assert "Jeg er i gang" in own
    assert "Jeg er i gang" not in other


def test_two_who_press_at_the_same_moment_do_not_both_answer(pages: WritingDesk) -> None:
    pages.asks()
    sent = answer(pages.writer(pages.sofie), text="Nej.")
    late = answer(pages.writer(pages.anders), text="Ja.")
    pages.arrivals()

    assert sent.startswith("/sent/")
    assert "intet" in late
    assert [one.text for one in pages.messages()[1:]] == ["Nej."]


def test_a_note_names_whom_it_is_meant_for_and_no_asker_sees_it(pages: WritingDesk) -> None:
    pages.asks()

    pages.writer(pages.anders).press("/desk/DB-1/note", form_on="/desk/DB-1", text="Kan du se?", mention="Sofie Berg")
    pages.arrivals()

    note = pages.messages()[-1]
    assert (note.kind, note.visibility, note.text) == (MessageKind.NOTE, Visibility.INTERNAL, "@Sofie Berg: Kan du se?")
    assert "Kan du se?" not in pages.writer(pages.mette).text("/t/DB-1")
    assert {who for who, kind in pages.owed() if kind == "note"} == {"sofie"}


def test_what_was_meant_for_the_lawyers_never_stands_in_the_form_for_the_asker(pages: WritingDesk) -> None:
    pages.asks()
    kept = pages.writer().fill(
        "/desk/DB-1", to="/desk/DB-1/note", on=pages.writer(pages.anders), text="Hemmeligt notat"
    )
    writer = pages.writer(pages.anders)

    back = writer.text(kept.headers["Location"].partition("next=")[2].replace("%2F", "/"))

    answering, note = (back.partition(f'id="{one}"')[2].partition("</form>")[0] for one in ("answer", "note"))
    assert "Hemmeligt notat" in note
    assert "Hemmeligt notat" not in answering


def test_buttons_are_acts_that_the_history_undoes(pages: WritingDesk) -> None:
    pages.asks()
    writer = pages.writer(pages.anders)

    press(writer, "take")
    press(writer, "topics", topics="Billeder, børn")
    press(writer, "pending", until=(pages.now + timedelta(days=3)).date().isoformat())
    press(writer, "visibility", visibility="confidential")
    ticket = pages.ticket()
    assert (ticket.assignee_key, ticket.topics) == (pages.anders.id, ["Billeder", "børn"])
    assert (ticket.status, ticket.visibility) == (Status.PENDING, Visibility.CONFIDENTIAL)

    with pages.store.reading() as session:
        (topics,) = session.exec(select(Act).where(Act.kind == ActKind.TOPICS))
    press(pages.writer(pages.sofie), "undo", act=str(topics.id))
    assert pages.ticket().topics == []
    assert "Fortrudt" in writer.text("/desk/DB-1")
    assert "ikke gjort noget her, der kan fortrydes" in press(writer, "undo", act=str(topics.id))


def test_what_cannot_be_done_is_told_and_what_is_written_stays(pages: WritingDesk) -> None:
    pages.asks()
    writer = pages.writer(pages.anders)
    answer(writer, text="Halvt svar", do="save")

    for do, fields, says in (
        ("merge", {"into": "DB-77"}, "Der er ingen sag DB-77"), ("pending", {"until": "2020-01-01"}, "2020-01-01"),
        ("move", {"list": "nope"}, "Ingen liste hedder"), ("publish", {}, "intet"),
    ):  # fmt: skip
        shown = press(writer, do, **fields)
        assert says.lower() in shown.lower()
        assert "Halvt svar" in shown


def test_a_ticket_is_merged_and_parted_again(pages: WritingDesk) -> None:
    pages.asks()
    pages.asks(pages.karin, text="Må vi også dele billeder?", Subject="Billeder igen")
    writer = pages.writer(pages.anders)

    assert press(writer, "merge", page="/desk/DB-2", into="DB-1").startswith("/desk/DB-1")
    assert {message.ticket_key for message in pages.messages()} == {1}
    with pages.store.reading() as session:
        (merged,) = session.exec(select(Act).where(Act.kind == ActKind.MERGE))
    press(writer, "undo", act=str(merged.id))

    assert len({message.ticket_key for message in pages.messages()}) == 2


def test_an_earlier_answer_is_put_in_with_its_link(pages: WritingDesk) -> None:
    question = pages.asks(text="Må skolen dele klassebilleder på Aula uden samtykke fra forældrene?")
    pages.replies(pages.anders, "Nej, klassebilleder kræver samtykke.", to=question)
    pages.passes(30)
    pages.asks(pages.karin, text="Kræver klassebilleder på Aula samtykke fra forældrene?", Subject="Klassebilleder")
    while pages.search.update(pages.now):
        pass
    writer = pages.writer(pages.anders)
    assert "insert:DB-1" in answer(writer, page="/desk/DB-2", do="begin")

    shown = answer(writer, page="/desk/DB-2", text="Hej Karin.", do="insert:DB-1")

    assert "Hej Karin.\n\nNej, klassebilleder kræver samtykke.\n\nhttps://portal.example.dk/t/DB-1" in shown


def test_a_correction_takes_the_place_of_the_answer(pages: WritingDesk) -> None:
    pages.asks()
    writer = pages.writer(pages.anders)
    answer(writer, text="Ja.")
    pages.arrivals()

    answer(writer, text="Nej, det må I ikke.", corrects="1")
    pages.arrivals()

    with pages.store.reading() as session:
        old, new = session.exec(select(Message).where(Message.kind == MessageKind.ANSWER).order_by(Message.id))  # type: ignore[arg-type]
    assert (old.replaced_by_key, new.text) == (new.id, "Nej, det må I ikke.")


def test_an_answer_is_drafted_for_everybody_from_the_desk(pages: WritingDesk) -> None:
    question = pages.asks()
    pages.replies(pages.anders, "Ja, med samtykke.", to=question)

    writer, page = pages.writer(pages.anders), "/desk/DB-1/publication"

    assert press(writer, "publish") == page
    beside = writer.text(page)
    assert "Mette Eksempel" in beside
    fields = {"subject": "Må vi udlevere?", "short": "Ja", "question": "Må vi det?"}
    named = press(writer, "publish", page, **fields, answer="Ja, Mette Eksempel, med samtykke.")
    assert "Det nævnte nogen" in named
    assert press(writer, "publish", page, **fields, answer="Ja, med samtykke.").startswith("/desk/DB-1")

    with pages.store.reading() as session:
        published = session.exec(select(Publication)).one()
    assert (published.wanted_by_key, published.answer) == (pages.anders.id, "Ja, med samtykke.")
    assert published.published_at is not None
    assert "Ja, med samtykke." in pages.writer(pages.ole).text(f"/svar/{published.path}")


def test_several_are_done_at_once_and_what_cannot_be_is_told(pages: WritingDesk) -> None:
    for number in range(3):
        pages.asks(text=f"Spørgsmål nummer {number} om noget andet?", Subject=f"Nummer {number}")
    writer = pages.writer(pages.anders)
    token = {"csrf_token": writer.text("/desk").partition('name="csrf_token" value="')[2].partition('"')[0]}

    chosen = {"do": "take", "ticket": ["DB-1", "DB-3", "NI-9"]}
    shown = writer.client.post("/desk?queue=all", base_url=BASE, data=token | chosen)

    assert "NI-9" in shown.text
    with pages.store.reading() as session:
        taken = session.exec(select(Ticket.number).where(Ticket.assignee_key == pages.anders.id)).all()
    assert sorted(taken) == [1, 3]
    assert "Mine" in writer.text("/desk")
    assert {number for number in (1, 2, 3) if f"DB-{number}" in writer.text("/desk?queue=mine")} == {1, 3}


def test_an_answer_of_a_restricted_list_is_put_in_on_no_other(pages: WritingDesk) -> None:
    asked = "Kræver klassebilleder på Aula samtykke fra forældrene?"
    pages.replies(pages.anders, "Nej, klassebilleder kræver samtykke.", to=pages.asks(text=asked))
    pages.passes(30)
    with pages.store.transaction() as session:
        anders, other = session.get_one(Person, pages.anders.key), session.get_one(MailingList, pages.other_list.key)
        appointments.appoint(session, anders, Role.LAWYER, other)
        a_filed_message(session, pages.portal, other, anders, pages.now, subject="Klassebilleder", text=asked)
    while pages.search.update(pages.now):
        pass
    writer = pages.writer(pages.anders)
    assert "insert:DB-1" in answer(writer, page="/desk/NI-1", do="begin")

    with pages.store.transaction() as session:
        session.get_one(MailingList, pages.mailing_list.key).is_restricted = True

    shown = answer(writer, page="/desk/NI-1", do="insert:DB-1")
    assert "DB-1" not in shown
    assert "klassebilleder kræver samtykke" not in shown
    assert writer.get("/desk/DB-1").status_code == 200


def test_a_note_is_for_lawyers_alone_also_once_its_author_is_none(pages: WritingDesk) -> None:
    pages.asks()
    writer = pages.writer(pages.anders)
    late = writer.press("/desk/DB-1/note", form_on="/desk/DB-1", text="Taget imod før")
    assert late.headers["Location"].startswith("/desk/DB-1")
    with pages.store.transaction() as session:
        anders = session.get_one(Person, pages.anders.key)
        for token, kind in (("a" * 24, DraftKind.NOTE), ("b" * 24, DraftKind.ANSWER)):
            fields = {"text": "Kun for jurister"}
            drafts.save(session, token, kind, anders, fields, pages.now, session.get_one(Ticket, 1))
        appointments.dismiss(session, anders, Role.LAWYER, pages.mailing_list)

    for token in ("a" * 24, "b" * 24):
        assert writer.press(f"/drafts/{token}", form_on="/me").status_code == 404
    assert writer.get(f"/drafts/{'a' * 24}/edit").status_code == 404
    pages.arrivals()

    assert [one.text for one in pages.messages() if one.kind is not MessageKind.NOTE] == [pages.messages()[0].text]
    assert "Taget imod før" not in pages.writer(pages.ole).text("/t/DB-1")


def test_a_standard_answer_is_found_and_filled_in_without_telling_who_is_anonymous(pages: WritingDesk) -> None:
    pages.asks()
    pages.asks(visibility=Visibility.ANONYMOUS, text="En anden kollega vil se en sag. Må vi?", Subject="Adgang")
    writer = pages.writer(pages.anders)
    for title, text in (("Samtykke", "Kære {spørger}\n\nOm {sag}: {ukendt} Hilsen {jurist}"), ("Logning", "Log.")):
        writer.press("/desk/standards", do="save", list=str(pages.mailing_list.id), title=title, text=text)

    found = answer(writer, do="find", words="kære SAMTYKKE")
    assert ("standard:1" in found, "standard:2" in found) == (True, False)
    assert "Kære Mette Eksempel\n\nOm DB-1: {ukendt} Hilsen Anders Jurist" in answer(writer, do="standard:1")
    assert "Kære {spørger}\n\nOm DB-2" in answer(writer, page="/desk/DB-2", do="standard:1")

    nina = pages.writer(pages.nina)
    stolen = {"do": "save", "list": str(pages.mailing_list.id), "title": "x", "text": "x", "key": "1"}
    assert nina.press("/desk/standards", **stolen).status_code == 404
    writer.press("/desk/standards", do="remove", list=str(pages.mailing_list.id), key="1")
    assert "Samtykke" not in writer.text("/desk/standards")
