"""A CPR number is spread by nobody, wherever it stands: a whole portal over real sockets, with real files."""

from datetime import timedelta

import pytest
from builders import a_message
from portals import compose, plain_text
from sqlmodel import select
from test_documents import KINDS, NUMBER, encrypted_docx, encrypted_pdf, zipped
from test_promises import ANDERS, LIST, METTE, OLE, Town
from test_promises import town as town

from tickets import holding, originals
from tickets.models import Arrival, Attachment, Content, Disposition, Letter, Message
from tickets.store import system_clock
from web_archive.app import create_app

PLAIN = NUMBER.replace("-", "")
PLACES = ["subject", "text", "quoted", "name", "attached mail", *KINDS]


def send_with_number(town: Town, place: str) -> None:
    subject = f"Om {NUMBER}" if place == "subject" else "Indsigt"
    text = {"text": f"Borgeren {NUMBER} vil.\n", "quoted": f"Må vi?\n\n-- \nMette {NUMBER}\n"}.get(place, "Må vi?\n")
    message = compose(METTE, LIST, subject, text)
    if place == "attached mail":
        message.add_attachment(a_message(text=f"Om {NUMBER}\n"))
    elif place in KINDS or place == "name":
        name = place if place in KINDS else f"brev {NUMBER}.bin"
        message.add_attachment(KINDS.get(place, b"x"), maintype="application", subtype="octet-stream", filename=name)
    town.send(message)
    town.settled()


@pytest.mark.any_database
@pytest.mark.parametrize("place", PLACES)
def test_wherever_it_stands_it_is_held_masked_and_forgotten(
    town: Town, place: str, capfd: pytest.CaptureFixture[str]
) -> None:
    send_with_number(town, place)
    assert [len(town.letters_to(one)) for one in (METTE, ANDERS, OLE)] == [1, 1, 0]
    assert town.count(Arrival, Arrival.reason == holding.HOLDS_CPR) == 1
    assert town.count(Message) == 0

    address = str(town.letters_to(METTE)[0]["Reply-To"])
    town.send(compose(METTE, address, "SV: Din mail venter", "SEND MASKERET\n"))
    town.settled()
    assert (town.count(Message), len(town.letters_to(OLE))) == (1, 1)
    with town.store.transaction() as session:
        assert originals.forget(session, system_clock() + timedelta(days=1)) == 1
    while town.house.search.update(system_clock()):
        pass

    told = capfd.readouterr()
    texts = [told.out, told.err]
    for one in town.sink.messages():
        texts.append(one.octets.decode())
    for letter in (*town.letters_to(METTE), *town.letters_to(ANDERS), *town.letters_to(OLE)):
        texts += [str(letter["Subject"]), *(str(part.get_content()) for part in letter.iter_parts())]
    with town.store.reading() as session:
        for row in (Arrival, Message, Letter, Content):
            texts += [repr(one) for one in session.exec(select(row))]
        (message,) = session.exec(select(Message)).all()
    folder = town.house.settings.portal.data_dir / "search"
    texts += [file.read_bytes().decode("latin-1") for file in folder.rglob("*") if file.is_file()]
    app = create_app(
        town.store, town.house.settings.portal, town.house.signer, b"x" * 32, town.house.search, system_clock
    )
    for url in ("/", f"/m/{message.path}", "/t/DB-1", f"/search?q={NUMBER}"[:10]):
        texts.append(app.test_client().get(url, base_url="https://portal.example.dk").text)
    assert [text[:200] for text in texts if NUMBER in text or PLAIN in text] == []


LOCKED = {
    "laast.pdf": encrypted_pdf(), "laast.docx": encrypted_docx(), "laast.zip": zipped("a.pdf", encrypted_pdf()),
    "brudt.pdf": b"%PDF-1.7 og ikke mere", "andet.7z": b"7z\xbc\xaf\x27\x1c" + bytes(99),
}  # fmt: skip


@pytest.mark.any_database
@pytest.mark.parametrize("name", LOCKED)
def test_a_file_that_nobody_can_look_into_waits_and_goes_on_only_without_it(town: Town, name: str) -> None:
    message = compose(METTE, LIST, "Indsigt", "Må vi?\n")
    message.add_attachment(LOCKED[name], maintype="application", subtype="octet-stream", filename=name)
    town.send(message)
    town.settled()
    letter = town.letters_to(METTE)[0]
    assert town.count(Arrival, Arrival.reason == holding.HOLDS_UNREAD) == 1
    assert [len(town.letters_to(one)) for one in (METTE, ANDERS, OLE)] == [1, 1, 0]
    assert f"den vedhæftede fil {name}" in plain_text(letter)

    town.send(compose(METTE, str(letter["Reply-To"]), "SV: Din mail venter", "SEND UDEN FILEN\n"))
    town.settled()

    assert (town.count(Message), town.count(Attachment)) == (1, 0)
    assert f"Den vedhæftede fil {name} er udeladt" in plain_text(town.letters_to(OLE)[0])


def test_news_answers_and_robots_are_guarded_alike(town: Town) -> None:
    town.send(compose(ANDERS, "databeskyttelse+nyt@example.dk", "Nyt", f"Om {NUMBER}"))
    town.send(compose(ANDERS, LIST, "Svar", f"Om {NUMBER}"))
    town.send(compose(OLE, LIST, "Automatisk svar: Ferie", f"Om {NUMBER}", Auto_Submitted="auto-replied"))
    town.settled()

    assert town.count(Message) == 0
    assert town.count(Arrival, Arrival.disposition == Disposition.HELD) == 2
    assert (len(town.letters_to(ANDERS)), len(town.letters_to(OLE))) == (2, 0)
