"""What a digest tells of a ticket: what is new, below what it is about, and nothing below what it is not about."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from support.builders import a_filed_message, a_person
from support.newsroom import WEEK, Town, make_town
from support.town import text, the_list
from tickets import journal, links
from tickets.conversations.filing import merge
from tickets.database.models import Message, MessageKind, Person, Status, Ticket, TicketKind, Visibility
from tickets.database.store import Store
from tickets.portal import Portal
from tickets.tokens import Signer

THREE_MONTHS = "Gemmer vi logfiler i tre måneder eller et år?"
A_YEAR = "I kan gemme dem et år."
POWERS = "Gælder det også for fuldmagter?"
NO = "Nej. Fuldmagter følger journalen."


class Weekly(Town):
    """A town in which a question was asked, answered and told last week; each further message comes a day later."""

    def __init__(self, town: Town, **fields: Any) -> None:
        super().__init__(town.store, town.portal, town.signer, town.now)
        self.asked = self.file("mette", subject="Logfiler", text=THREE_MONTHS, **fields)
        self.now += timedelta(hours=1)
        self.answered = self.answer(A_YEAR, self.asked)
        self.make()
        self.now += WEEK - timedelta(days=6)

    def say(self, author: str, words: str, to: Message | None = None, **fields: Any) -> Message:
        """A further message on the ticket; without `to` by its address alone, as who writes anew to it does."""
        self.now += timedelta(days=1)
        cited = (to.own_id,) if to else ()
        return self.file(author, self.asked, text=words, in_reply_to=cited, **fields)

    def answer(self, words: str, to: Message | None = None, author: str = "anders") -> Message:
        return self.say(author, words, to, is_lawyer=True)

    def ask(self, words: str, to: Message | None = None) -> Message:
        return self.say("mette", words, to)

    def told(self) -> str:
        """The item of the ticket in the next digest, without the table of contents."""
        self.now = self.now.replace(hour=7) + WEEK
        self.make()
        letter = text(self.letters()[-1])
        assert letter.count("\nLogfiler (DB-1)\n") == 1
        return letter.split("\nLogfiler (DB-1)\n")[1].split("\nLæs:")[0]


def in_order(told: str, *words: str) -> bool:
    """Whether these stand in it, each once, in this order, and no other of the usual texts."""
    places = [told.find(one) for one in words]
    others = {THREE_MONTHS, A_YEAR, POWERS, NO} - set(words)
    is_once = all(told.count(one) == 1 for one in words)
    return is_once and places == sorted(places) and not any(one in told for one in others)


@pytest.fixture
def town(store: Store, portal: Portal, signer: Signer, now: datetime) -> Town:
    return make_town(store, portal, signer, now)


@pytest.fixture
def week(town: Town) -> Weekly:
    return Weekly(town)


# -- a question that was answered, told, asked on and answered again -------------------


def test_an_answer_to_what_was_asked_on_stands_below_that_and_both_are_dated(week: Weekly) -> None:
    further = week.ask(POWERS, week.answered)
    week.answer(NO, further)

    told = week.told()

    assert told.strip().split("\n\n") == [
        "Spurgt første gang 23. nov. 2026",
        "Mere fra Mette Eksempel, Prøvested Kommune · 26. nov. 2026 kl. 09.00",
        POWERS,
        "Svar fra Anders Jurist, Foreningen · 27. nov. 2026 kl. 09.00",
        NO,
    ]


def test_the_html_of_it_says_the_same(week: Weekly) -> None:
    week.answer(NO, week.ask(POWERS, week.answered))
    week.told()

    html = text(week.letters()[-1], "html")

    assert in_order(html, POWERS, NO)


def test_what_opens_a_ticket_again_is_told_as_unanswered(week: Weekly) -> None:
    week.ask(POWERS, week.answered)

    told = week.told()

    assert in_order(told, POWERS, "Ikke besvaret endnu.")


def test_what_was_told_as_open_again_is_told_once_more_with_its_answer(week: Weekly) -> None:
    further = week.ask(POWERS, week.answered)
    assert in_order(week.told(), POWERS)
    week.answer(NO, further)

    assert in_order(week.told(), POWERS, NO)


def test_an_answer_that_cites_nothing_is_to_what_waits(week: Weekly) -> None:
    week.ask(POWERS, week.answered)
    week.answer(NO)

    assert in_order(week.told(), POWERS, NO)


def test_an_answer_to_an_old_letter_stands_below_all_that_it_may_be_about(week: Weekly) -> None:
    """Who answers the first letter, which was answered, may mean the question that waits."""
    week.ask(POWERS, week.answered)
    week.answer(NO, week.asked)

    assert in_order(week.told(), THREE_MONTHS, POWERS, NO)


def test_a_second_answer_to_one_question_stands_below_the_first(week: Weekly) -> None:
    further = week.ask(POWERS, week.answered)
    week.answer(NO, further)
    week.answer("Se dog databeskyttelseslovens § 22.", further)

    assert in_order(week.told(), POWERS, NO, "Se dog databeskyttelseslovens § 22.")


def test_what_adds_to_an_answer_is_about_the_same_question(week: Weekly) -> None:
    week.answer("Dog kun med hjemmel.", week.answered)

    assert in_order(week.told(), THREE_MONTHS, "Dog kun med hjemmel.")


def test_several_questions_stand_each_with_its_answer(week: Weekly) -> None:
    powers = week.ask(POWERS, week.answered)
    children = week.ask("Og for børn?", week.answered)
    week.answer("Ja, for børn gælder det.", children)
    week.answer(NO, powers)

    assert in_order(week.told(), "Og for børn?", "Ja, for børn gælder det.", POWERS, NO)


def test_what_the_asker_forgot_stands_with_the_question(week: Weekly) -> None:
    powers = week.ask(POWERS, week.answered)
    forgot = week.ask("Jeg glemte: Det er pårørende.", powers)
    week.answer(NO, forgot)

    assert in_order(week.told(), POWERS, "Jeg glemte: Det er pårørende.", NO)


def test_questions_in_a_row_that_are_answered_apart_are_told_apart(week: Weekly) -> None:
    powers = week.ask(POWERS, week.answered)
    children = week.ask("Og for børn?", powers)
    week.answer(NO, powers)
    week.answer("Ja, for børn gælder det.", children)

    assert in_order(week.told(), POWERS, NO, "Og for børn?", "Ja, for børn gælder det.")


def test_what_is_answered_and_asked_on_in_one_week_is_told_with_both(town: Town) -> None:
    week = Weekly.__new__(Weekly)
    Town.__init__(week, town.store, town.portal, town.signer, town.now)
    week.asked = week.file("mette", subject="Logfiler", text=THREE_MONTHS)
    week.ask(POWERS, week.answer(A_YEAR, week.asked))

    assert in_order(week.told(), THREE_MONTHS, A_YEAR, POWERS, "Ikke besvaret endnu.")


def test_what_is_open_still_is_told_by_what_waits(week: Weekly) -> None:
    week.ask(POWERS, week.answered)
    week.told()
    week.file("ole", subject="Noget andet")

    assert in_order(week.told(), POWERS)


# -- what others write -----------------------------------------------------------------


def test_a_members_word_is_no_answer_and_stands_below_what_it_is_about(week: Weekly) -> None:
    week.say("ole", "Hos os sletter vi efter en måned.", week.answered)

    told = week.told()

    assert in_order(told, THREE_MONTHS, A_YEAR, "Hos os sletter vi efter en måned.")
    assert "Fra Ole Følger, Øby Kommune, ikke fra listens jurister ·" in told


def test_a_members_word_on_an_answer_of_the_week_stands_after_it(week: Weekly) -> None:
    answered = week.answer(NO, week.ask(POWERS, week.answered))
    week.say("ole", "Det gør vi også.", answered)

    assert in_order(week.told(), POWERS, NO, "Det gør vi også.")


def test_what_belongs_to_different_questions_stands_apart(week: Weekly) -> None:
    week.answer(NO, week.ask(POWERS, week.answered))
    week.say("ole", "Hos os sletter vi efter en måned.", week.answered)

    first, second = week.told().split("\n· · ·\n")

    assert in_order(first, POWERS, NO)
    assert in_order(second, THREE_MONTHS, A_YEAR, "Hos os sletter vi efter en måned.")


def test_an_answer_to_a_member_stands_below_their_word(week: Weekly) -> None:
    word = week.say("ole", "Må vi nøjes med en måned?", week.answered)
    week.answer("Ja, en måned er nok.", word)

    assert in_order(week.told(), "Må vi nøjes med en måned?", "Ja, en måned er nok.")


def test_an_answer_by_way_of_a_members_word_keeps_the_question_that_waits(week: Weekly) -> None:
    powers = week.ask(POWERS, week.answered)
    word = week.say("ole", "Det har vi også tænkt på.", powers)
    week.answer(NO, word)

    assert in_order(week.told(), POWERS, "Det har vi også tænkt på.", NO)


def test_comments_on_news_stand_below_the_news(town: Town) -> None:
    news = town.file("anders", subject="Ny vejledning", text="Den er ude.", kind=TicketKind.NEWS)
    town.make()
    town.now += WEEK
    town.file("ole", news, text="Hvor finder vi den?", in_reply_to=(news.own_id,))
    town.make()

    told = text(town.letters()[-1])

    assert told.index("Den er ude.") < told.index("Hvor finder vi den?")
    assert "Ikke besvaret" not in told


# -- what must not be told -------------------------------------------------------------


def test_an_anonymous_asker_stays_a_municipality_in_what_they_ask_on(town: Town) -> None:
    week = Weekly(town, visibility=Visibility.ANONYMOUS)
    further = week.ask("Gælder det også hos os i Prøvested? Mette Eksempel", week.answered)
    week.answer("Ja, Mette, også i Prøvested Kommune.", further)

    told = week.told()

    assert "Mere fra en kommune · 26. nov." in told
    assert "Svar fra Anders Jurist, Foreningen · 27. nov." in told
    for kind in ("plain", "html"):
        assert not {"Mette", "Prøvested"} & set(text(week.letters()[-1], kind).replace(",", " ").split())


def test_a_colleagues_word_on_an_anonymous_question_is_a_municipalitys(town: Town) -> None:
    week = Weekly(town, visibility=Visibility.ANONYMOUS)
    with town.store.transaction() as session:
        a_person(session, "kai@proevested.example.dk", "Kai Kollega")
    week.say("kai", "Det samme vil jeg gerne vide.", week.answered)

    told = week.told()

    assert "Fra en kommune, ikke fra listens jurister ·" in told
    assert "Kai" not in told


def test_a_note_is_neither_told_nor_what_an_answer_is_about(week: Weekly) -> None:
    further = week.ask(POWERS, week.answered)
    note = week.answer("Intern: Hvad siger Datatilsynet?", further)
    with week.store.transaction() as session:
        filed = session.get_one(Message, note.id)
        filed.kind, filed.visibility = MessageKind.NOTE, Visibility.INTERNAL
    week.answer(NO, note)

    assert in_order(week.told(), POWERS, NO)
    assert "Intern" not in text(week.letters()[-1])


def test_a_ticket_that_became_confidential_is_told_no_more(week: Weekly) -> None:
    further = week.ask(POWERS, week.answered)
    week.answer(NO, further)
    with week.store.transaction() as session:
        session.get_one(Ticket, week.asked.ticket_key).visibility = Visibility.CONFIDENTIAL
    week.now += WEEK

    digest = week.make()

    assert digest
    assert digest.items == 0


# -- merged and imported ---------------------------------------------------------------


def ticket_of(session: Session, message: Message) -> Ticket:
    return session.get_one(Ticket, message.ticket_key)


def test_an_answer_that_came_before_its_question_is_told_below_it(town: Town) -> None:
    answer = town.file("anders", text=NO, references=("frem@proevested.example.dk",), is_lawyer=True)
    town.now += timedelta(minutes=5)
    town.file("mette", subject="Logfiler", text=POWERS, message_id="frem@proevested.example.dk")
    with town.store.reading() as session:
        ticket = ticket_of(session, session.get_one(Message, answer.id))
        assert ticket.status is Status.ANSWERED
        name = links.ticket_name(the_list(session), ticket)
    town.make()

    told = text(town.letters()[-1])

    assert "1 svar" in told or "Besvaret (1)" in told
    assert told.index(POWERS) < told.index(NO)
    assert told.count(name) >= 1


def test_tickets_that_were_merged_are_told_as_one(week: Weekly) -> None:
    other = week.file("mette", subject="Fuldmagter", text=POWERS)
    week.now += timedelta(hours=1)
    with week.store.transaction() as session:
        source, target = ticket_of(session, other), ticket_of(session, week.asked)
        session.get_one(Message, other.id).parent_key = week.answered.id
        merge(session, the_list(session), source, target, week.now)
    week.answer(NO, other)

    assert in_order(week.told(), POWERS, NO)


def test_an_answer_to_an_imported_question_is_told_with_it(town: Town) -> None:
    week = Weekly.__new__(Weekly)
    Town.__init__(week, town.store, town.portal, town.signer, town.now)
    with week.store.transaction() as session, journal.quiet(session):
        mette = session.exec(select(Person).where(col(Person.email).startswith("mette@"))).one()
        fields = {"subject": "Logfiler", "text": THREE_MONTHS}
        week.asked = a_filed_message(session, week.portal, the_list(session), mette, week.now - WEEK, **fields)
    week.answer(NO, week.asked)

    assert in_order(week.told(), THREE_MONTHS, NO)
