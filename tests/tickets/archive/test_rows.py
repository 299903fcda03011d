"""Rows of tickets, for one who may see some of them."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from support.builders import a_filed_message
from support.question_desk import QuestionDesk
from tickets.archive import rows
from tickets.conversations.statuses import change_status
from tickets.database.models import Person, Status, Ticket, Watch, Watcher
from tickets.people.sight import sight_of
from tickets.portal import Portal


@pytest.fixture
def desk(session: Session, portal: Portal, now: datetime) -> QuestionDesk:
    return QuestionDesk(session, portal, now)


def test_what_changed_last_comes_first_and_what_may_not_be_seen_not_at_all(desk: QuestionDesk) -> None:
    assert desk.subjects(desk.mette) == ["Nr. 0", "Nr. 1", "Nr. 2", "Nr. 3", "Nr. 4"]
    assert desk.subjects(desk.ole) == ["Nr. 0", "Nr. 1", "Nr. 3", "Nr. 4"]


def test_pages_count_only_what_may_be_seen(desk: QuestionDesk) -> None:
    pages = [desk.page(desk.ole, per_page=2, page=number) for number in (1, 2, 3, -1)]

    assert [(page.total, page.number, page.pages, len(page.rows)) for page in pages] == [
        (4, 1, 2, 2), (4, 2, 2, 2), (4, 2, 2, 2), (4, 1, 2, 2),
    ]  # fmt: skip


def test_tickets_are_counted_by_status_without_news(desk: QuestionDesk) -> None:
    ticket = desk.session.get_one(Ticket, desk.asked[0].ticket_key)
    a_filed_message(desk.session, desk.portal, desk.mailing_list, desk.anders, desk.now, ticket=ticket, is_lawyer=True)

    def counts(who: Person) -> dict[Status, int]:
        return rows.counts_by_status(desk.session, sight_of(desk.session, who), desk.mailing_list)

    assert counts(desk.ole) == {Status.ANSWERED: 1, Status.OPEN: 3}
    assert counts(desk.anders) == {Status.ANSWERED: 1, Status.OPEN: 4}
    assert desk.subjects(desk.ole, statuses=(Status.ANSWERED,)) == ["Nr. 0"]


def test_answers_are_the_lawyers_and_what_others_wrote_is_counted_apart(desk: QuestionDesk) -> None:
    desk.write(desk.anders, 0, is_lawyer=True)
    desk.write(desk.mette, 0, text="Gælder det også fuldmagter?")
    desk.write(desk.anders, 0, is_lawyer=True)
    desk.write(desk.ole, 0, text="Vi gør sådan.")
    desk.write(desk.mette, 0, text="Det er et autosvar.", robot="is automatic")
    desk.write(desk.mette, 1, text="Jeg glemte bilaget.")

    counted = {row.ticket.subject: (row.answers, row.replies) for row in desk.page(desk.ole).rows}

    assert (counted["Nr. 0"], counted["Nr. 1"]) == ((2, 1), (0, 0))


def test_newest_answers_come_by_when_they_were_given(desk: QuestionDesk) -> None:
    for number, days in ((0, 1), (4, 3), (3, 2), (2, 4)):
        desk.write(desk.anders, number, days, is_lawyer=True)
    desk.write(desk.ole, 0, 5, text="Det gør vi også.")
    with_a_wish = desk.session.get_one(Ticket, desk.asked[1].ticket_key)
    change_status(desk.session, with_a_wish, Status.CLOSED, desk.now + timedelta(days=6))

    found = rows.newest_answers(desk.session, sight_of(desk.session, desk.ole), 8)

    assert [row.ticket.subject for row in found] == ["Nr. 4", "Nr. 3", "Nr. 0"]


def test_an_answer_to_what_was_asked_on_is_the_newest(desk: QuestionDesk) -> None:
    for number, days in ((0, 1), (1, 2), (0, 3)):
        desk.write(desk.mette, number, days, text="Gælder det også fuldmagter?")
        desk.write(desk.anders, number, days, is_lawyer=True)

    found = rows.newest_answers(desk.session, sight_of(desk.session, desk.ole), 1)

    assert [row.ticket.subject for row in found] == ["Nr. 0"]


def test_ones_own_questions_are_found(desk: QuestionDesk) -> None:
    sight = sight_of(desk.session, desk.mette)

    assert rows.asked_by(desk.session, sight).total == 5
    assert rows.asked_by(desk.session, sight_of(desk.session, desk.ole)).rows == ()


def test_a_row_tells_how_it_begins_what_was_said_and_who_has_the_same_question(desk: QuestionDesk) -> None:
    desk.write(desk.anders, 1, is_lawyer=True)
    desk.write(desk.ole, 1, text="Vi gør sådan.")
    key = desk.asked[1].ticket_key
    desk.session.add(
        Watcher(ticket_key=key, person_key=desk.ole.key, watch=Watch.FOLLOW, has_same=True, since=desk.now)
    )
    desk.asked[1].text = "Kære jurister\n\nMå vi gemme svaret? " + "Der er meget at sige. " * 20
    desk.session.add(desk.asked[1])
    desk.session.flush()

    (row,) = rows.of_keys(desk.session, sight_of(desk.session, desk.ole), [key, 999])

    assert (row.posts, row.answers, row.replies, row.same) == (3, 1, 1, 1)
    assert row.excerpt.startswith("Må vi gemme svaret? Der er meget")
    assert row.excerpt.endswith(" …")
    assert len(row.excerpt) <= rows.LONGEST_EXCERPT + 2
    assert row.waits_since is None


def test_those_come_first_that_have_waited_longest(desk: QuestionDesk) -> None:
    reopened = desk.session.get_one(Ticket, desk.asked[4].ticket_key)
    reopened.reopened_at = desk.now

    found = rows.longest_waiting(desk.session, sight_of(desk.session, desk.ole), 9)

    assert [row.ticket.subject for row in found] == ["Nr. 3", "Nr. 1", "Nr. 0", "Nr. 4"]
    assert found[-1].waits_since == desk.now


def test_what_is_new_since_a_visit_is_what_others_asked_and_what_was_answered(desk: QuestionDesk) -> None:
    desk.write(desk.anders, 4, is_lawyer=True)
    since = desk.now - timedelta(days=1, hours=12)

    for_ole = rows.news_since(desk.session, sight_of(desk.session, desk.ole), since, 9)
    for_mette = rows.news_since(desk.session, sight_of(desk.session, desk.mette), since, 9)

    assert {row.ticket.subject for row in for_ole} >= {"Nr. 0", "Nr. 1", "Nr. 4"}
    assert not {row.ticket.subject for row in for_ole} & {"Nr. 2", "Nr. 3"}
    assert not {row.ticket.subject for row in for_mette} & {"Nr. 0", "Nr. 1", "Nr. 4"}


def test_questions_of_a_topic_are_found_by_it_as_it_is_spelt(desk: QuestionDesk) -> None:
    desk.session.get_one(Ticket, desk.asked[0].ticket_key).topics = ["Børn og æøå", "100%"]
    desk.session.get_one(Ticket, desk.asked[1].ticket_key).topics = ["børn"]
    desk.session.flush()
    sight = sight_of(desk.session, desk.ole)

    found = {
        topic: [row.ticket.subject for row in rows.about(desk.session, sight, topic).rows]
        for topic in ("børn og æøå", "børn", "100%", "1")
    }

    assert found == {"børn og æøå": ["Nr. 0"], "børn": ["Nr. 1"], "100%": ["Nr. 0"], "1": []}
