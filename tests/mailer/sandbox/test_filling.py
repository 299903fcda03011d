"""Where files lie is noted after they were filed, newest first; then nobody has to take a message apart for one."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime

import pytest
from sqlmodel import col, select

from mailer.sandbox.filling import Filler, find_wanted
from mailer.sandbox.keeper import GENEROUS, Keeper
from mailer.sandbox.reader import Workshop
from support.builders import a_message, store_content
from support.mail_room import Desk
from support.town import ANONYMOUS
from tickets.database import contents
from tickets.database.models import Arrival, Attachment, Choice, Message, Part, Proposal, UnmaskedFile
from tickets.database.store import Store
from tickets.errors import NotFound
from tickets.moderation import holding, proposals
from tickets.portal import Portal
from tickets.post import WHOLE
from tickets.tokens import Signer


@pytest.fixture
def desk(store: Store, portal: Portal, signer: Signer, now: datetime) -> Desk:
    return Desk(store, portal, signer, now)


@pytest.fixture
def filler(desk: Desk) -> Iterator[Filler]:
    with closing(Keeper(desk.portal)) as keeper, closing(Workshop()) as workshop:
        yield Filler(desk.store, keeper, workshop, lambda: desk.now)


def ask_with(desk: Desk, *files: bytes, to: str = "databeskyttelse@example.dk") -> None:
    message = a_message(To=to)
    for number, file in enumerate(files):
        message.add_attachment(file, maintype="text", subtype="plain", filename=f"bilag{number}.txt")
    desk.take(message, to)


def file_of(desk: Desk, message: Message, part: int = 2) -> bytes | None:
    with desk.store.reading() as session:
        return contents.find_file(session, message.content_key, part)


def test_the_newest_is_filled_in_first_and_one_message_at_a_time(desk: Desk, filler: Filler) -> None:
    for number in range(3):
        ask_with(desk, f"bilag {number}".encode(), b"mere")
    first, second, third = desk.messages()

    assert filler.work() == 2
    assert [file_of(desk, message) for message in (first, second, third)] == [None, None, b"bilag 2"]

    while filler.work():  # whoever goes on, it is where the other was stopped
        pass
    assert [file_of(desk, message) for message in (first, second, third)] == [b"bilag 0", b"bilag 1", b"bilag 2"]
    assert file_of(desk, first, 3) == b"mere"


def test_what_is_filled_in_is_not_looked_at_again(desk: Desk, filler: Filler) -> None:
    ask_with(desk, b"et bilag")

    assert (filler.work(), filler.work()) == (1, 0)
    with desk.store.reading() as session:
        assert find_wanted(session) is None


def test_files_that_lie_in_several_messages_are_filled_in_once_for_all(desk: Desk, filler: Filler) -> None:
    ask_with(desk, b"bilag")
    ask_with(desk, b"bilag 2")
    with desk.store.transaction() as session:  # as the same mail in two lists has
        first, second = session.exec(select(Message).order_by(col(Message.id))).all()
        second.content_key = first.content_key

    assert filler.work() == 1

    assert filler.work() == 0


def test_a_file_that_nobody_can_look_into_is_given_to_nobody(desk: Desk) -> None:
    ask_with(desk, b"lang tekst " * 50_000)
    message = desk.messages()[0]

    with closing(Keeper(desk.portal, replace(GENEROUS, seconds=0.05))) as keeper:
        assert Filler(desk.store, keeper, Workshop(), lambda: desk.now).work() == 1

    with desk.store.reading() as session, pytest.raises(NotFound):
        contents.find_file(session, message.content_key, 2)


def test_the_clean_copies_of_anonymous_tickets_are_filled_in_too(desk: Desk, filler: Filler) -> None:
    ask_with(desk, b"Ingen navne", to=ANONYMOUS)
    with desk.store.transaction() as session:
        proposals.decide(session, session.exec(select(Proposal)).one(), Choice.SEND, desk.now)
    desk.process()

    while filler.work():
        pass

    with desk.store.reading() as session:
        clean_key = session.exec(select(UnmaskedFile.clean_key)).one()
        assert clean_key is not None
        assert contents.find_file(session, clean_key, WHOLE) == b"Ingen navne"


def test_a_message_that_is_gone_leaves_nothing_to_fill_in(desk: Desk, filler: Filler) -> None:
    ask_with(desk, b"bilag")
    with desk.store.transaction() as session:
        message = session.exec(select(Message)).one()
        message.content_key = store_content(session, bytes(a_message(text="Uden bilag")), desk.now)

    assert filler.work() == 1

    with desk.store.reading() as session:
        assert session.exec(select(Attachment.is_ready)).all() == [True]
        assert session.exec(select(Part.start, Part.kept_key)).all() == [(None, None)]


def test_what_an_older_version_put_aside_is_told_by_its_fields(desk: Desk, filler: Filler) -> None:
    (arrival,) = desk.take(a_message(From="Frank Ærlig <frank@example.org>", Subject="Om 010190-1234"))
    noted = holding.fields_of(arrival)
    with desk.store.transaction() as session:
        session.get_one(Arrival, arrival.id).fields = None

    assert filler.work() == 1

    with desk.store.reading() as session:
        assert holding.fields_of(session.get_one(Arrival, arrival.id)) == noted
    assert dict(noted)["From"] == "Frank Ærlig <frank@example.org>"
    assert dict(noted)["Subject"] == "Om ●●●●●●-●●●●"
    assert filler.work() == 0
