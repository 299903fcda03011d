"""What becomes of a message: through the real database, from octets to its ticket."""

import json
from typing import Any

import pytest
from sqlmodel import select

from support.builders import a_list, a_message, a_person
from support.checkout import MESSAGES
from support.mail_room import Desk
from support.mail_room import desk as desk
from support.town import ANDERS, LIST, OLE
from tickets import links
from tickets.database.models import (
    Disposition,
    EventKind,
    Message,
    MessageKind,
    Mode,
    Status,
    Subscription,
    Ticket,
    Visibility,
)
from tickets.people import persons, subscriptions


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
