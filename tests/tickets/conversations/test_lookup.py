"""What pages ask of the database, page by page, for one who may see some of it."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from support.builders import a_filed_message, a_lawyer, a_list, a_person
from tickets.conversations import lookup
from tickets.conversations.statuses import change_status
from tickets.database.models import MailingList, Message, Person, Status, Ticket, TicketKind, Visibility
from tickets.errors import NotFound
from tickets.people.sight import sight_of
from tickets.portal import Portal


class Desk:
    """A list with five open questions a day apart, the third confidential, and news."""

    def __init__(self, session: Session, portal: Portal, now: datetime) -> None:
        self.session, self.portal, self.now = session, portal, now
        self.mailing_list: MailingList = a_list(session)
        self.mette, self.anders = a_person(session), a_lawyer(session, self.mailing_list)
        self.ole = a_person(session, "ole@oeby.example.dk", "Ole Følger")
        self.asked = [self._ask(number) for number in range(5)]
        a_filed_message(session, portal, self.mailing_list, self.anders, now, kind=TicketKind.NEWS)

    def _ask(self, number: int) -> Message:
        visibility = Visibility.CONFIDENTIAL if number == 2 else Visibility.OPEN
        at = self.now - timedelta(days=number)
        return a_filed_message(
            self.session, self.portal, self.mailing_list, self.mette, at, visibility=visibility, subject=f"Nr. {number}"
        )

    def write(self, author: Person, number: int, days: int = 0, **fields: object) -> None:
        """A further message on one of the tickets, some days on."""
        ticket = self.session.get_one(Ticket, self.asked[number].ticket_key)
        at = self.now + timedelta(days=days)
        a_filed_message(self.session, self.portal, self.mailing_list, author, at, ticket=ticket, **fields)

    def page(self, who: Person, **more: object) -> lookup.Page:
        sight = sight_of(self.session, who)
        return lookup.tickets(self.session, sight, mailing_list=self.mailing_list, **more)  # type: ignore[arg-type]

    def subjects(self, who: Person, **more: object) -> list[str]:
        return [row.ticket.subject for row in self.page(who, **more).rows]


@pytest.fixture
def desk(session: Session, portal: Portal, now: datetime) -> Desk:
    return Desk(session, portal, now)


def test_what_changed_last_comes_first_and_what_may_not_be_seen_not_at_all(desk: Desk) -> None:
    assert desk.subjects(desk.mette) == ["Nr. 0", "Nr. 1", "Nr. 2", "Nr. 3", "Nr. 4"]
    assert desk.subjects(desk.ole) == ["Nr. 0", "Nr. 1", "Nr. 3", "Nr. 4"]


def test_pages_count_only_what_may_be_seen(desk: Desk) -> None:
    pages = [desk.page(desk.ole, per_page=2, page=number) for number in (1, 2, 3, -1)]

    assert [(page.total, page.number, page.pages, len(page.rows)) for page in pages] == [
        (4, 1, 2, 2), (4, 2, 2, 2), (4, 2, 2, 2), (4, 1, 2, 2),
    ]  # fmt: skip


def test_tickets_are_counted_by_status_without_news(desk: Desk) -> None:
    ticket = desk.session.get_one(Ticket, desk.asked[0].ticket_key)
    a_filed_message(desk.session, desk.portal, desk.mailing_list, desk.anders, desk.now, ticket=ticket, is_lawyer=True)

    def counts(who: Person) -> dict[Status, int]:
        return lookup.counts_by_status(desk.session, sight_of(desk.session, who), desk.mailing_list)

    assert counts(desk.ole) == {Status.ANSWERED: 1, Status.OPEN: 3}
    assert counts(desk.anders) == {Status.ANSWERED: 1, Status.OPEN: 4}
    assert desk.subjects(desk.ole, statuses=(Status.ANSWERED,)) == ["Nr. 0"]


def test_answers_are_the_lawyers_and_what_others_wrote_is_counted_apart(desk: Desk) -> None:
    desk.write(desk.anders, 0, is_lawyer=True)
    desk.write(desk.mette, 0, text="Gælder det også fuldmagter?")
    desk.write(desk.anders, 0, is_lawyer=True)
    desk.write(desk.ole, 0, text="Vi gør sådan.")
    desk.write(desk.mette, 0, text="Det er et autosvar.", robot="is automatic")
    desk.write(desk.mette, 1, text="Jeg glemte bilaget.")

    counted = {row.ticket.subject: (row.answers, row.replies) for row in desk.page(desk.ole).rows}

    assert (counted["Nr. 0"], counted["Nr. 1"]) == ((2, 1), (0, 0))


def test_newest_answers_come_by_when_they_were_given(desk: Desk) -> None:
    for number, days in ((0, 1), (4, 3), (3, 2), (2, 4)):
        desk.write(desk.anders, number, days, is_lawyer=True)
    desk.write(desk.ole, 0, 5, text="Det gør vi også.")
    with_a_wish = desk.session.get_one(Ticket, desk.asked[1].ticket_key)
    change_status(desk.session, with_a_wish, Status.CLOSED, desk.now + timedelta(days=6))

    found = lookup.newest_answers(desk.session, sight_of(desk.session, desk.ole), 8)

    assert [row.ticket.subject for row in found] == ["Nr. 4", "Nr. 3", "Nr. 0"]


def test_an_answer_to_what_was_asked_on_is_the_newest(desk: Desk) -> None:
    for number, days in ((0, 1), (1, 2), (0, 3)):
        desk.write(desk.mette, number, days, text="Gælder det også fuldmagter?")
        desk.write(desk.anders, number, days, is_lawyer=True)

    found = lookup.newest_answers(desk.session, sight_of(desk.session, desk.ole), 1)

    assert [row.ticket.subject for row in found] == ["Nr. 0"]


def test_ones_own_questions_are_found(desk: Desk) -> None:
    sight = sight_of(desk.session, desk.mette)

    assert len(lookup.newest(desk.session, sight, 9, asker_key=desk.mette.key)) == 5
    assert lookup.newest(desk.session, sight, 9, asker_key=desk.ole.key) == ()


def test_a_ticket_that_may_not_be_seen_is_not_found(desk: Desk) -> None:
    hidden = desk.asked[2]
    number = desk.session.get_one(Ticket, hidden.ticket_key).number
    sights = {who.id: sight_of(desk.session, who) for who in (desk.ole, desk.anders)}

    assert lookup.ticket_named(desk.session, sights[desk.anders.id], "db", number)[1].subject == "Nr. 2"
    with pytest.raises(NotFound):
        lookup.ticket_named(desk.session, sights[desk.ole.id], "DB", number)
    with pytest.raises(NotFound):
        lookup.message_at(desk.session, sights[desk.ole.id], hidden.path)


def test_organisations_that_asked_anonymously_or_in_confidence_are_not_told(desk: Desk) -> None:
    shy = a_person(desk.session, "sara@skjulested.example.dk", "Sara Skjult")
    a_filed_message(desk.session, desk.portal, desk.mailing_list, shy, visibility=Visibility.ANONYMOUS)
    quiet = a_person(desk.session, "dan@dulgtby.example.dk", "Dan Dulgt")
    a_filed_message(desk.session, desk.portal, desk.mailing_list, quiet, visibility=Visibility.CONFIDENTIAL)

    told = lookup.askers_organisations(desk.session, sight_of(desk.session, desk.ole))

    assert {one.id for one in told} == {desk.mette.organisation_key}
