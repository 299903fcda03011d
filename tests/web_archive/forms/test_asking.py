"""A question that is asked on the pages is an arrival like any other, and what was typed is never lost."""

import re
from datetime import timedelta

import pytest

from support.writing_desk import Writer, WritingDesk, a_file
from support.writing_desk import pages as pages
from tickets.database.models import Arrival, Disposition, Visibility
from tickets.reasons import Reason
from web_archive.forms.composing import most_octets_of_files

QUESTION = {"list": "DB", "subject": "Må vi dele billeder på intra?", "text": "Gælder det også børn?\nHilsen Mette"}


def ask(writer: Writer, **fields: object) -> str:
    """Ask and send; the page of what was sent."""
    shown = writer.fill("/ask", **QUESTION | fields)
    assert shown.status_code == 302, shown.text
    sent = writer.push(shown.headers["Location"], "Send")
    assert sent.status_code == 302, sent.text
    return str(sent.headers["Location"])


def newest(pages: WritingDesk) -> Arrival:
    return pages.arrivals()[-1]


def test_a_question_goes_the_way_of_mail(pages: WritingDesk) -> None:
    pages.employ(authserv_id="mx.example.dk")  # nobody but the login vouches for what the pages hand in
    writer = pages.writer(pages.mette)

    page = ask(writer, files=[a_file(b"a,b\r\n1,2\r\n", "liste æøå.csv")])
    assert "bliver læst" in writer.text(page)
    arrival = newest(pages)

    message = pages.messages()[-1]
    assert (arrival.door, arrival.disposition) == ("web", Disposition.FILED)
    assert arrival.voucher == {"by": "login", "domain": "proevested.example.dk", "uncovered": [], "mark": ""}
    assert (message.subject, message.author_key) == (QUESTION["subject"], pages.mette.id)
    assert message.text == "Gælder det også børn?"  # its sign-off is read as that of a mail
    assert ("mette", "receipt") in pages.owed()
    told = writer.text(page)
    assert "Dit spørgsmål er DB-1" in told
    assert "liste æøå.csv" in writer.text("/t/DB-1")


@pytest.mark.parametrize(
    ("choice", "says", "becomes"),
    [("", "alle andre medlemmer", Visibility.OPEN), ("confidential", "Kun du og juristerne", Visibility.CONFIDENTIAL)],
)
def test_who_will_see_it_is_told_before_it_is_sent(
    pages: WritingDesk, choice: str, says: str, becomes: Visibility
) -> None:
    writer = pages.writer(pages.mette)

    review = writer.fill("/ask", **QUESTION, visibility=choice)
    assert says in writer.text(review.headers["Location"])
    assert pages.arrivals() == []
    writer.push(review.headers["Location"], "Send")
    newest(pages)

    assert pages.ticket().visibility is becomes


def test_an_anonymous_question_is_shown_to_its_asker_first(pages: WritingDesk) -> None:
    writer = pages.writer(pages.mette)

    page = ask(writer, visibility="anonymous")
    assert newest(pages).reason is Reason.PREVIEWED

    (decide,) = re.findall(r'href="(/proposals/\w+)"', writer.text(page))
    assert "En kommune" in writer.text(decide)
    writer.post(decide, choice="send")
    pages.arrivals()
    assert pages.ticket().visibility is Visibility.ANONYMOUS
    assert "Dit spørgsmål er DB-1" in writer.text(page)


def test_a_cpr_number_is_told_before_and_waits_behind_the_button(pages: WritingDesk) -> None:
    writer = pages.writer(pages.mette)

    review = writer.fill("/ask", list="DB", subject="Om en borger", text="CPR 010190-1234 vil se sin sag.").headers[
        "Location"
    ]
    assert "ser ud til, at der står et CPR-nummer" in writer.text(review)
    assert "010190-1234 vil se" in writer.text(f"{review}/edit")
    sent = writer.push(review, "Send").headers["Location"]

    assert newest(pages).reason is Reason.HOLDS_CPR
    assert pages.messages() == []
    assert "/proposals/" in writer.text(sent)
    again = re.findall(r'href="(/ask\?again=\w+)"', writer.text(sent))[0]
    assert "010190-1234 vil se" in writer.text(again)
    assert "010190-1234 vil se" not in pages.writer(pages.ole).text(again)


def test_a_form_that_is_sent_twice_asks_once(pages: WritingDesk) -> None:
    writer = pages.writer(pages.mette)
    review = writer.fill("/ask", **QUESTION).headers["Location"]
    page = writer.get(review)

    places = {writer.push(review, "Send", on=page).headers["Location"] for _ in range(3)}

    assert len(places) == 1
    assert len(pages.arrivals()) == 1
    assert writer.get(review).headers["Location"] == places.pop()


def test_what_is_missing_is_told_and_what_was_typed_stays(pages: WritingDesk) -> None:
    writer = pages.writer(pages.mette)

    for fields, says in (
        ({"subject": "", "text": "Ét ord: hvorfor?"}, "Skriv med få ord, hvad det handler om"),
        ({"subject": "Ét ord: hvorfor?", "text": " "}, "Der er ingen tekst endnu"),
        ({**QUESTION, "subject": "Ét ord: hvorfor?", "list": "NOPE"}, "Vælg den liste"),
    ):
        shown = writer.fill("/ask", **fields)
        assert (shown.status_code, says in shown.text, "Ét ord: hvorfor?" in shown.text) == (422, True, True)
    assert pages.arrivals() == []


def test_files_that_are_too_large_leave_the_text(pages: WritingDesk) -> None:
    pages.open_pages(max_size=400_000)
    writer = pages.writer(pages.mette)
    large = most_octets_of_files(400_000) + 1

    shown = writer.fill("/ask", **QUESTION, files=[a_file(b"x" * large, "stor.bin")])

    assert (shown.status_code, "for store" in shown.text, QUESTION["subject"] in shown.text) == (422, True, True)
    assert "stor.bin" not in shown.text
    ask(writer, files=[a_file(b"x" * (large - 1), "lille.bin")])
    assert newest(pages).disposition is not None


def test_a_login_that_was_over_leads_back_to_what_was_typed(pages: WritingDesk) -> None:
    writer = pages.writer(pages.mette)
    form = writer.get("/ask")
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form.text))
    pages.now += timedelta(days=31)

    kept = writer.post("/ask", **hidden, **QUESTION)
    stranger = pages.writer().post("/ask", **hidden | {"form": "a" * 24}, **QUESTION)

    assert kept.headers["Location"].startswith("/login?next=%2Fdrafts%2F")
    assert stranger.status_code == 400  # nobody's words are put before another: the form was made for nobody
    assert len(pages.all_drafts()) == 1
    path = kept.headers["Location"].partition("next=")[2].replace("%2F", "/")
    back = pages.writer(pages.mette)
    assert "Gælder det også børn?" in back.text(path)
    assert pages.writer(pages.ole).get(path).status_code == 404  # it is Mette's alone
    assert back.fill(path, to="/ask", **QUESTION).status_code == 302
    assert pages.arrivals() == []


def test_nobody_fills_the_database_without_a_login(pages: WritingDesk) -> None:
    stranger, form = pages.writer(), pages.writer(pages.mette).get("/ask")
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form.text))

    for _ in range(70):
        stranger.post("/ask", **hidden, **QUESTION)

    assert len(pages.all_drafts()) == 60


def test_who_writes_very_much_keeps_it_as_a_draft(pages: WritingDesk) -> None:
    writer = pages.writer(pages.mette)
    for number in range(60):
        ask(writer, subject=f"Nummer {number}")

    review = writer.fill("/ask", **QUESTION)

    assert (review.status_code, "inden for en time" in review.text) == (422, True)
    assert [one.fields["subject"] for one in pages.drafts_of(pages.mette)] == [QUESTION["subject"]]


def test_nobody_sees_or_sends_anothers_draft(pages: WritingDesk) -> None:
    review = pages.writer(pages.mette).fill("/ask", **QUESTION).headers["Location"]
    other = pages.writer(pages.ole)
    token = review.rpartition("/")[2]

    assert {other.get(one).status_code for one in (review, f"{review}/edit", f"/sent/{token}")} == {404}
    assert other.press(review, form_on="/me").status_code == 404
    assert other.press(f"{review}/discard", form_on="/me").status_code == 404
    assert other.fill("/ask", form=token, **QUESTION).status_code == 404
    assert pages.writer().get(review).status_code == 403
    assert pages.arrivals() == []


def test_a_draft_is_saved_listed_and_dropped(pages: WritingDesk) -> None:
    writer = pages.writer(pages.mette)

    writer.fill("/ask", subject="Halvvejs", text="Jeg er ikke", do="save")
    assert "Halvvejs" in writer.text("/ask")
    (draft,) = pages.drafts_of(pages.mette)
    writer.press(f"/drafts/{draft.token}/discard", form_on="/me")

    assert pages.drafts_of(pages.mette) == []


def test_where_nothing_is_handed_in_there_is_no_form(pages: WritingDesk) -> None:
    pages.asks()
    pages.open_pages(max_size=0)
    reader = pages.writer(pages.ole)

    assert "/ask" not in reader.text("/")
    assert "/reply" not in reader.text("/t/DB-1")
    assert {reader.get(one).status_code for one in ("/ask", "/t/DB-1/reply")} == {404}
