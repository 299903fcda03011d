"""What becomes of an arrival: through the real database, from octets to disposition."""

import json
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from sqlmodel import select

from mailer.addresses import Directory
from mailer.processing import screening
from mailer.sandbox.message import Reading
from mailer.sandbox.reader import Limits
from support.builders import a_list, a_message, a_person
from support.checkout import MESSAGES
from support.mail_room import Desk
from support.mail_room import desk as desk
from support.papers import a_pdf
from support.town import ANDERS, ANONYMOUS, LIST, OLE, STRANGER
from tickets import links
from tickets.database.models import (
    Arrival,
    Attachment,
    Choice,
    Disposition,
    Event,
    EventKind,
    Message,
    MessageKind,
    Mode,
    Proposal,
    ProposalKind,
    Role,
    Status,
    Subscription,
    Ticket,
    Visibility,
)
from tickets.database.store import Store
from tickets.errors import BadInput
from tickets.moderation import holding, proposals
from tickets.people import appointments, persons, subscriptions
from tickets.portal import Portal
from tickets.reasons import Grounds, Reason
from tickets.tokens import Signer


def test_a_members_question_opens_a_ticket(desk: Desk) -> None:
    arrival = desk.take(a_message(Subject="Må vi udlevere en afgørelse?"))[0]

    ticket = desk.ticket()
    assert (arrival.disposition, ticket.subject) == (Disposition.FILED, "Må vi udlevere en afgørelse?")
    assert (ticket.status, ticket.visibility, ticket.asker_key) == (Status.OPEN, Visibility.OPEN, desk.mette.id)
    assert desk.events() == [EventKind.ASKED]


def test_a_first_mail_makes_its_author_a_member_who_gets_nothing_unasked(desk: Desk) -> None:
    desk.take(a_message(From="Ny Kollega <ny@oeby.example.dk>"))

    with desk.store.reading() as session:
        person = persons.get_person(session, "ny@oeby.example.dk")
        assert subscriptions.is_member(session, person, desk.mailing_list)
        assert session.exec(select(Subscription)).all() == []


PLUS = "Mette <mette+kl@proevested.example.dk>"


def test_a_reply_from_ones_own_plus_address_is_ones_own(desk: Desk) -> None:
    desk.take(a_message())
    own = desk.reply_address(desk.ticket(), desk.mette)

    arrival = desk.take(a_message(From=PLUS, Subject="SV: Må vi det?", text="Tak, men hvad så med skolen?"), own)[0]

    assert arrival.disposition is Disposition.FILED
    assert {one.author_key for one in desk.messages()} == {desk.mette.id}
    assert {one.ticket_key for one in desk.messages()} == {desk.ticket().id}


@pytest.mark.alike
@pytest.mark.parametrize(
    "author",
    [
        "mette+kl@example.org",
        "mette@kl.proevested.example.dk",
        "mettekl@proevested.example.dk",
        "mette-kl@proevested.example.dk",
        "+mette@proevested.example.dk",
        "kl+mette@proevested.example.dk",
    ],
)
def test_another_address_that_resembles_ones_own_is_anothers(desk: Desk, author: str) -> None:
    desk.take(a_message())

    arrival = desk.take(a_message(From=author, text="Må jeg?"), desk.reply_address(desk.ticket(), desk.mette))[0]

    assert arrival.disposition is Disposition.HELD
    assert len(desk.messages()) == 1


@pytest.mark.parametrize("second", ["ny+2@oeby.example.dk", "NY@oeby.example.dk", "ny+a+b@oeby.example.dk"])
def test_a_mailbox_that_nobody_knew_is_one_person_by_whatever_plus_address(desk: Desk, second: str) -> None:
    first = desk.take(a_message(From="Ny <ny+1@oeby.example.dk>"))[0]
    again = desk.take(a_message(From=f"Ny <{second}>", text="Og må vi også dele dem?"))[0]

    assert {first.disposition, again.disposition} == {Disposition.FILED}
    with desk.store.reading() as session:
        author = persons.person_with(session, "ny+1@oeby.example.dk")
        assert author
        assert {one.author_key for one in desk.messages()} == {author.id}


@pytest.mark.parametrize("second", ["nyt+1@oeby.example.dk", "ny+1@proevested.example.dk", "1+ny@oeby.example.dk"])
def test_another_mailbox_is_another_person(desk: Desk, second: str) -> None:
    desk.take(a_message(From="Ny <ny+1@oeby.example.dk>"))
    desk.take(a_message(From=f"Ny <{second}>", text="Og må vi også dele dem?"))

    assert len({one.author_key for one in desk.messages()}) == 2


def test_who_left_a_restricted_list_is_no_member_of_it_by_another_plus_address(desk: Desk) -> None:
    with desk.store.transaction() as session:
        closed = a_list(session, "Ledelse", "LE", address="ledelse@example.dk", is_restricted=True)
        lis = a_person(session, "lis+kl@oeby.example.dk", "Lis Forhenværende")
        subscriptions.subscribe(session, lis, closed, Mode.NONE, desk.now)

    join = "ledelse+tilmeld@example.dk"

    arrival = desk.take(a_message(From="lis+ny@oeby.example.dk", To=join), join)[0]

    assert arrival.disposition is Disposition.HELD
    with desk.store.reading() as session:
        assert persons.person_with(session, "lis+ny@oeby.example.dk") is None


def test_a_person_with_that_very_plus_address_is_nobody_else(desk: Desk) -> None:
    with desk.store.transaction() as session:
        other = a_person(session, "mette+kl@proevested.example.dk", "Mette Lund")

    desk.take(a_message(From="Mette Lund <mette+kl@proevested.example.dk>"))

    assert desk.messages()[0].author_key == other.id


def test_who_redirects_anothers_mail_is_told_that_it_waits(desk: Desk) -> None:
    redirected = a_message(Resent_From=OLE, Resent_To=LIST)

    arrival = desk.take(redirected)[0]

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, Reason.SENT_ON)
    with desk.store.reading() as session:
        told = session.exec(select(Event).where(Event.kind == EventKind.SENT_ON)).one()
    assert (told.person_key, told.arrival_key) == (desk.ole.id, arrival.id)


@pytest.mark.parametrize("author", [OLE, STRANGER])
def test_a_redirected_reply_to_a_letter_is_told_of_too_whoever_wrote_it(desk: Desk, author: str) -> None:
    desk.take(a_message())
    own = desk.reply_address(desk.ticket(), desk.mette)

    desk.take(a_message(From=author, Resent_From="mette@proevested.example.dk"), own)

    with desk.store.reading() as session:
        told = session.exec(select(Event).where(Event.kind == EventKind.SENT_ON)).one()
    assert told.person_key == desk.mette.id


@pytest.mark.parametrize("resender", ["frank@example.org", "Mette <mette@proevested.example.dk>", "nobody"])
def test_nobody_else_is_told_of_what_was_redirected(desk: Desk, resender: str) -> None:
    desk.take(a_message(Resent_From=resender, Resent_To=LIST))

    assert EventKind.SENT_ON not in desk.events()


def test_a_strangers_mail_is_held_without_a_word(desk: Desk) -> None:
    arrival = desk.take(a_message(From=STRANGER))[0]

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, Reason.STRANGER)
    assert (arrival.author, arrival.subject) == ("frank@example.org", "Må vi det?")
    assert desk.events() == [EventKind.HELD]
    assert desk.messages() == []


@pytest.mark.parametrize("is_restricted", [True, False])
def test_what_is_released_is_filed_whatever_rule_kept_it(desk: Desk, is_restricted: bool) -> None:
    with desk.store.transaction() as session:
        desk.mailing_list.is_restricted = is_restricted
        session.add(desk.mailing_list)
    recipient = LIST if is_restricted else "databeskyttelse+nyt@example.dk"
    arrival = desk.take(a_message(From=OLE), recipient)[0]
    assert arrival.disposition is Disposition.HELD

    with desk.store.transaction() as session:
        holding.release(session, arrival.key, desk.now)

    assert desk.process()[-1].disposition is Disposition.FILED


@pytest.mark.parametrize(
    ("octets", "recipient"),
    [
        (b"From: mette@proevested.example.dk\r\n\r\nHej\r\n", "databeskyttelse+owner@example.dk"),
        (b"From: mette@proevested.example.dk, ole@oeby.example.dk\r\n\r\nHej\r\n", LIST),
        (b"From: mette@proevested.example.dk\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nhQ\r\n"
         b"-----END PGP MESSAGE-----\r\n", LIST),
    ],
)  # fmt: skip
def test_nobody_is_offered_to_release_what_would_be_held_again(desk: Desk, octets: bytes, recipient: str) -> None:
    arrival = desk.hand_over(octets, recipient)[0]

    assert arrival.disposition is Disposition.HELD
    assert arrival.reason
    assert arrival.reason.is_hopeless
    with desk.store.transaction() as session, pytest.raises(BadInput, match="nothing can be filed of it"):
        holding.release(session, arrival.key, desk.now)


def test_a_released_mail_is_filed_and_its_author_let_in(desk: Desk, now: datetime) -> None:
    arrival = desk.take(a_message(From=STRANGER))[0]

    with desk.store.transaction() as session:
        holding.release(session, arrival.key, now)
    settled = desk.process()[0]

    assert settled.disposition is Disposition.FILED
    with desk.store.reading() as session:
        assert persons.get_person(session, "frank@example.org").is_guest


def test_a_lawyers_reply_answers_the_ticket_and_takes_it(desk: Desk) -> None:
    desk.take(a_message())

    desk.take(a_message(From=ANDERS, In_Reply_To=f"<{desk.messages()[0].own_id}>", text="Nej, se artikel 6."))

    ticket = desk.ticket()
    assert desk.messages()[1].kind is MessageKind.ANSWER
    assert (ticket.status, ticket.assignee_key) == (Status.ANSWERED, desk.anders.id)
    assert desk.events() == [EventKind.ASKED, EventKind.STATUS_CHANGED, EventKind.ANSWERED]


def test_the_reply_address_alone_is_evidence_enough(desk: Desk) -> None:
    desk.take(a_message())

    address = desk.reply_address(desk.ticket(), desk.anders)
    desk.take(a_message(From=ANDERS, To=address, Subject="noget helt andet"), address)

    assert [message.ticket_key for message in desk.messages()] == [desk.ticket().id] * 2


def test_a_reply_address_used_by_somebody_else_is_held(desk: Desk) -> None:
    desk.take(a_message())

    address = desk.reply_address(desk.ticket(), desk.anders)
    arrival = desk.take(a_message(From=OLE, To=address), address)[0]

    assert (arrival.disposition, len(desk.messages())) == (Disposition.HELD, 1)


def test_reply_all_to_token_and_list_makes_one_message_in_the_ticket(desk: Desk) -> None:
    desk.take(a_message())
    address = desk.reply_address(desk.ticket(), desk.anders)

    arrivals = desk.take(a_message(From=ANDERS, To=f"{LIST}, {address}", Subject="uden tegn"), LIST, address)

    assert [arrival.disposition for arrival in arrivals] == [Disposition.FILED, Disposition.DISCARDED]
    assert [message.ticket_key for message in desk.messages()] == [desk.ticket().id] * 2


def test_a_hidden_token_counts_for_all_addresses_of_one_handover(desk: Desk) -> None:
    desk.take(a_message())
    address = desk.reply_address(desk.ticket(), desk.anders)

    desk.take(a_message(From=ANDERS, Subject="blindt"), LIST, address)

    assert [message.ticket_key for message in desk.messages()] == [desk.ticket().id] * 2


def test_the_asker_reopens_and_a_mere_thanks_does_not(desk: Desk) -> None:
    desk.take(a_message())
    first = f"<{desk.messages()[0].own_id}>"
    desk.take(a_message(From=ANDERS, In_Reply_To=first, text="Ja."))

    desk.take(a_message(In_Reply_To=first, text="Mange tak for svaret!\n\nMvh Mette"))
    thanked = desk.ticket().status
    desk.take(a_message(In_Reply_To=first, text="Tak. En ting mere: gælder det også børn?"))

    assert (thanked, desk.ticket().status) == (Status.ANSWERED, Status.OPEN)


def test_another_municipalitys_reply_is_dialogue_not_an_answer(desk: Desk) -> None:
    desk.take(a_message())

    desk.take(a_message(From=OLE, References=f"<{desk.messages()[0].own_id}>", text="Hos os gør vi sådan."))

    assert (desk.messages()[1].kind, desk.ticket().status) == (MessageKind.REPLY, Status.OPEN)


def test_a_subject_token_joins_who_takes_part_and_holds_who_does_not(desk: Desk) -> None:
    desk.take(a_message(Subject="Logfiler"))

    joined = desk.take(a_message(Subject="SV: Logfiler [DB-1]"))[0]
    held = desk.take(a_message(From=OLE, Subject="SV: Logfiler [DB-1]"))[0]

    assert (joined.disposition, held.disposition) == (Disposition.FILED, Disposition.HELD)
    assert {message.ticket_key for message in desk.messages()} == {desk.ticket().id}


def test_a_confidential_question_takes_in_nobody_but_asker_and_lawyers(desk: Desk) -> None:
    address = "databeskyttelse+fortrolig@example.dk"
    desk.take(a_message(To=address), address)

    arrival = desk.take(a_message(From=OLE, In_Reply_To=f"<{desk.messages()[0].message_id}>"))[0]

    assert desk.ticket().visibility is Visibility.CONFIDENTIAL
    assert arrival.disposition is Disposition.HELD


def test_the_strictest_of_several_addresses_wins(desk: Desk) -> None:
    private = "databeskyttelse+fortrolig@example.dk"

    desk.take(a_message(To=f"{LIST}, {private}"), LIST, private)

    assert desk.ticket().visibility is Visibility.CONFIDENTIAL
    assert len(desk.messages()) == 1


def test_an_anonymous_question_waits_for_its_askers_word(desk: Desk) -> None:
    address = "databeskyttelse+anonym@example.dk"

    arrival = desk.take(a_message(To=address, text="Hej\n\nMette her. Må vi?"), address)[0]

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, Reason.PREVIEWED)
    assert desk.messages() == []
    with desk.store.reading() as session:
        proposal = session.exec(select(Proposal)).one()
        preview = proposals.preview_of(session, proposal)
        assert holding.held(session) == []  # administrators are not to know who asks
    assert proposal.kind is ProposalKind.ANONYMOUS
    assert preview.text == "[navn] her. Må vi?"


def test_an_anonymous_question_that_its_asker_sends_is_filed_masked(desk: Desk) -> None:
    address = "databeskyttelse+anonym@example.dk"
    desk.take(a_message(To=address, text="Mette her. Må vi?"), address)
    with desk.store.transaction() as session:
        proposal = session.exec(select(Proposal)).one()
        proposals.decide(session, proposal, Choice.SEND, desk.now)

    desk.process()

    assert desk.ticket().visibility is Visibility.ANONYMOUS
    assert desk.messages()[0].text == "[navn] her. Må vi?"


def answer_in_copy(desk: Desk, author: str, asked: EmailMessage) -> Arrival:
    """What somebody writes to the list who had an anonymous question in copy."""
    reply = a_message(
        From=author, Subject="SV: Må vi det?", In_Reply_To=str(asked["Message-ID"]), text="Hej Mette\n\nGodt spurgt."
    )
    return desk.take(reply)[0]


@pytest.mark.parametrize("author", ["Peter Nabo <peter@proevested.example.dk>", OLE, ANDERS])
def test_an_answer_to_an_anonymous_question_waits_with_it_and_is_masked_with_it(desk: Desk, author: str) -> None:
    asked = a_message(To=ANONYMOUS, text="Mette her. Må vi?")
    desk.take(asked, ANONYMOUS)

    waiting = answer_in_copy(desk, author, asked)
    with desk.store.transaction() as session:
        proposals.decide(session, session.exec(select(Proposal)).one(), Choice.SEND, desk.now)
    desk.process()
    desk.now += timedelta(minutes=61)
    desk.process()

    assert (waiting.disposition, waiting.reason) == (None, Reason.ANSWERS_WAITING)
    assert desk.ticket().visibility is Visibility.ANONYMOUS
    texts = [message.text for message in desk.messages()]
    assert ["Mette" in text for text in texts] == [False, False]
    assert texts[1].endswith("Godt spurgt.")


def ask_anonymously(desk: Desk) -> EmailMessage:
    asked = a_message(To=ANONYMOUS, text="Mette her. Må vi?")
    desk.take(asked, ANONYMOUS)
    with desk.store.transaction() as session:
        proposals.decide(session, session.exec(select(Proposal)).one(), Choice.SEND, desk.now)
    desk.process()
    return asked


def test_an_answer_in_which_many_are_named_is_filed_and_tells_nobody_which_of_them_asked(desk: Desk) -> None:
    asked = ask_anonymously(desk)
    names = "Odense, Vejle, Aabenraa, Høje-Taastrup, Øby, Mette og Ole"

    for author in (OLE, ANDERS):
        desk.take(a_message(From=author, In_Reply_To=str(asked["Message-ID"]), text=f"Er det {names}?"))

    texts = [message.text for message in desk.messages()[1:]]
    assert texts[0] == "Er det " + "[kommunen], " * 5 + "[navn] og [navn]?"
    assert texts[1] == "Er det Odense, Vejle, Aabenraa, Høje-Taastrup, [kommunen], [navn] og [navn]?"


def test_an_answer_to_an_anonymous_question_that_was_taken_back_is_held(desk: Desk) -> None:
    asked = a_message(To=ANONYMOUS, text="Mette her. Må vi?")
    desk.take(asked, ANONYMOUS)
    with desk.store.transaction() as session:
        proposals.decide(session, session.exec(select(Proposal)).one(), Choice.WITHDRAW, desk.now)
    desk.process()

    arrival = answer_in_copy(desk, OLE, asked)

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, Reason.ANSWERS_WITHDRAWN)
    assert desk.messages() == []


@pytest.mark.parametrize(
    ("desk_name", "becomes"), [("+anonym", Visibility.ANONYMOUS), ("+fortrolig", Visibility.CONFIDENTIAL)]
)
def test_what_one_list_is_asked_in_private_is_private_in_the_other_too(
    desk: Desk, desk_name: str, becomes: Visibility
) -> None:
    with desk.store.transaction() as session:
        a_list(session, "sikkerhed", "SIK")
    private = f"databeskyttelse{desk_name}@example.dk"

    arrivals = desk.take(a_message(To=f"{private}, sikkerhed@example.dk"), private, "sikkerhed@example.dk")

    assert [one.disposition for one in arrivals] == [
        Disposition.HELD if becomes is Visibility.ANONYMOUS else Disposition.FILED
    ] * 2
    with desk.store.reading() as session:
        assert {ticket.visibility for ticket in session.exec(select(Ticket))} <= {becomes}


def test_the_same_message_many_times_is_one_post(desk: Desk) -> None:
    message = a_message()

    dispositions = [desk.take(message)[0].disposition for _ in range(5)]

    assert dispositions == [Disposition.FILED] + [Disposition.DISCARDED] * 4
    assert len(desk.messages()) == 1


def test_a_message_id_used_again_with_other_words_is_held(desk: Desk) -> None:
    desk.take(a_message(Message_ID="<same@oeby.example.dk>"))

    arrival = desk.take(a_message(Message_ID="<same@oeby.example.dk>", text="Noget andet"))[0]

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, Reason.SAME_ID)


def test_two_lists_file_one_message_each(desk: Desk) -> None:
    with desk.store.transaction() as session:
        a_list(session, "sikkerhed", "SIK")

    arrivals = desk.take(a_message(To=f"{LIST}, sikkerhed@example.dk"), LIST, "sikkerhed@example.dk")

    assert [arrival.disposition for arrival in arrivals] == [Disposition.FILED] * 2
    assert len({message.mailing_list_key for message in desk.messages()}) == 2


def test_a_reply_that_comes_first_is_gathered_when_its_parent_comes(desk: Desk) -> None:
    desk.take(a_message(From=OLE, In_Reply_To="<later@proevested.example.dk>", Subject="SV: Logfiler"))
    assert desk.ticket().asker_key == desk.ole.id

    desk.take(a_message(Message_ID="<later@proevested.example.dk>", Subject="Logfiler"))

    ticket = desk.ticket(2)
    assert {message.ticket_key for message in desk.messages()} == {ticket.id}
    assert {message.kind for message in desk.messages()} == {MessageKind.QUESTION, MessageKind.REPLY}
    assert EventKind.MERGED in desk.events()
    address = links.reply_address(desk.signer, desk.mailing_list, 1, desk.ole.key)
    assert desk.take(a_message(From=OLE, To=address), address)[0].disposition is Disposition.FILED
    assert {message.ticket_key for message in desk.messages()} == {ticket.id}


def test_an_early_reply_is_not_gathered_where_its_author_may_not_see(desk: Desk) -> None:
    address = "databeskyttelse+fortrolig@example.dk"
    desk.take(a_message(From=OLE, In_Reply_To="<later@proevested.example.dk>"))

    desk.take(a_message(Message_ID="<later@proevested.example.dk>", To=address), address)

    assert len({message.ticket_key for message in desk.messages()}) == 2


def test_news_comes_from_editors_alone(desk: Desk) -> None:
    address = "databeskyttelse+nyt@example.dk"
    with desk.store.transaction() as session:
        karen = a_person(session, "karen@forening.example.dk", "Karen Program")
        appointments.appoint(session, karen, Role.EDITOR, desk.mailing_list)

    news = desk.take(a_message(From="Karen Program <karen@forening.example.dk>", To=address), address)[0]
    other = desk.take(a_message(To=address), address)[0]

    assert (news.disposition, other.disposition) == (Disposition.FILED, Disposition.HELD)
    assert desk.messages()[0].kind is MessageKind.NEWS
    assert desk.events().count(EventKind.NEWS_HELD) == 1


def test_who_is_no_editor_is_told_once_of_each_mail(desk: Desk) -> None:
    address = "databeskyttelse+nyt@example.dk"
    held = desk.take(a_message(To=f"{LIST}, {address}"), LIST, address)[0]
    with desk.store.transaction() as session:
        holding.retry(session, held.key, desk.now)
    desk.take(a_message(From=STRANGER, To=address), address)
    desk.take(a_message(To=address, Auto_Submitted="auto-replied"), address)

    assert desk.events().count(EventKind.NEWS_HELD) == 1


@pytest.mark.parametrize("where", ["Subject", "text"])
def test_a_cpr_number_holds_the_mail_and_its_author_is_told(desk: Desk, where: str) -> None:
    arrival = desk.take(a_message(**{where: "Borgeren 010190-1234 har bedt om indsigt"}))[0]

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, Reason.HOLDS_CPR)
    assert desk.messages() == []
    assert desk.events() == [EventKind.CPR_FOUND, EventKind.HELD]


def test_a_robots_mail_is_never_a_question(desk: Desk) -> None:
    arrival = desk.take(a_message(Auto_Submitted="auto-replied"))[0]

    assert (arrival.disposition, desk.messages()) == (Disposition.DISCARDED, [])


def test_a_members_robot_is_filed_quietly_on_its_ticket(desk: Desk) -> None:
    desk.take(a_message())
    message = a_message(From=OLE, In_Reply_To=f"<{desk.messages()[0].own_id}>", Subject="Automatisk svar: Ferie")

    arrival = desk.take(message, return_path="")[0]

    assert arrival.disposition is Disposition.FILED
    assert desk.messages()[1].kind is MessageKind.AUTOMATIC
    assert desk.events()[-1] is EventKind.FILED_QUIETLY


RECEIPT = "Tak for din mail. Vi besvarer den inden for 10 dage.\n\nDette er et autosvar."
NOTIFIER = "Prøvested Kommune <noreply@proevested.example.dk>"


@pytest.mark.parametrize("fields", [{"Subject": "Tak for din mail", "text": RECEIPT}, {"From": NOTIFIER}])
def test_a_systems_receipt_reopens_nothing_and_goes_to_nobody(desk: Desk, fields: dict[str, str]) -> None:
    desk.take(a_message())
    desk.take(a_message(From=ANDERS, In_Reply_To=f"<{desk.messages()[0].own_id}>", text="Nej."))

    arrival = desk.take(a_message(**fields, In_Reply_To=f"<{desk.messages()[1].own_id}>"))[0]

    assert (arrival.disposition, desk.ticket().status) == (Disposition.FILED, Status.ANSWERED)
    assert desk.messages()[-1].kind is MessageKind.AUTOMATIC
    assert desk.events()[-1] is EventKind.FILED_QUIETLY


@pytest.mark.parametrize("author", ["Mette Eksempel <mette@proevested.example.dk>", "e-Boks <post@e-boks.example.org>"])
@pytest.mark.parametrize(
    "fields",
    [
        {"Subject": "Tak for din mail", "text": RECEIPT},
        {"Subject": "Fravær", "text": "Jeg er på ferie til den 9. november."},
    ],
)
def test_what_only_sounds_like_a_robot_is_held_where_an_administrator_sees_it(
    desk: Desk, author: str, fields: dict[str, str]
) -> None:
    arrival = desk.take(a_message(From=author, **fields))[0]

    assert (arrival.disposition, desk.messages()) == (Disposition.HELD, [])
    assert arrival.reason in (Reason.AUTOMATIC_SUBJECT, Reason.AUTOMATIC_WORDS)


@pytest.mark.parametrize("subject", ["Fravær", "På ferie", "Autosvar: hvad må der stå?", "Automatisk besked: SMS"])
def test_a_members_question_with_a_robots_subject_is_a_question(desk: Desk, subject: str) -> None:
    arrival = desk.take(a_message(Subject=subject))[0]

    assert (arrival.disposition, desk.ticket().subject) == (Disposition.FILED, subject)


def test_our_own_letter_coming_back_is_discarded(desk: Desk) -> None:
    by_id = desk.take(a_message(Message_ID=f"<{links.make_own_id(desk.portal)}>"))[0]
    by_list = desk.take(a_message(List_Id="Databeskyttelse <databeskyttelse.example.dk>"))[0]

    assert (by_id.disposition, by_list.disposition) == (Disposition.DISCARDED, Disposition.DISCARDED)


@pytest.mark.parametrize("local", ["7c9e6679-7425-40de-944b", "FB1D5C2E-AA11-4C6B-9F0E", "1763992.17", "c0ffee" * 3])
def test_a_colleague_at_the_portals_own_domain_writes_no_loop(desk: Desk, local: str) -> None:
    arrival = desk.take(a_message(Message_ID=f"<{local}@{desk.portal.domain}>"))[0]

    assert arrival.disposition is Disposition.FILED


def test_two_authors_are_no_author(desk: Desk) -> None:
    message = a_message(From="Mette <mette@proevested.example.dk>, Ole <ole@oeby.example.dk>")

    assert desk.take(message)[0].disposition is Disposition.HELD


@pytest.mark.parametrize(
    ("desk_name", "subject", "mode"),
    [("tilmeld", "", "weekly"), ("tilmeld", "alle", "each"), ("subscribe", "each", "each"), ("afmeld", "", "none")],
)
def test_members_subscribe_and_leave_by_mail(desk: Desk, desk_name: str, subject: str, mode: str) -> None:
    address = f"databeskyttelse+{desk_name}@example.dk"

    arrival = desk.take(a_message(To=address, Subject=subject, text="Venlig hilsen"), address)[0]

    assert arrival.disposition is Disposition.OBEYED
    with desk.store.reading() as session:
        assert [row.mode for row in session.exec(select(Subscription))] == [mode]


def test_a_quoted_reply_address_is_nowhere_in_what_is_filed(desk: Desk) -> None:
    desk.take(a_message())
    address = desk.reply_address(desk.ticket(), desk.ole)
    quote = (
        f"Mit svar.\n\n-----Oprindelig meddelelse-----\nFra: Databeskyttelse <{address}>\nTil: Ole\n\nTekst {address}"
    )

    desk.take(a_message(From=OLE, To=address, text=quote), address)

    filed = desk.messages()[1]
    token = address.partition("+")[2].partition("@")[0]
    assert filed.text == "Mit svar."
    assert token not in filed.text + filed.signature + filed.quoted
    assert "databeskyttelse@example.dk" in filed.quoted


@pytest.mark.parametrize(("author", "reason"), [("", Reason.ENCRYPTED), (STRANGER, Reason.STRANGER)])
def test_an_encrypted_mail_is_put_aside_and_a_member_told(desk: Desk, author: str, reason: Reason) -> None:
    text = "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n"

    arrival = desk.take(a_message(text=text, **({"From": author} if author else {})))[0]

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, reason)
    assert (EventKind.ENCRYPTED in desk.events()) is (not author)


METTES = "the address where Mette replies"


@pytest.mark.parametrize(
    ("recipient", "is_restricted", "text", "reason"),
    [
        (LIST, False, "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n", Reason.ENCRYPTED_UNTOLD),
        (LIST, True, "Må vi det?", Reason.NO_MEMBER),
        ("databeskyttelse+tilmeld@example.dk", True, "", Reason.NOT_FOR_THEM),
        (METTES, False, "Må vi det?", Reason.OTHERS_TOKEN),
    ],
)
def test_what_is_held_lets_nobody_in(
    desk: Desk, recipient: str, is_restricted: bool, text: str, reason: Reason
) -> None:
    with desk.store.transaction() as session:
        session.add(desk.mailing_list)
        desk.mailing_list.is_restricted = is_restricted
    if recipient == METTES:
        desk.take(a_message())
        recipient = desk.reply_address(desk.ticket(), desk.mette)

    arrival = desk.take(a_message(From="Ny Kollega <ny@oeby.example.dk>", text=text), recipient)[0]

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, reason)
    assert EventKind.JOINED not in desk.events()
    with desk.store.reading() as session:
        assert persons.person_with(session, "ny@oeby.example.dk") is None


def test_what_always_fails_is_quarantined_whole_and_stops_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(directory: Directory, reading: Reading) -> str:
        if "gift" in reading.post.text:
            raise ValueError("a bug of ours")
        return ""

    monkeypatch.setattr(screening, "find_loop", stumble)

    desk.take(a_message(text="gift"))
    for _ in range(3):
        desk.now += timedelta(seconds=10)
        desk.process()
    sound = desk.take(a_message())[0]

    poisoned = desk.process()[0]
    assert (poisoned.disposition, poisoned.attempts) == (Disposition.QUARANTINED, 3)
    assert "Traceback" in poisoned.traceback
    assert sound.disposition is Disposition.FILED
    assert EventKind.QUARANTINED in desk.events()


def test_a_message_that_costs_too_much_is_quarantined_whole_and_stops_nothing(
    store: Store, portal: Portal, signer: Signer, now: datetime
) -> None:
    desk = Desk(store, portal, signer, now)
    desk.employ(limits=Limits(seconds=0.1))
    costly_text = "<table><tr><td>Må vi?</td></tr></table>\n" * 40_000
    message = a_message()
    message.set_content(costly_text, subtype="html")

    desk.take(message)
    desk.take(a_message())
    for _ in range(3):
        desk.now += timedelta(seconds=10)
        desk.process()

    costly, sound = desk.process()
    assert (costly.disposition, costly.attempts) == (Disposition.QUARANTINED, 3)
    assert "0.1 s of processor time" in costly.traceback
    assert sound.disposition is Disposition.FILED


def test_an_attachment_is_known_by_its_name_and_true_size(desk: Desk) -> None:
    message, octets = a_message(), a_pdf("Bilag")
    message.add_attachment(octets, maintype="application", subtype="pdf", filename="bilag æøå.pdf")

    desk.take(message)

    with desk.store.reading() as session:
        attachment = session.exec(select(Attachment)).one()
        assert (attachment.name, attachment.size, attachment.type) == (
            "bilag æøå.pdf", len(octets), "application/pdf",
        )  # fmt: skip


def test_where_a_server_is_trusted_an_author_it_does_not_vouch_for_is_held(
    store: Store, portal: Portal, signer: Signer, now: datetime
) -> None:
    desk = Desk(store, portal, signer, now)
    desk.employ(authserv_id="mx.example.dk")

    good = desk.take(a_message(Authentication_Results="mx.example.dk; dkim=pass header.d=proevested.example.dk"))[0]
    forged = desk.take(a_message(Authentication_Results="other.example.org; dmarc=pass"))[0]
    absent = desk.take(a_message())[0]

    assert [one.disposition for one in (good, forged, absent)] == [
        Disposition.FILED,
        Disposition.HELD,
        Disposition.HELD,
    ]


def test_what_a_mailing_list_sends_on_is_filed_quietly_or_not_at_all(desk: Desk) -> None:
    desk.take(a_message())
    sent_on = {"From": OLE, "List_Id": "Jurister <jurister.example.org>", "Precedence": "list"}

    question = desk.take(a_message(**sent_on))[0]
    reply = desk.take(a_message(In_Reply_To=f"<{desk.messages()[0].own_id}>", **sent_on))[0]

    assert (question.disposition, question.reason) == (Disposition.DISCARDED, Reason.MEDIATED)
    assert reply.disposition is Disposition.FILED
    assert [message.kind for message in desk.messages()] == [MessageKind.QUESTION, MessageKind.AUTOMATIC]


CORPUS: dict[str, dict[str, Any]] = json.loads((MESSAGES / "expected.json").read_text())


@pytest.mark.any_database
def test_each_message_of_the_danish_corpus_lands_in_the_ticket_that_its_author_meant(desk: Desk) -> None:
    desk.take(a_message(Subject="Samtykke fra børn", Message_ID="<spoergsmaal-db-1@proevested.example.dk>"))
    desk.take(a_message(From=ANDERS, Subject="SV: Samtykke fra børn [DB-1]", Message_ID="<svar@forening.example.dk>"))
    token = desk.reply_address(desk.ticket(), desk.mette)
    own = {b"svar-db-1@example.dk": desk.messages()[-1].own_id, b"databeskyttelse+mettes-svaradresse@example.dk": token}

    landed = {}
    for name in CORPUS:
        octets = (MESSAGES / f"{name}.eml").read_bytes()
        recipient = token if b"+mettes-svaradresse@" in octets else LIST
        for said, meant in own.items():
            octets = octets.replace(said, meant.encode())
        arrival = desk.hand_over(octets, recipient)[0]
        with desk.store.reading() as session:
            message = session.get(Message, arrival.message_key) if arrival.message_key else None
            number = session.get_one(Ticket, message.ticket_key).number if message else None
        landed[name] = {None: "none", 1: "reply"}.get(number, "new")

    assert landed == {name: expected["ticket"] for name, expected in CORPUS.items()}
    assert not {arrival.disposition for arrival in desk.process()} & {None, Disposition.QUARANTINED}


def test_two_robots_that_hide_stop_in_their_second_round(desk: Desk) -> None:
    desk.take(a_message())
    cited = {"In_Reply_To": f"<{desk.messages()[0].own_id}>"}
    voices = {
        OLE: "Tak for din henvendelse. Vi svarer snarest. Sag 17.",
        "Mette Eksempel <mette@proevested.example.dk>": "Vi har modtaget din mail og vender tilbage.",
    }

    kinds = []
    for _ in range(3):
        for author, text in voices.items():
            desk.take(a_message(From=author, text=text, **cited))
            kinds.append(desk.messages()[-1].kind)

    assert kinds == [MessageKind.REPLY, MessageKind.FOLLOW_UP] + [MessageKind.AUTOMATIC] * 4


def test_two_robots_that_number_what_they_write_stop_in_their_third_round(desk: Desk) -> None:
    desk.take(a_message())
    cited = {"In_Reply_To": f"<{desk.messages()[0].own_id}>"}
    kinds = []
    for number in range(4):
        for author in (OLE, "Mette Eksempel <mette@proevested.example.dk>"):
            text = (
                f"Tak for din henvendelse af {number + 1}. marts kl. 1{number}.07. Din sag har nummer {4710 + number}."
            )
            desk.take(a_message(From=author, text=text, **cited))
            kinds.append(desk.messages()[-1].kind)

    assert kinds == [MessageKind.REPLY, MessageKind.FOLLOW_UP] * 2 + [MessageKind.AUTOMATIC] * 4


def test_a_number_may_be_corrected(desk: Desk) -> None:
    desk.take(a_message())
    for hour in (10, 11):
        desk.take(a_message(From=OLE, text=f"Jeg kan mandag kl. {hour}.", In_Reply_To=f"<{desk.messages()[0].own_id}>"))

    assert [message.kind for message in desk.messages()][1:] == [MessageKind.REPLY] * 2


def test_a_robot_that_hides_and_asks_anew_each_time_is_held_at_the_third(desk: Desk) -> None:
    text = "Tak for din henvendelse. Vi svarer hurtigst muligt."
    dispositions = [desk.take(a_message(Subject=f"Sag {number}", text=text))[0].disposition for number in range(4)]
    desk.now += timedelta(days=2)

    assert dispositions == [Disposition.FILED] * 2 + [Disposition.HELD] * 2
    assert desk.take(a_message(text=text))[0].disposition is Disposition.FILED


def test_a_robot_that_hides_on_many_tickets_is_filed_quietly_from_the_third(desk: Desk) -> None:
    for number in range(4):
        desk.take(a_message(text=f"Spørgsmål nummer {number} om sletning"))
    for message in desk.messages()[:4]:
        desk.take(a_message(From=OLE, text="Jeg er på ferie til uge 30.", In_Reply_To=f"<{message.own_id}>"))

    assert [message.kind for message in desk.messages()][4:] == [MessageKind.REPLY] * 2 + [MessageKind.AUTOMATIC] * 2


def test_a_lawyer_may_give_the_same_answer_as_often_as_it_is_right(desk: Desk) -> None:
    for number in range(4):
        desk.take(a_message(text=f"Spørgsmål nummer {number} om sletning"))
    for message in desk.messages()[:4]:
        desk.take(a_message(From=ANDERS, text="Ja, se vejledningens side fire.", In_Reply_To=f"<{message.own_id}>"))

    assert [message.kind for message in desk.messages()][4:] == [MessageKind.ANSWER] * 4


def test_a_storm_on_a_ticket_is_held_until_somebody_has_looked(desk: Desk) -> None:
    desk.take(a_message())
    cited = {"In_Reply_To": f"<{desk.messages()[0].own_id}>"}
    for number in range(screening.MOST_AT_ONCE):
        desk.take(a_message(From=f"ny{number}@oeby.example.dk", text=f"Jeg er her ikke. Nummer {number}.", **cited))
    filed = len(desk.messages())
    one_more = desk.take(a_message(From=OLE, text="Det er jeg heller ikke i dag.", **cited))[0]
    asker = desk.take(a_message(text="Hold nu op alle sammen, tak.", **cited))[0]
    lawyer = desk.take(a_message(From=ANDERS, text="Svaret er nej.", **cited))[0]
    desk.now += timedelta(hours=1)
    later = desk.take(a_message(From=OLE, text="Det har vi også spurgt om.", **cited))[0]

    assert filed == screening.MOST_AT_ONCE
    assert (one_more.disposition, one_more.grounds) == (Disposition.HELD, Grounds(Reason.STORM, {"most": 30}))
    assert {asker.disposition, lawyer.disposition, later.disposition} == {Disposition.FILED}


@pytest.mark.parametrize(("text", "kind"), [("Ja.", MessageKind.REPLY), ("Tak for det", MessageKind.THANKS)])
def test_a_few_words_may_be_said_twice(desk: Desk, text: str, kind: MessageKind) -> None:
    desk.take(a_message())
    for _ in range(2):
        desk.take(a_message(From=OLE, text=text, In_Reply_To=f"<{desk.messages()[0].own_id}>"))

    assert [message.kind for message in desk.messages()][1:] == [kind] * 2
