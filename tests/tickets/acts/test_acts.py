"""Acts: what is done to a ticket, what is told of it, and that it can be undone."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from support.builders import a_filed_message, a_lawyer, a_list, a_person
from tickets.acts import assigning, consents, describing, joining, moving, noting, opening, parting, statuses
from tickets.acts.acting import Hand, history_of
from tickets.conversations import threads
from tickets.database.models import (
    ActKind,
    MailingList,
    Message,
    MessageKind,
    Person,
    Status,
    Ticket,
    Visibility,
    Way,
)
from tickets.errors import BadInput, Conflict, NotFound
from tickets.numbers.cpr import MASK
from tickets.people.askers import asker_keys
from tickets.people.sight import sight_of
from tickets.portal import Portal
from tickets.undoing import inverses


class Office:
    """A list with two lawyers, and Mette and Ole who each asked something."""

    def __init__(self, session: Session, portal: Portal, now: datetime) -> None:
        self.session, self.portal, self.now = session, portal, now
        self.mailing_list = a_list(session)
        self.anders = a_lawyer(session, self.mailing_list)
        self.sofie = a_lawyer(session, self.mailing_list, "sofie@forening.example.dk", "Sofie Berg")
        self.mette = a_person(session)
        self.ole = a_person(session, "ole@oeby.example.dk", "Ole Følger")
        self.question = a_filed_message(session, portal, self.mailing_list, self.mette, now)
        self.ticket = session.get_one(Ticket, self.question.ticket_key)

    def hand(self, person: Person | None = None, minutes: int = 5) -> Hand:
        return Hand(person or self.anders, self.now + timedelta(minutes=minutes), Way.MAIL, "1@forening.example.dk")

    def says(self, author: Person, ticket: Ticket | None = None, minutes: int = 1, **more: object) -> Message:
        at = self.now + timedelta(minutes=minutes)
        where = {"ticket": ticket} if ticket else {}
        return a_filed_message(self.session, self.portal, self.mailing_list, author, at, **where, **more)

    def ticket_of(self, message: Message) -> Ticket:
        return self.session.get_one(Ticket, message.ticket_key)

    def undo(self, ticket: Ticket, person: Person | None = None) -> None:
        inverses.undo_last(self.session, self.portal, ticket, self.hand(person, 10))


@pytest.fixture
def office(session: Session, portal: Portal, now: datetime) -> Office:
    return Office(session, portal, now)


def test_a_lawyer_takes_a_ticket_and_gives_it_back(office: Office) -> None:
    assigning.take(office.session, office.ticket, office.hand())
    assert office.ticket.assignee_key == office.anders.id

    office.undo(office.ticket)

    assert office.ticket.assignee_key is None
    taken, undone = history_of(office.session, office.ticket)
    assert (taken.kind, undone.kind, undone.undoes_key) == (ActKind.TAKE, ActKind.TAKE, taken.id)


def test_what_is_so_already_is_no_act(office: Office) -> None:
    assert assigning.take(office.session, office.ticket, office.hand())
    assert assigning.take(office.session, office.ticket, office.hand()) is None


@pytest.mark.parametrize("name", ["Sofie", "sofie berg", "Berg", "sofie@forening.example.dk"])
def test_a_lawyer_is_known_by_name(office: Office, name: str) -> None:
    assert assigning.lawyer_called(office.session, office.ticket, name).id == office.sofie.id


@pytest.mark.parametrize("name", ["Karl", "forening", "Mette"])
def test_whom_nobody_is_called_is_told(office: Office, name: str) -> None:
    with pytest.raises(NotFound):
        assigning.lawyer_called(office.session, office.ticket, name)


def test_a_ticket_is_closed_opened_and_laid_aside(office: Office) -> None:
    statuses.close(office.session, office.ticket, office.hand())
    statuses.reopen(office.session, office.ticket, office.hand())
    statuses.put_off(office.session, office.ticket, office.now + timedelta(days=3), office.hand())

    assert (office.ticket.status, office.ticket.pending_until) == (Status.PENDING, office.now + timedelta(days=3))
    for expected in (Status.OPEN, Status.CLOSED, Status.OPEN):
        office.undo(office.ticket)
        assert office.ticket.status is expected
    with pytest.raises(NotFound):
        office.undo(office.ticket)


def test_what_was_changed_since_is_not_undone(office: Office) -> None:
    assigning.take(office.session, office.ticket, office.hand())
    assigning.assign(office.session, office.ticket, office.sofie, office.hand(office.sofie))

    with pytest.raises(Conflict):
        office.undo(office.ticket)


def test_topics_and_short_answers_of_an_anonymous_ticket_name_nobody(office: Office) -> None:
    ticket = office.ticket_of(office.says(office.mette, visibility=Visibility.ANONYMOUS))

    describing.set_topics(office.session, ticket, ["logning", "Prøvested Kommune"], office.hand())
    describing.shorten(office.session, ticket, "Ja, skriver Mette Eksempel", office.hand())

    assert ticket.topics[0] == "logning"
    assert "Prøvested" not in ticket.topics[1]
    assert "Mette" not in ticket.short_answer


def test_no_number_stands_in_topics_and_short_answers(office: Office) -> None:
    describing.set_topics(office.session, office.ticket, ["logning", "cpr 010190-1234"], office.hand())
    describing.shorten(office.session, office.ticket, "Ja, for 010190-1234", office.hand())

    assert office.ticket.topics == ["logning", f"cpr {MASK}"]
    assert office.ticket.short_answer == f"Ja, for {MASK}"


def test_a_note_is_for_the_lawyers_alone(office: Office) -> None:
    note = noting.add_note(office.session, office.portal, office.ticket, "Ring først.", office.hand())

    assert (note.kind, office.ticket.status) == (MessageKind.NOTE, Status.OPEN)
    readers = (office.mette, office.ole, office.sofie)
    assert [sight_of(office.session, one).of_message(office.ticket, note) for one in readers] == [False, False, True]


# -- who sees it -----------------------------------------------------------------------


def test_fewer_see_a_ticket_at_once(office: Office) -> None:
    opening.change_visibility(office.session, office.ticket, Visibility.CONFIDENTIAL, office.hand())

    assert not sight_of(office.session, office.ole).of_ticket(office.ticket)
    office.undo(office.ticket)
    assert sight_of(office.session, office.ole).of_ticket(office.ticket)


def test_what_was_written_for_fewer_is_not_opened_by_undoing(office: Office) -> None:
    opening.change_visibility(office.session, office.ticket, Visibility.CONFIDENTIAL, office.hand(minutes=1))
    office.says(office.mette, office.ticket, minutes=5)

    with pytest.raises(Conflict):
        office.undo(office.ticket)
    assert office.ticket.visibility is Visibility.CONFIDENTIAL


def grant(office: Office, ticket: Ticket, person: Person, *, is_granted: bool = True) -> bool:
    consent = consents.newest_for(office.session, ticket, person.key)
    assert consent is not None

    def do(session: Session, of: Ticket, argument: str, hand: Hand) -> None:
        opening.do(session, office.portal, consent.kind, of, argument, hand)

    return consents.decide(office.session, consent, office.hand(person, 20), do, is_granted=is_granted)


def test_more_see_a_ticket_only_when_its_asker_says_yes(office: Office) -> None:
    ticket = office.ticket_of(office.says(office.mette, visibility=Visibility.CONFIDENTIAL))

    opening.change_visibility(office.session, ticket, Visibility.OPEN, office.hand())
    assert ticket.visibility is Visibility.CONFIDENTIAL

    assert not grant(office, ticket, office.mette, is_granted=False)
    assert ticket.visibility is Visibility.CONFIDENTIAL
    opening.change_visibility(office.session, ticket, Visibility.OPEN, office.hand(minutes=30))
    assert grant(office, ticket, office.mette)
    assert ticket.visibility is Visibility.OPEN


def test_an_anonymous_ticket_is_told_with_its_name_only_when_its_asker_says_yes(office: Office) -> None:
    text = "Må Prøvested Kommune det?\n\nMette Eksempel"
    question = office.says(office.mette, visibility=Visibility.ANONYMOUS, text=text, subject="Må Prøvested det?")
    ticket = office.ticket_of(question)
    assert "Prøvested" not in f"{question.text}{ticket.subject}"

    opening.change_visibility(office.session, ticket, Visibility.OPEN, office.hand())
    assert "Prøvested" not in f"{question.text}{ticket.subject}"
    grant(office, ticket, office.mette)

    assert (question.text, ticket.subject) == (text, "Må Prøvested det?")
    assert sight_of(office.session, office.ole).of_asker(ticket)


def anonymous_with_ole(office: Office) -> Ticket:
    """A question of Mette's that nobody knows to be hers, in which Ole wrote, who was promised the same."""
    ticket = office.ticket_of(office.says(office.mette, visibility=Visibility.ANONYMOUS))
    office.says(office.ole, ticket, 2, text="Det gør vi også i Øby.")
    return ticket


def test_who_wrote_unnamed_is_asked_too_before_others_are_told_their_name(office: Office) -> None:
    ticket = anonymous_with_ole(office)

    opening.change_visibility(office.session, ticket, Visibility.OPEN, office.hand())

    assert not grant(office, ticket, office.mette)
    assert ticket.visibility is Visibility.ANONYMOUS
    assert grant(office, ticket, office.ole)
    assert ticket.visibility is Visibility.OPEN


def test_an_asker_who_opens_their_own_ticket_does_not_open_it_for_those_who_wrote_in_it(office: Office) -> None:
    ticket = anonymous_with_ole(office)

    opening.change_visibility(office.session, ticket, Visibility.OPEN, office.hand(office.mette))

    assert ticket.visibility is Visibility.ANONYMOUS
    assert not grant(office, ticket, office.ole, is_granted=False)
    assert ticket.visibility is Visibility.ANONYMOUS


def test_who_writes_while_the_others_are_asked_is_asked_before_anything_is_opened(office: Office) -> None:
    ticket = office.ticket_of(office.says(office.mette, visibility=Visibility.ANONYMOUS))
    opening.change_visibility(office.session, ticket, Visibility.OPEN, office.hand())
    office.says(office.ole, ticket, 7, text="Det gør vi også i Øby.")

    assert not grant(office, ticket, office.mette)
    assert ticket.visibility is Visibility.ANONYMOUS
    assert grant(office, ticket, office.ole)
    assert ticket.visibility is Visibility.OPEN


def test_lawyers_elsewhere_learn_who_wrote_unnamed_only_when_all_say_yes(office: Office) -> None:
    ticket, other = anonymous_with_ole(office), a_list(office.session, "sikkerhed", "SIK")
    a_lawyer(office.session, other, "nina@forening.example.dk", "Nina Jurist")

    opening.move(office.session, office.portal, ticket, other, office.hand())

    assert not grant(office, ticket, office.mette)
    assert ticket.mailing_list_key == office.mailing_list.id
    assert grant(office, ticket, office.ole)


def test_who_wrote_unnamed_is_not_asked_while_nobody_would_learn_it(office: Office) -> None:
    ticket = anonymous_with_ole(office)
    opening.change_visibility(office.session, ticket, Visibility.CONFIDENTIAL, office.hand())

    asked = opening.change_visibility(office.session, ticket, Visibility.ANONYMOUS, office.hand(minutes=8))

    assert isinstance(asked, list)
    assert [one.person_key for one in asked] == [office.mette.id]


# -- joining and parting ---------------------------------------------------------------


def test_merged_tickets_have_both_askers_and_both_numbers(office: Office) -> None:
    other = office.ticket_of(office.says(office.ole))
    number = other.number

    joining.merge(office.session, office.portal, other, office.ticket, office.hand())

    assert threads.find_ticket(office.session, office.mailing_list, number) is office.ticket
    assert asker_keys(office.session, office.ticket) == {office.mette.id, office.ole.id}


def test_one_who_asked_too_sees_what_only_askers_see(office: Office) -> None:
    other = office.ticket_of(office.says(office.ole))
    joining.merge(office.session, office.portal, other, office.ticket, office.hand())
    opening.change_visibility(office.session, office.ticket, Visibility.CONFIDENTIAL, office.hand(minutes=6))

    sight = sight_of(office.session, office.ole)
    assert sight.of_ticket(office.ticket)
    assert office.session.exec(select(Ticket).where(sight.tickets())).all() == [office.ticket]


def test_merged_tickets_are_parted_again_with_what_was_written_since(office: Office) -> None:
    asked = office.says(office.ole)
    other, number = office.ticket_of(asked), office.ticket_of(asked).number
    assert number == 2
    joining.merge(office.session, office.portal, other, office.ticket, office.hand())
    answer = office.says(
        office.anders, office.ticket, 7, is_lawyer=True, references=(asked.message_id,), in_reply_to=(asked.message_id,)
    )

    office.undo(office.ticket)

    again = threads.find_ticket(office.session, office.mailing_list, number)
    assert again is not None
    assert again.id != office.ticket.id
    assert {asked.ticket_key, answer.ticket_key} == {again.id}
    assert (again.asker_key, again.status) == (office.ole.id, Status.ANSWERED)
    assert asker_keys(office.session, office.ticket) == {office.mette.id}
    assert office.ticket.status is Status.OPEN


@pytest.mark.parametrize("visibility", [Visibility.ANONYMOUS, Visibility.CONFIDENTIAL])
def test_what_is_hidden_is_not_merged_with_anothers(office: Office, visibility: Visibility) -> None:
    hidden = office.ticket_of(office.says(office.ole, visibility=visibility))

    for source, target in ((hidden, office.ticket), (office.ticket, hidden)):
        with pytest.raises(Conflict):
            joining.merge(office.session, office.portal, source, target, office.hand())


def test_what_was_asked_anonymously_is_not_merged_with_what_its_asker_asked_by_name(office: Office) -> None:
    hidden = office.ticket_of(office.says(office.mette, visibility=Visibility.ANONYMOUS))

    for source, target in ((hidden, office.ticket), (office.ticket, hidden)):
        with pytest.raises(Conflict):
            joining.merge(office.session, office.portal, source, target, office.hand())


def test_what_was_asked_in_confidence_is_merged_with_what_its_asker_asked_otherwise(office: Office) -> None:
    for visibility in (Visibility.OPEN, Visibility.ANONYMOUS):
        hidden = office.ticket_of(office.says(office.mette, visibility=Visibility.CONFIDENTIAL))
        other = office.ticket_of(office.says(office.mette, visibility=visibility))

        joining.merge(office.session, office.portal, other, hidden, office.hand())

        assert hidden.visibility is Visibility.CONFIDENTIAL


def a_part_of(office: Office, ticket: Ticket) -> Ticket:
    """What its asker wrote later in a ticket, split off it."""
    later = office.says(office.mette, ticket, 2, text="Og må vi tage billeder?", subject="SV: Må vi det?")
    return parting.split(office.session, office.portal, later, office.hand())[0]


@pytest.mark.parametrize("visibility", [Visibility.ANONYMOUS, Visibility.CONFIDENTIAL])
def test_a_part_of_what_was_hidden_is_opened_with_it_alone(office: Office, visibility: Visibility) -> None:
    whole = office.ticket_of(office.says(office.mette, visibility=visibility))
    part = a_part_of(office, whole)

    for one in (part, whole):
        with pytest.raises(Conflict):
            opening.change_visibility(office.session, one, Visibility.OPEN, office.hand(minutes=9))

    joining.merge(office.session, office.portal, part, whole, office.hand(minutes=10))
    opening.change_visibility(office.session, whole, Visibility.OPEN, office.hand(minutes=11))
    assert grant(office, whole, office.mette)
    assert whole.visibility is Visibility.OPEN


def test_nothing_is_split_off_while_its_asker_is_asked_whether_others_may_see_it(office: Office) -> None:
    ticket = office.ticket_of(office.says(office.mette, visibility=Visibility.ANONYMOUS))
    opening.change_visibility(office.session, ticket, Visibility.OPEN, office.hand())

    with pytest.raises(Conflict):
        a_part_of(office, ticket)


def test_a_part_that_was_made_confidential_and_open_again_is_no_part_of_what_hides_its_asker(office: Office) -> None:
    part = a_part_of(office, office.ticket)
    opening.change_visibility(office.session, part, Visibility.CONFIDENTIAL, office.hand(minutes=8))

    assert opening.change_visibility(office.session, part, Visibility.OPEN, office.hand(office.mette, 9))
    assert part.visibility is Visibility.OPEN


def test_a_message_becomes_a_ticket_of_its_own_and_part_of_the_old_one_again(office: Office) -> None:
    asked = office.says(office.ole, office.ticket, subject="SV: Må vi det?", text="Og hvad med billeder?")
    comment = office.says(office.mette, office.ticket, 2, in_reply_to=(asked.message_id,))

    ticket, act = parting.split(office.session, office.portal, asked, office.hand())

    assert (ticket.number, ticket.asker_key, ticket.visibility) == (2, office.ole.id, Visibility.OPEN)
    assert (asked.ticket_key, comment.ticket_key, asked.kind) == (ticket.id, ticket.id, MessageKind.QUESTION)
    inverses.undo(office.session, office.portal, ticket, act, office.hand(minutes=9))
    assert (asked.ticket_key, comment.ticket_key, asked.kind) == (
        office.ticket.id, office.ticket.id, MessageKind.REPLY,
    )  # fmt: skip
    assert threads.find_ticket(office.session, office.mailing_list, 2) is office.ticket


def test_what_begins_a_ticket_or_answers_it_is_not_split_off(office: Office) -> None:
    answer = office.says(office.anders, office.ticket, is_lawyer=True)

    for message in (office.question, answer):
        with pytest.raises(BadInput):
            parting.split(office.session, office.portal, message, office.hand())


# -- moving ----------------------------------------------------------------------------


def another_list(office: Office, **more: object) -> MailingList:
    other = a_list(office.session, "nis2", "NI", **more)
    a_lawyer(office.session, other, "nina@forening.example.dk", "Nina Nis")
    return other


def test_a_ticket_moves_and_its_old_number_leads_to_it(office: Office) -> None:
    other = another_list(office)

    opening.move(office.session, office.portal, office.ticket, other, office.hand())

    assert (office.ticket.mailing_list_key, office.ticket.number) == (other.id, 1)
    assert threads.find_ticket(office.session, office.mailing_list, 1) is office.ticket
    office.undo(office.ticket)
    assert (office.ticket.mailing_list_key, office.ticket.number) == (office.mailing_list.id, 1)
    assert threads.find_ticket(office.session, other, 1) is office.ticket


def test_a_confidential_ticket_moves_to_other_lawyers_only_when_its_asker_says_yes(office: Office) -> None:
    other = another_list(office)
    ticket = office.ticket_of(office.says(office.mette, visibility=Visibility.CONFIDENTIAL))

    opening.move(office.session, office.portal, ticket, other, office.hand())
    assert ticket.mailing_list_key == office.mailing_list.id

    grant(office, ticket, office.mette)
    assert ticket.mailing_list_key == other.id


@pytest.mark.parametrize("more", [{"is_public": True}])
def test_a_list_that_more_people_read_is_wider(office: Office, more: dict[str, object]) -> None:
    assert moving.is_wider(office.session, office.ticket, another_list(office, **more))
    assert not moving.is_wider(
        office.session, office.ticket, a_list(office.session, "intern", "IN", is_restricted=True)
    )


def test_nothing_that_was_done_is_without_its_event(office: Office) -> None:
    assigning.take(office.session, office.ticket, office.hand())
    statuses.close(office.session, office.ticket, office.hand())
    pending = office.session.info["events"]

    acts = history_of(office.session, office.ticket)

    assert [one["act_key"] for one in pending if one["act_key"]] == [one.id for one in acts]
    assert office.session.exec(select(Message)).all()
