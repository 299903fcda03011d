"""A desk inside the mail program: what a lawyer replies is done, and what is meant for the office stays there."""

import re
from datetime import timedelta

import pytest

from support.command_desk import CommandDesk, desk, plain
from tickets.database.models import Disposition, Message, MessageKind, Person, Role, Status, Ticket, Visibility
from tickets.people import appointments
from tickets.people.sight import sight_of
from tickets.reasons import Reason

__all__ = ["desk"]

ALONE = [
    "TAG", "#tag", "Tag.\n\nMvh Anders", "Luk", "LUK!\n\nSendt fra min iPhone", "VENT 3 dage\n\nAnders",
    "vent til fredag",
    "STIKORD logning, art. 32", "TILDEL Sofie", "FORTROLIG", "GENÅBN", "TAG\nLUK\nSTIKORD logning",
    "Hej Mette\n\nTAG\n\nMed venlig hilsen\nAnders Jurist\nForeningen", "close", "VENT på svar",
]  # fmt: skip


@pytest.mark.alike
@pytest.mark.parametrize("text", ALONE)
def test_a_command_and_a_signature_reach_neither_asker_nor_follower(desk: CommandDesk, text: str) -> None:
    desk.asks()

    arrival = desk.replies(desk.anders, text)

    assert arrival.disposition is Disposition.OBEYED
    assert {who for who, _ in desk.owed()} <= {"sofie", "anders"}
    assert len(desk.messages()) == 1


def test_a_ticket_is_taken_and_closed(desk: CommandDesk) -> None:
    desk.asks()

    desk.replies(desk.anders, "TAG\nLUK\nSTIKORD logning, art. 32")

    ticket = desk.ticket()
    assert (ticket.assignee_key, ticket.status, ticket.topics) == (
        desk.anders.id,
        Status.CLOSED,
        ["logning", "art. 32"],
    )
    assert desk.owed() == set()


def test_commands_above_an_answer_are_taken_off(desk: CommandDesk) -> None:
    desk.asks()

    arrival = desk.replies(desk.anders, "Hej Mette\n\nTAG\nLUK\n\nJa, det må I gerne.\n\nMvh Anders")

    assert arrival.disposition is Disposition.FILED
    answer = desk.messages()[-1]
    assert (answer.kind, answer.text) == (MessageKind.ANSWER, "Hej Mette\n\nJa, det må I gerne.")
    told = {("mette", "answer"), ("sofie", "answer"), ("ole", "answer")}
    assert desk.owed() == told | {("anders", "short_asked")}
    assert not any("TAG" in plain(one) or "LUK" in plain(one) for one in desk.letters_to(desk.mette)[1:])
    assert desk.ticket().status is Status.CLOSED


def test_a_note_is_told_to_the_other_lawyers_alone(desk: CommandDesk) -> None:
    desk.asks()

    desk.replies(desk.anders, "NOTAT\nRing til hende først, hun er presset.")

    note = desk.messages()[-1]
    assert (note.kind, desk.ticket().status) == (MessageKind.NOTE, Status.OPEN)
    assert desk.owed() == {("sofie", "note")}
    with desk.store.reading() as session:
        ticket = session.get_one(Ticket, note.ticket_key)
        assert not sight_of(session, desk.mette).of_message(ticket, session.get_one(Message, note.id))


def test_a_lawyers_reply_to_a_note_stays_among_the_lawyers(desk: CommandDesk) -> None:
    desk.asks()
    desk.replies(desk.anders, "NOTAT\nRing til hende først.")
    desk.forget()

    desk.replies(desk.sofie, "Det gør jeg i morgen.")

    assert desk.messages()[-1].kind is MessageKind.NOTE
    assert desk.owed() == {("anders", "note")}
    desk.forget()
    desk.replies(desk.sofie, "SVAR\nJa, det må I gerne.", to=desk.messages()[1])
    assert ("mette", "answer") in desk.owed()


def test_a_holding_reply_reaches_the_asker_and_is_no_answer(desk: CommandDesk) -> None:
    desk.asks()

    desk.replies(desk.anders, "VENT til fredag\n\nVi skal lige spørge Datatilsynet.")

    ticket = desk.ticket()
    assert (ticket.status, ticket.answered_at) == (Status.PENDING, None)
    assert ticket.pending_until is not None
    assert desk.owed() == {("mette", "reply"), ("sofie", "reply")}
    letter = plain(desk.letters_to(desk.mette)[-1])
    assert "Svaret kommer senere" in letter
    assert "ikke rådgivning" not in letter


def test_a_short_answer_comes_first_and_is_remembered(desk: CommandDesk) -> None:
    desk.asks()

    desk.replies(desk.anders, "KORT: Ja, med hjemmel i artikel 6.\n\nDet følger af …")

    assert desk.messages()[-1].text == "Ja, med hjemmel i artikel 6.\n\nDet følger af …"
    assert desk.ticket().short_answer == "Ja, med hjemmel i artikel 6."


def test_a_short_answer_alone_is_the_answer_of_a_ticket_that_waits_for_one(desk: CommandDesk) -> None:
    desk.asks()

    desk.replies(desk.anders, "KORT: Ja.")

    assert (desk.messages()[-1].kind, desk.messages()[-1].text) == (MessageKind.ANSWER, "Ja.")
    desk.forget()
    desk.replies(desk.anders, "KORT: Ja, gerne.", to=desk.messages()[0])
    assert (len(desk.messages()), desk.ticket().short_answer, desk.owed()) == (2, "Ja, gerne.", set())


def test_what_is_given_to_a_colleague_comes_with_the_question(desk: CommandDesk) -> None:
    question = desk.asks(text="Må vi udlevere en afgørelse?")

    desk.replies(desk.anders, "TILDEL Sofie")

    assert desk.owed() == {("sofie", "assigned")}
    letter = desk.letters_to(desk.sofie)[-1]
    assert "Må vi udlevere en afgørelse?" in plain(letter)
    desk.replies(desk.sofie, "Ja, det må I.", to=question, address=str(letter["Reply-To"]).strip("<>"))
    assert desk.messages()[-1].kind is MessageKind.ANSWER


def test_undoing_gives_back_what_was(desk: CommandDesk) -> None:
    desk.asks()
    desk.replies(desk.anders, "TAG")
    desk.replies(desk.anders, "FORTROLIG")
    assert desk.owed() == {("anders", "done")}
    assert "FORTRYD" in plain(desk.letters_to(desk.anders)[-1])

    desk.replies(desk.anders, "FORTRYD")
    assert (desk.ticket().visibility, desk.ticket().assignee_key) == (Visibility.OPEN, desk.anders.id)
    desk.replies(desk.anders, "FORTRYD")
    assert desk.ticket().assignee_key is None


# -- near misses -----------------------------------------------------------------------


@pytest.mark.alike
@pytest.mark.parametrize(
    "text", ["LUKK", "Luk sagen", "AFSLUT", "#done", "Ja, det må I.\n\nLUK", "TILDEL Karl", "RET\nNej."]
)
def test_a_near_miss_stops_the_mail_and_its_author_gets_it_back(desk: CommandDesk, text: str) -> None:
    desk.asks()

    arrival = desk.replies(desk.anders, text)

    assert arrival.disposition is Disposition.HELD
    assert desk.owed() == {("anders", "unclear")}
    assert text in plain(desk.letters_to(desk.anders)[-1])
    assert (len(desk.messages()), desk.ticket().status) == (1, Status.OPEN)


def addresses_in(letter: str) -> list[str]:
    return re.findall(r"^(databeskyttelse\+\w{34}@example\.dk)$", letter, re.MULTILINE)


def test_what_cannot_be_done_comes_back_with_why_in_the_language_of_its_author(desk: CommandDesk) -> None:
    desk.asks()
    desk.replies(desk.anders, "TILDEL Karl\n\nSe lige på den")
    with desk.store.transaction() as session:
        session.get_one(Person, desk.sofie.id).language = "en"
    desk.replies(desk.sofie, "FLET DB-99")

    assert "Karl er ikke blandt listens jurister, eller flere af dem hedder sådan." in plain(
        desk.letters_to(desk.anders)[-1]
    )
    assert "There is no ticket DB-99." in plain(desk.letters_to(desk.sofie)[-1])
    assert {who for who, _ in desk.owed()} == {"anders", "sofie"}


def test_its_author_says_that_it_was_an_answer(desk: CommandDesk) -> None:
    desk.asks()
    desk.replies(desk.anders, "AFSLUT\n\nsagen hos jer selv.")
    as_answer, *others = addresses_in(plain(desk.letters_to(desk.anders)[-1]))
    desk.forget()

    desk.replies(desk.anders, "OK", address=as_answer)
    desk.process()
    desk.distribute()

    assert others == []
    assert desk.messages()[-1].text == "AFSLUT\n\nsagen hos jer selv."
    assert ("mette", "answer") in desk.owed()


def test_its_author_says_what_was_meant(desk: CommandDesk) -> None:
    desk.asks()
    desk.replies(desk.anders, "LUKK\n\nJa, det må I gerne.")
    _, as_meant = addresses_in(plain(desk.letters_to(desk.anders)[-1]))
    desk.forget()

    desk.replies(desk.anders, "OK", address=as_meant)
    desk.process()
    desk.distribute()

    assert (desk.messages()[-1].text, desk.ticket().status) == ("Ja, det må I gerne.", Status.CLOSED)
    assert ("mette", "answer") in desk.owed()


# -- who may ---------------------------------------------------------------------------


def test_what_comes_to_everybodys_address_is_asked_about(desk: CommandDesk) -> None:
    desk.asks()

    desk.replies(desk.anders, "LUK", address="databeskyttelse@example.dk")

    assert desk.owed() == {("anders", "unclear")}
    assert desk.ticket().status is Status.OPEN


def test_what_a_secretary_sends_is_asked_about_once(desk: CommandDesk) -> None:
    desk.asks()
    desk.replies(desk.anders, "LUK", Sender="sekretariat@forening.example.dk")
    assert desk.owed() == {("anders", "unclear")}
    _, as_meant = addresses_in(plain(desk.letters_to(desk.anders)[-1]))
    desk.replies(desk.anders, "OK", address=as_meant)
    desk.process()
    assert desk.ticket().status is Status.CLOSED

    desk.replies(desk.anders, "GENÅBN", Sender="sekretariat@forening.example.dk")

    assert desk.ticket().status is Status.OPEN


@pytest.mark.parametrize("text", ["LUK", "LUKK", "Hej Mette\n\nHer er svaret.\n\nLUK"])
@pytest.mark.parametrize("word", ["JA", "LUK", ""])
def test_a_secretary_does_not_say_that_a_secretary_may(desk: CommandDesk, text: str, word: str) -> None:
    desk.asks()
    desk.replies(desk.anders, text, Sender="sekretariat@forening.example.dk")

    for _ in range(2):
        letter = desk.letters_to(desk.anders)[-1]
        as_meant = addresses_in(plain(letter))[-1]
        address = str(letter["Reply-To"]).strip("<>") if word else as_meant
        desk.replies(desk.anders, word or "OK", address=address, Sender="sekretariat@forening.example.dk")
        desk.process()
        desk.distribute()

    assert desk.ticket().status is Status.OPEN
    held = [one.reason for one in desk.process() if one.disposition is Disposition.HELD]
    assert Reason.SENT_FOR in held


def test_a_member_who_writes_a_lawyers_word_writes_text(desk: CommandDesk) -> None:
    desk.asks()

    desk.replies(desk.ole, "LUK\n\ner ikke noget, vi gør.")

    assert desk.messages()[-1].text == "LUK\n\ner ikke noget, vi gør."
    assert desk.ticket().status is Status.OPEN


def test_the_lawyer_of_another_list_commands_nothing_here(desk: CommandDesk) -> None:
    desk.asks()

    desk.replies(desk.nina, "LUK")

    assert desk.ticket().status is Status.OPEN


def test_the_same_mail_is_obeyed_once(desk: CommandDesk) -> None:
    desk.asks()
    desk.replies(desk.anders, "LUK", Message_ID="<1@forening.example.dk>")
    desk.replies(desk.sofie, "GENÅBN")

    arrival = desk.replies(desk.anders, "LUK", Message_ID="<1@forening.example.dk>")

    assert (arrival.disposition, desk.ticket().status) == (Disposition.DISCARDED, Status.OPEN)


def test_a_robot_commands_nothing(desk: CommandDesk) -> None:
    desk.asks()

    desk.replies(desk.anders, "LUK", Auto_Submitted="auto-replied")

    assert desk.ticket().status is Status.OPEN


def test_a_command_is_read_from_outlooks_html(desk: CommandDesk) -> None:
    desk.asks()
    html = (
        '<html><body><div class="WordSection1"><p class="MsoNormal">Luk<o:p></o:p></p><p class="MsoNormal"><o:p>&nbsp;'
        '</o:p></p><p class="MsoNormal">Med venlig hilsen<o:p></o:p></p><p class="MsoNormal">Anders Jurist</p></div>'
        '<div id="divRplyFwdMsg"><b>Fra:</b> databeskyttelse<br><b>Sendt:</b> 23. november 2026<br><b>Til:</b> Anders'
        "<br><b>Emne:</b> Må vi det?</div><div>Må vi det?</div></body></html>"
    )
    message_text = "This message is in HTML. Open it in your browser."

    desk.replies(desk.anders, message_text, html=html)

    assert (desk.ticket().status, len(desk.messages())) == (Status.CLOSED, 1)


# -- what the lawyers' letter tells ----------------------------------------------------


def test_the_letter_to_lawyers_tells_how_it_stands_and_opens_a_reply_with_a_word(desk: CommandDesk) -> None:
    question = desk.asks()
    letter = desk.letters_to(desk.sofie)[-1]
    html = letter.get_body(("html",))
    assert html is not None
    links = re.findall(r'href="mailto:(databeskyttelse\+\w{34}@example\.dk)\?[^"]*body=(\w+)', html.get_content())
    assert "Ingen har den endnu. Den har ventet siden" in plain(letter)
    assert [word for _, word in links] == ["TAG", "NOTAT", "VENT", "LUK"]

    desk.now += timedelta(minutes=1)
    desk.replies(desk.sofie, links[0][1], to=question, address=links[0][0])
    desk.now += timedelta(minutes=1)
    desk.replies(desk.mette, "Det haster lidt.", to=question)

    letter = desk.letters_to(desk.sofie)[-1]
    assert "Sofie Berg har den." in plain(letter)
    assert "- Sofie Berg tog den (" in plain(letter)
    told = [plain(one) for one in (*desk.letters_to(desk.mette), *desk.letters_to(desk.ole))]
    assert not any("har den" in one or "tog den" in one for one in told)


def _asks_among_lawyers(desk: CommandDesk) -> tuple[Message, str]:
    """A note of Anders', and where Sofie's letter about it says that she answers."""
    desk.asks()
    desk.replies(desk.anders, "NOTAT\nHvad mener du? De er vist uenige om det.")
    desk.forget()
    return desk.messages()[-1], str(desk.letters_to(desk.sofie)[-1]["Reply-To"]).strip("<>")


NOT_CITED = {"In_Reply_To": "<1@a.example.org>", "References": "<1@a.example.org>"}


@pytest.mark.parametrize("text", ["Helt enig.", "TAG\n\nHelt enig.", "VENT 3 dage\n\nHelt enig.", "LUK\n\nHelt enig."])
@pytest.mark.parametrize("fields", [{}, NOT_CITED])
def test_what_answers_a_note_stays_among_the_lawyers_whatever_it_cites_or_commands(
    desk: CommandDesk, text: str, fields: dict[str, str]
) -> None:
    note, address = _asks_among_lawyers(desk)

    desk.replies(desk.sofie, text, to=note, address=address, **fields)

    assert desk.messages()[-1].kind is MessageKind.NOTE
    assert not {who for who, _ in desk.owed()} & {"mette", "ole"}


def test_what_answers_a_note_for_the_asker_says_so(desk: CommandDesk) -> None:
    note, address = _asks_among_lawyers(desk)

    desk.replies(desk.sofie, "SVAR\nJa, det må I gerne.", to=note, address=address, **NOT_CITED)

    assert ("mette", "answer") in desk.owed()


QUOTES = {
    "outlook": "Fra: Anders Jurist <databeskyttelse@example.dk>\nSendt: 23. november 2026 08:00\nTil: Sofie Berg\n"
    "Emne: SV: Må vi det? [DB-1]\n\n{}",
    "marked": "Den 23. nov. 2026 kl. 08.00 skrev Anders Jurist <databeskyttelse@example.dk>:\n> {}",
}


@pytest.mark.alike
@pytest.mark.parametrize("quote", QUOTES.values(), ids=QUOTES)
@pytest.mark.parametrize("word", ["SVAR\n\n", "KORT: Ja\n\n", "RET\n\n"])
@pytest.mark.parametrize("is_internal", [True, False])
def test_an_answer_to_a_note_does_not_hand_the_note_on(
    desk: CommandDesk, word: str, quote: str, *, is_internal: bool
) -> None:
    note, address = _asks_among_lawyers(desk)
    desk.replies(desk.anders, "Nej, det må I ikke.", to=desk.messages()[0])
    to = address if is_internal else desk.address_of(desk.sofie, note)

    text = f"{word}Ja, det må I gerne.\n\nMvh Sofie\n\n{quote.format('De er vist uenige om det.')}"
    desk.replies(desk.sofie, text, to=note, address=to)

    answer = desk.messages()[-1]
    assert "det må I gerne" in answer.text
    assert answer.kind is MessageKind.ANSWER
    assert "uenige" not in f"{answer.text}{answer.quoted}"


def test_who_is_no_lawyer_any_more_answers_no_note(desk: CommandDesk) -> None:
    note, address = _asks_among_lawyers(desk)
    with desk.store.transaction() as session:
        appointments.dismiss(session, session.get_one(Person, desk.sofie.id), Role.LAWYER, desk.mailing_list)

    arrival = desk.replies(desk.sofie, "Helt enig.", to=note, address=address, **NOT_CITED)

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, Reason.NO_LAWYER)
    assert desk.owed() == set()


def test_nobody_answers_a_note_at_anothers_address(desk: CommandDesk) -> None:
    note, address = _asks_among_lawyers(desk)

    arrival = desk.replies(desk.ole, "Helt enig.", to=note, address=address, **NOT_CITED)

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, Reason.OTHERS_TOKEN)
