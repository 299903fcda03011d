"""Files of editors and lawyers: small ones go with the letter, large ones are kept on the portal and linked."""

from datetime import datetime
from email.message import EmailMessage

import pytest

from mailer.letters.distribution import distributor
from support.builders import a_message
from support.children import keeper_of
from support.command_desk import CommandDesk, plain
from tickets import journal
from tickets.database.models import Person
from tickets.database.store import Store
from tickets.portal import Portal
from tickets.tokens import Signer

NEWS = "databeskyttelse+nyt@example.dk"
ROOM = 100_000


class AttachingDesk(CommandDesk):
    """A desk whose letters have room for some files."""

    def distribute(self) -> None:
        take_out = keeper_of(self.portal).take_out
        follower = distributor(self.portal, self.signer, take_out=take_out, most_attached=ROOM)
        while journal.follow(self.store, follower, self.now):
            pass


@pytest.fixture
def desk(store: Store, portal: Portal, signer: Signer, now: datetime) -> AttachingDesk:
    return AttachingDesk(store, portal, signer, now)


def mail_with(author: Person, files: dict[str, int], **fields: str) -> EmailMessage:
    message = a_message(**{"From": f"{author.name} <{author.email}>", "text": "Her er filerne."} | fields)
    for name, size in files.items():
        message.add_attachment(f"{name}: ordene i filen\n".encode().ljust(size, b"x"), "text", "plain", filename=name)
    return message


def names_in(letter: EmailMessage) -> list[str | None]:
    return [part.get_filename() for part in letter.iter_attachments()]


def test_small_files_go_with_the_letter_and_large_ones_are_linked(desk: AttachingDesk) -> None:
    files = {"Æbler.txt": 60_000, "Optagelse.txt": 3_000_000, "Skema.txt": 30_000, "Mere.txt": 20_000}
    desk.take(mail_with(desk.anders, files, To=NEWS, Subject="Nyt"), NEWS)
    desk.distribute()

    letter = desk.letters_to(desk.ole)[-1]
    assert names_in(letter) == ["Æbler.txt", "Skema.txt"]
    first = next(letter.iter_attachments())
    assert first.get_content_disposition() == "attachment"
    assert bytes(first.get_payload(decode=True)).startswith("Æbler.txt: ordene i filen".encode())  # type: ignore[arg-type]
    text = plain(letter)
    assert "Vedhæftet:\n- Æbler.txt (60 kB)\n- Skema.txt (30 kB)" in text
    path = desk.messages()[-1].path
    assert f"- Optagelse.txt (3,0 MB): https://portal.example.dk/m/{path}/" in text
    assert f"- Mere.txt (20 kB): https://portal.example.dk/m/{path}/" in text
    assert str(letter.get_body(("html",)).get_content()).count('<a href="https://portal.example.dk/m/') == 2  # type: ignore[union-attr]


def test_what_members_send_is_linked(desk: AttachingDesk) -> None:
    desk.take(mail_with(desk.mette, {"Sag.txt": 1_000}), "databeskyttelse@example.dk")
    desk.distribute()

    letter = desk.letters_to(desk.anders)[-1]
    assert names_in(letter) == []
    assert "- Sag.txt (1 kB): https://portal.example.dk/m/" in plain(letter)
