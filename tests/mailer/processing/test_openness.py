"""What was asked openly before it is asked unseen is closed off, or its author is told what others have seen."""

from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
from sqlmodel import select

from mailer.letters.distribution import distributor
from support.builders import a_message
from support.mail_room import Desk
from support.mail_room import desk as desk
from support.town import LIST, OLE
from tickets import journal
from tickets.database.models import (
    Capacity,
    Choice,
    Delivery,
    DeliveryState,
    Disposition,
    EventKind,
    Letter,
    LetterKind,
    Mode,
    Proposal,
    Ticket,
    Visibility,
)
from tickets.moderation import proposals
from tickets.people import subscriptions
from tickets.people.audience import still_entitled

ANONYMOUS, CONFIDENTIAL = "databeskyttelse+anonym@example.dk", "databeskyttelse+fortrolig@example.dk"
WORDS = "Hvor længe må vi i Prøvested gemme logfiler fra skolernes netværk, når ingen har spurgt efter dem?"


def asked(to: str, text: str = WORDS, **more: str) -> EmailMessage:
    return a_message(To=to, Subject="Logfiler", text=f"Kære jurister\n\n{text}\n\nVenlig hilsen\nMette\n", **more)


@pytest.fixture(autouse=True)
def _told(desk: Desk) -> None:
    """Letters tell of what happens from now on."""
    with desk.store.transaction() as session:
        journal.place_bookmark(session, distributor(desk.portal, desk.signer))


def follow(desk: Desk) -> None:
    with desk.store.transaction() as session:
        subscriptions.subscribe(session, desk.ole, desk.mailing_list, Mode.EACH, desk.now)


def distribute(desk: Desk, *, is_sent: bool = False) -> list[tuple[str, LetterKind]]:
    """Let what happened be told; who is owed what, and what of it was sent at once."""
    follower = distributor(desk.portal, desk.signer)
    while journal.follow(desk.store, follower, desk.now):
        pass
    with desk.store.transaction() as session:
        owed = list(session.exec(select(Delivery).order_by(Delivery.id)))  # type: ignore[arg-type]
        for one in owed if is_sent else ():
            one.state = DeliveryState.SENT
        return [(one.recipient, one.kind) for one in owed]


def send_previewed(desk: Desk) -> None:
    with desk.store.transaction() as session:
        for proposal in session.exec(select(Proposal)):
            proposals.decide(session, proposal, Choice.SEND, desk.now)
    desk.process()


REPEATED = {
    "the same mail": (WORDS, True),
    "other Message-ID": (WORDS, False),
    "other greeting": (f"Til rette vedkommende\n\n{WORDS}", False),
    "other marks and breaks": (WORDS.replace(", når", " –\nnår").replace("?", "??"), False),
    "with more around": (f"Vi prøver igen. {WORDS} Det haster.", False),
}


@pytest.mark.alike
@pytest.mark.parametrize("case", REPEATED)
@pytest.mark.parametrize("address", [ANONYMOUS, CONFIDENTIAL])
def test_what_nobody_else_was_sent_is_closed_off(desk: Desk, case: str, address: str) -> None:
    text, is_same_id = REPEATED[case]
    first = asked(LIST)
    desk.take(first)
    more = {"Message_ID": str(first["Message-ID"])} if is_same_id else {}

    second = desk.take(asked(address, text, **more), address)[0]
    send_previewed(desk)

    assert second.disposition is not Disposition.DISCARDED
    assert desk.ticket(1).visibility is Visibility.CONFIDENTIAL
    hidden = Visibility.ANONYMOUS if address == ANONYMOUS else Visibility.CONFIDENTIAL
    assert desk.ticket(2).visibility is hidden
    assert desk.events().count(EventKind.ASKED_OPENLY) == 1


@pytest.mark.alike
@pytest.mark.parametrize("address", [ANONYMOUS, CONFIDENTIAL])
@pytest.mark.parametrize("case", ["sent", "replied to", "long ago"])
def test_what_others_know_stays_and_its_author_is_told(desk: Desk, address: str, case: str) -> None:
    if case == "sent":
        follow(desk)
    first = asked(LIST)
    desk.take(first)
    distribute(desk, is_sent=case == "sent")
    if case == "replied to":
        desk.take(a_message(From=OLE, Subject="SV: Logfiler", In_Reply_To=str(first["Message-ID"]), text="Et år."))
    desk.now += timedelta(days=case == "long ago")

    desk.take(asked(address, Message_ID=str(first["Message-ID"])), address)
    send_previewed(desk)

    assert desk.ticket(1).visibility is Visibility.OPEN
    assert desk.events().count(EventKind.ASKED_OPENLY) == 1
    assert distribute(desk).count(("mette@proevested.example.dk", LetterKind.ASKED_OPENLY)) == 1


def test_a_letter_that_waits_to_be_sent_is_for_nobody_once_it_is_closed_off(desk: Desk) -> None:
    follow(desk)
    desk.take(asked(LIST))
    assert ("ole@oeby.example.dk", LetterKind.QUESTION) in distribute(desk)

    desk.take(asked(ANONYMOUS), ANONYMOUS)

    assert desk.ticket(1).visibility is Visibility.CONFIDENTIAL
    with desk.store.reading() as session:
        (letter,) = session.exec(select(Letter).where(Letter.kind == LetterKind.QUESTION).distinct()).all()[:1]
        ticket = session.get_one(Ticket, letter.ticket_key)
        assert still_entitled(session, letter, ticket, None, {desk.ole.key: Capacity.SUBSCRIBER}) == set()


def test_the_mail_that_asks_unseen_comes_twice_and_is_one_question(desk: Desk) -> None:
    first = asked(LIST)
    desk.take(first)
    again = asked(ANONYMOUS, Message_ID=str(first["Message-ID"]))
    desk.take(again, ANONYMOUS)
    send_previewed(desk)

    assert desk.take(again, ANONYMOUS)[0].disposition is Disposition.DISCARDED
    assert len(desk.messages()) == 2


@pytest.mark.parametrize(
    ("text", "author"),
    [("Må vi dele logfiler med politiet?", ""), (WORDS, OLE), ("Se vedhæftede.", "")],
)
def test_other_words_and_other_authors_repeat_nothing(desk: Desk, text: str, author: str, now: datetime) -> None:
    desk.take(asked(LIST, "Se vedhæftede." if text == "Se vedhæftede." else WORDS))

    desk.take(asked(ANONYMOUS, text, **({"From": author} if author else {})), ANONYMOUS)

    assert desk.ticket(1).visibility is Visibility.OPEN
    assert EventKind.ASKED_OPENLY not in desk.events()
