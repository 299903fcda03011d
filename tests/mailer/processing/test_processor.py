"""What the processor does with messages that fail, cost too much, or bring files."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from mailer.addresses import Directory
from mailer.processing import screening
from mailer.sandbox.message import Reading
from mailer.sandbox.reader import Limits
from support.builders import a_message
from support.mail_room import Desk
from support.mail_room import desk as desk
from support.papers import a_pdf
from tickets.database.models import Attachment, Disposition, EventKind
from tickets.database.store import Store
from tickets.portal import Portal
from tickets.tokens import Signer


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
