"""Threads: a post goes where its best evidence says, and evidence that does not hold joins nothing."""

from dataclasses import dataclass

import pytest
from sqlmodel import Session

from support.builders import a_filed_message, a_lawyer, a_list, a_person, a_post
from support.timing import is_linear
from tickets.conversations.threads import (
    Claim,
    TicketMatch,
    find_early_replies,
    find_parent,
    find_place,
    find_ticket,
    first_message,
    plain_subject,
    takes_part,
)
from tickets.database.models import Alias, MailingList, Message, Person, Ticket, Visibility
from tickets.people.sight import sight_of
from tickets.portal import Portal
from tickets.post import Post
from tickets.reasons import Grounds, Reason

NOT_IN_IT = Grounds(Reason.NOT_IN_TICKET, {"ticket": "DB-1"})


@dataclass
class Forum:
    """A list with a ticket of Mette's (DB-1) and a confidential one (DB-2), a lawyer and another member."""

    session: Session
    portal: Portal
    mailing_list: MailingList
    mette: Person
    ole: Person
    anders: Person
    open: Message
    hidden: Message

    def place(self, author: Person, claim: Claim | None = None, **fields: object) -> TicketMatch:
        post, sight = a_post(**fields), sight_of(self.session, author)
        return find_place(self.session, self.mailing_list, post, author, sight, claim)

    def ticket(self, message: Message) -> Ticket:
        return self.session.get_one(Ticket, message.ticket_key)

    def answer(self, message: Message, author: Person, **fields: object) -> Message:
        cited = {"in_reply_to": (message.own_id,)} | fields
        return a_filed_message(
            self.session, self.portal, self.mailing_list, author, ticket=self.ticket(message), **cited
        )


@pytest.fixture
def forum(session: Session, portal: Portal) -> Forum:
    mailing_list = a_list(session)
    mette, ole = a_person(session), a_person(session, "ole@oeby.example.dk")
    anders = a_lawyer(session, mailing_list)
    opened = a_filed_message(session, portal, mailing_list, mette)
    hidden = a_filed_message(session, portal, mailing_list, mette, visibility=Visibility.CONFIDENTIAL)
    return Forum(session, portal, mailing_list, mette, ole, anders, opened, hidden)


# -- which ticket --------------------------------------------------------------------------


def test_a_post_that_cites_nothing_is_a_new_question(forum: Forum) -> None:
    assert forum.place(forum.ole) == TicketMatch()
    assert forum.place(forum.ole, references=("unknown@elsewhere.example",)) == TicketMatch()


@pytest.mark.parametrize("field", ["in_reply_to", "references"])
@pytest.mark.parametrize("whose", ["own_id", "message_id"])
def test_our_id_or_the_authors_own_leads_to_the_ticket(forum: Forum, field: str, whose: str) -> None:
    place = forum.place(forum.ole, **{field: (getattr(forum.open, whose),)})

    assert place == TicketMatch(forum.ticket(forum.open))


def test_what_is_answered_counts_before_what_is_referred_to_and_the_newest_reference_before_older(forum: Forum) -> None:
    other = a_filed_message(forum.session, forum.portal, forum.mailing_list, forum.mette)

    by_both = forum.place(forum.ole, in_reply_to=(other.own_id,), references=(forum.open.own_id,))
    by_newest = forum.place(forum.ole, references=(forum.open.own_id, other.own_id))

    assert by_both.ticket == by_newest.ticket == forum.ticket(other)


def test_an_id_of_another_list_leads_nowhere(forum: Forum) -> None:
    other = a_list(forum.session, "sikkerhed", "IT")
    sight = sight_of(forum.session, forum.ole)

    assert (
        find_place(forum.session, other, a_post(references=(forum.open.own_id,)), forum.ole, sight, None)
        == TicketMatch()
    )


def test_what_answers_a_ticket_that_its_author_may_not_see_is_in_doubt(forum: Forum) -> None:
    place = forum.place(forum.ole, references=(forum.hidden.own_id,))

    assert place.ticket is None
    assert place.doubt == Grounds(Reason.ANSWERS_HIDDEN, {"ticket": "DB-2"})
    assert forum.place(forum.anders, references=(forum.hidden.own_id,)).ticket == forum.ticket(forum.hidden)


def test_a_signed_address_counts_more_than_any_field_and_for_its_person_alone(forum: Forum) -> None:
    claim = Claim(1, forum.ole.key)

    assert forum.place(forum.ole, claim, references=(forum.hidden.own_id,)).ticket == forum.ticket(forum.open)
    assert forum.place(forum.mette, claim).doubt == Grounds(Reason.OTHERS_TOKEN)


@pytest.mark.parametrize(("number", "doubt"), [(2, Reason.ANSWERS_CLOSED_OFF), (99, Reason.TICKET_GONE)])
def test_a_signed_address_opens_nothing_that_is_closed_or_gone(forum: Forum, number: int, doubt: Reason) -> None:
    grounds = forum.place(forum.ole, Claim(number, forum.ole.key)).doubt

    assert grounds
    assert grounds.reason is doubt


@pytest.mark.parametrize("subject", ["Om [DB-1]", "SV: Må vi? [db-1]", "[DB-99] og [DB-1]"])
def test_a_name_in_the_subject_leads_who_takes_part_to_the_ticket(forum: Forum, subject: str) -> None:
    assert forum.place(forum.mette, subject=subject).ticket == forum.ticket(forum.open)
    assert forum.place(forum.ole, subject=subject).doubt == NOT_IN_IT


def test_a_lawyer_of_the_list_takes_part_in_all_that_is_named(forum: Forum) -> None:
    stranger_here = a_lawyer(forum.session, a_list(forum.session, "it", "IT"), "lis@anden.example.dk", "Lis Jurist")

    assert forum.place(forum.anders, subject="[DB-1]").ticket == forum.ticket(forum.open)
    assert forum.place(forum.anders, subject="[DB-2]").ticket == forum.ticket(forum.hidden)
    assert forum.place(stranger_here, subject="[DB-1]").doubt == NOT_IN_IT


@pytest.mark.alike
@pytest.mark.parametrize("subject", ["DB-1", "[IT-1]", "[DB-]", "[DB-1000]", "[DB-" + "9" * 40 + "]", "[DB-١]"])
def test_what_names_no_ticket_of_the_list_is_a_new_question(forum: Forum, subject: str) -> None:
    assert forum.place(forum.mette, subject=subject) == TicketMatch()


def test_an_old_number_leads_to_the_ticket_that_took_the_other_in(forum: Forum) -> None:
    ticket = forum.ticket(forum.open)
    forum.session.add(Alias(mailing_list_key=forum.mailing_list.key, number=77, ticket_key=ticket.key))
    forum.session.flush()

    assert find_ticket(forum.session, forum.mailing_list, 77) == ticket
    assert forum.place(forum.mette, subject="[DB-77]").ticket == ticket
    assert find_ticket(forum.session, forum.mailing_list, 78) is None


# -- where in the thread -------------------------------------------------------------------


def test_the_parent_is_the_nearest_cited_message_of_the_ticket_and_else_its_first(forum: Forum) -> None:
    answer, ticket = forum.answer(forum.open, forum.anders), forum.ticket(forum.open)

    def parent(post: Post) -> Message | None:
        return find_parent(forum.session, forum.mailing_list, ticket, post)

    assert parent(a_post(references=(forum.open.own_id, answer.own_id))) == answer
    assert parent(a_post(in_reply_to=(forum.hidden.own_id,), references=(forum.open.own_id,))) == forum.open
    assert parent(a_post()) == first_message(forum.session, ticket) == forum.open


def test_who_asked_or_wrote_takes_part(forum: Forum) -> None:
    forum.answer(forum.open, forum.anders)
    ticket = forum.ticket(forum.open)

    parts = {
        person.email: takes_part(forum.session, person, ticket) for person in (forum.mette, forum.anders, forum.ole)
    }

    assert list(parts.values()) == [True, True, False]


def test_replies_that_came_before_what_they_answer_are_found_by_it(forum: Forum) -> None:
    early = a_filed_message(
        forum.session, forum.portal, forum.mailing_list, forum.ole, references=("late@proevested.example.dk",)
    )
    late = a_filed_message(
        forum.session, forum.portal, forum.mailing_list, forum.mette, message_id="late@proevested.example.dk"
    )

    assert find_early_replies(forum.session, late) == [early]
    assert find_early_replies(forum.session, early) == []


# -- subjects ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "plain"),
    [
        ("SV: Re: Må vi? [DB-42]", "Må vi?"), ("VS: FW: Fwd: x", "x"), ("Re[2]: x", "x"), ("AW: Antw: Ang: x", "x"),
        ("[EKSTERN] SV: x", "x"), ("sv : x", "x"), ("Re: [db-1] x [DB-2]", "x"), ("  to   ord ", "to ord"),
        ("[IT-4] x", "[IT-4] x"), ("Svar: x", "Svar: x"), ("Regler: x", "Regler: x"), ("SV:", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_subject_loses_what_mail_programs_put_before_it_and_our_own_names(subject: str, plain: str) -> None:
    assert plain_subject(subject, "DB") == plain


@pytest.mark.parametrize("piece", ["SV: ", "Re[1]:", "[DB-1]", " ", "[ekstern]", "[DB-"])
def test_a_long_subject_takes_linear_time(piece: str) -> None:
    assert is_linear(lambda subject: plain_subject(subject, "DB"), piece * (60_000 // len(piece)))
