"""What is published names nobody: not who asked, not their colleagues, not who wrote besides, not the lawyers."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from support.builders import a_filed_message, a_lawyer, a_list, a_person, an_organisation, store_content
from tickets.conversations.filing import Filing, file_post
from tickets.database.models import MailingList, Message, MessageKind, Person, Ticket, Visibility
from tickets.errors import NotFound
from tickets.people.askers import add_asker
from tickets.portal import Portal
from tickets.post import Mailbox, Post
from tickets.publishing.wording import Wording, compose, guard

QUESTION = """Kære jurister

Jeg hedder Mette Eksempel og sidder i Prøvested Kommune. Min kollega Karin Kollega har spurgt Ole Følger fra Øby.
Må vi udlevere en afgørelse? Ring på 65 51 12 34 eller skriv til mette@proevested.example.dk.

Venlig hilsen
Mette Eksempel
Prøvested Kommune"""
ANSWER = "Hej Mette\n\nJa, det må I gerne i Prøvested. Det mener Sofie Berg også.\n\nVenlig hilsen\nAnders Jurist"
SECRETS = ("Mette", "Eksempel", "Prøvested", "Karin", "proevested", "65 51 12 34", "Sofie", "Anders")


@dataclass
class Office:
    """A town in which Mette asks, Ole takes part, and Anders and Sofie answer."""

    session: Session
    portal: Portal
    now: datetime
    mailing_list: MailingList
    mette: Person
    ole: Person
    anders: Person

    def asks(self, visibility: Visibility = Visibility.OPEN, text: str = QUESTION, **more: str) -> Message:
        return a_filed_message(
            self.session, self.portal, self.mailing_list, self.mette, self.now,
            subject=more.get("subject", "Må Prøvested udlevere?"), text=text, visibility=visibility,
            sign_off=more.get("sign_off", "Venlig hilsen\nMette Eksempel\nPrøvested Kommune"),
        )  # fmt: skip

    def writes(self, author: Person, text: str, ticket: Ticket, to: Message, *, is_lawyer: bool = False) -> Message:
        self.now += timedelta(hours=1)
        post = Post(
            f"{self.now.timestamp()}@x", Mailbox(author.name, author.email), "Re:", text,
            in_reply_to=(to.message_id,), sent_at=self.now,
        )  # fmt: skip
        filing = Filing(author, store_content(self.session, text.encode(), self.now), self.now, is_lawyer=is_lawyer)
        return file_post(self.session, self.portal, self.mailing_list, post, filing, ticket)

    def ticket(self, message: Message) -> Ticket:
        return self.session.get_one(Ticket, message.ticket_key)


@pytest.fixture
def office(session: Session, portal: Portal, now: datetime) -> Office:
    mailing_list = a_list(session)
    town = an_organisation(session)
    mette = a_person(session, organisation=town)
    a_person(session, "karin@proevested.example.dk", "Karin Kollega", town)
    ole = a_person(session, "ole@oeby.example.dk", "Ole Følger")
    anders = a_lawyer(session, mailing_list)
    a_lawyer(session, mailing_list, "sofie@forening.example.dk", "Sofie Berg")
    return Office(session, portal, now, mailing_list, mette, ole, anders)


def told(wording: Wording) -> str:
    return "\n".join((wording.subject, wording.question, wording.answer, wording.short_answer, *wording.topics))


@pytest.mark.parametrize("visibility", [Visibility.OPEN, Visibility.ANONYMOUS, Visibility.CONFIDENTIAL])
def test_nobody_is_named_whatever_the_visibility(office: Office, visibility: Visibility) -> None:
    question = office.asks(visibility)
    ticket = office.ticket(question)
    office.writes(office.anders, ANSWER, ticket, question, is_lawyer=True)
    ticket.topics, ticket.short_answer = ["Prøvested", "aktindsigt"], "Ja, i Prøvested."

    wording = compose(office.session, ticket, None)

    assert [one for one in SECRETS if one in told(wording)] == []
    assert "Må vi udlevere en afgørelse?" in wording.question
    assert wording.answer.startswith("Ja, det må I gerne")
    assert "hilsen" not in told(wording)
    assert "Mette Eksempel" in dict(wording.removed)


def test_whoever_wrote_besides_is_not_named_either(office: Office) -> None:
    question = office.asks(text="Må vi det? Ole Følger siger ja.")
    ticket = office.ticket(question)
    office.writes(office.ole, "Hos os må vi.", ticket, question)
    office.writes(office.anders, "Ole Følger har ret.", ticket, question, is_lawyer=True)

    wording = compose(office.session, ticket, None)

    assert "Ole" not in told(wording)


def test_those_who_asked_too_are_not_named(office: Office) -> None:
    question = office.asks(text="Må vi det i Øby? Det spørger Ole Følger også om.")
    ticket = office.ticket(question)
    add_asker(office.session, ticket, office.ole.key)
    office.writes(office.anders, "Ja, Ole.", ticket, question, is_lawyer=True)

    assert "Ole" not in told(compose(office.session, ticket, None))


def test_an_answer_stands_below_what_it_answers(office: Office) -> None:
    question = office.asks(text="Må vi optage møder?")
    ticket = office.ticket(question)
    first = office.writes(office.anders, "Ja, det må I.", ticket, question, is_lawyer=True)
    more = office.writes(office.mette, "Gælder det også telefonmøder?", ticket, first)
    office.writes(office.anders, "Nej, dem må I ikke optage.", ticket, more, is_lawyer=True)

    newest, meant = compose(office.session, ticket, None), compose(office.session, ticket, first)

    assert newest.question == "Må vi optage møder?\n\nGælder det også telefonmøder?"
    assert newest.answer == "Nej, dem må I ikke optage."
    assert (meant.question, meant.answer) == ("Må vi optage møder?", "Ja, det må I.")


def test_what_is_for_fewer_is_no_answer_to_publish(office: Office) -> None:
    question = office.asks()
    ticket = office.ticket(question)
    answer = office.writes(office.anders, "Kun til dig.", ticket, question, is_lawyer=True)
    answer.visibility = Visibility.CONFIDENTIAL

    with pytest.raises(NotFound):
        compose(office.session, ticket, None)


def test_an_answer_that_no_longer_holds_is_not_published(office: Office) -> None:
    question = office.asks()
    ticket = office.ticket(question)
    old = office.writes(office.anders, "Ja.", ticket, question, is_lawyer=True)
    new = office.writes(office.anders, "Nej.", ticket, question, is_lawyer=True)
    old.replaced_by_key = new.key

    assert compose(office.session, ticket, old).answer == "Nej."


def test_notes_for_the_office_stand_in_nothing(office: Office) -> None:
    question = office.asks()
    ticket = office.ticket(question)
    office.writes(office.anders, "Ja.", ticket, question, is_lawyer=True)
    note = office.writes(office.anders, "Hemmeligt notat.", ticket, question, is_lawyer=True)
    note.kind, note.visibility = MessageKind.NOTE, Visibility.INTERNAL

    assert "notat" not in told(compose(office.session, ticket, note))


def test_what_somebody_changed_is_looked_through_again(office: Office) -> None:
    question = office.asks(Visibility.ANONYMOUS)
    ticket = office.ticket(question)
    edited = Wording("Må vi?", "Må Prøvested?", "Ja, sagde Mette. 010190-1234 må.", "Ja.")

    guarded = guard(office.session, ticket, edited)
    insisted = guard(office.session, ticket, edited, [found for found, _ in guarded.removed])

    assert [one for one in (*SECRETS, "010190") if one in told(guarded)] == []
    assert insisted.question == "Må Prøvested?"
    assert "010190" not in told(insisted)
