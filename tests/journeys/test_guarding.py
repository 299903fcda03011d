"""A CPR number is spread by nobody, wherever it stands: a whole portal over real sockets, with real files."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from email.message import EmailMessage
from itertools import product
from pathlib import Path
from string import ascii_uppercase

import pytest
from sqlmodel import select
from whoosh import index

from support.archive import Browser
from support.builders import a_message
from support.children import keeper_of
from support.disguises import BODIES, FILES, TEXTS
from support.documents import KINDS, NUMBER, encrypted_docx, encrypted_pdf, zipped
from support.hideouts import HIDEOUTS
from support.household import letter_to, settle_in
from support.papers import a_docx
from support.portals import RunningPortal, compose, plain_text
from support.served_town import Town, told_by
from support.served_town import town as town
from support.servers import Sink
from support.town import ANDERS, LIST, METTE, OLE
from support.waiting import eventually
from tickets.database.models import Arrival, Attachment, Content, Letter, Message, Proposal, Redaction, Role, metadata
from tickets.database.store import system_clock
from tickets.errors import BadInput
from tickets.moderation import holding, originals
from tickets.numbers.cpr import numbers_in
from tickets.people import appointments, logins, persons
from tickets.reasons import Reason
from tickets.search.indexing import FORM
from web_archive.app import create_app

PLAIN = NUMBER.replace("-", "")
WRITTEN = ("101901234", "010119901234")  # the digits, however they are written: without the zero, with the whole year
SHAPES = (
    "CPR-nr. 010190 12 34\nCPR 01-01-1990-1234, cpr: 010190+1234 og cpr 010190 \u2014 1234\nCPR\t010190\t1234\n"
    "Personnummer 101901234\n<PersonCivilRegistrationIdentifier>0101901234\n010190&#45;1234\n\n"
    "Navn\tCPR-nr\tBy\nBo\t0101901234\tPrøvested\n\n| Navn | CPR |\n|---|---|\n| Bo | 010190 1234 |\n\n"
    "Navn         CPR-nummer\nBo Hansen    0101901234\n"
)
SHAPED_TABLE = "<table><tr><td>Navn</td><td>CPR</td></tr><tr><td>Bo</td><td>0101901234</td></tr></table>"
SHAPED_FILES = (
    "BM.csv", "little.txt", "titled.csv", "bars.txt", "table.rtf", "borger.xml", "borger.json", "book.epub",
    "moved.docx", "chunk.docx", "prefix.zip", "videresendt", "indbakke", "kode.bin", "link.pdf", "bookmark.pdf",
    "stamp.pdf", "form.pdf", "table.pdf", "foto.jpg",
)  # fmt: skip
DISGUISED_FILES = (
    "body del.html", "vanish.docx", "sym.docx", "vanish.rtf", "cell.xlsx", "pair.csv", "two lines.pdf", "ebcdic.txt",
    "fields.eml",
)  # fmt: skip
DISGUISES: dict[str, str] = {
    **{f"text, {case}": text for case, text in TEXTS.items() if case in (
        "break before the hyphen, unnamed", "break within the four", "superscript", "letter O", "single digits",
        "month", "json pair", "year in front", "turned round",
    )},
    **{f"date, {case}": TEXTS[case] for case in (
        "day of one digit", "day of one digit, slash", "spaced behind signs", "date in brackets", "halves",
        "birthday and a half",
    )},
    **{f"html, {case}": BODIES[case] for case in ("del", "font-size", "white", "alt", "bdo", "after")},
    "field, X-Borger": NUMBER, "field, References": f"<1@example.dk> <{NUMBER}@example.dk>",
    "field, Cc": f"<{NUMBER.replace('-', '')}@example.dk>", "field, Content-Language": NUMBER,
    "subject, and text": "CPR 010190",
}  # fmt: skip
PLACES: dict[str, list[str]] = {  # ten in each at most: about more than that nobody is asked in a day
    "mails": ["subject", "text", "quoted", "name", "attached mail"],
    "files": [*KINDS],
    "disguised, files": [*DISGUISED_FILES],
    "disguised, text": [place for place in DISGUISES if place.startswith(("text", "subject"))],
    "disguised, dates": [place for place in DISGUISES if place.startswith("date")],
    "disguised, html and fields": [place for place in DISGUISES if place.startswith(("html", "field"))],
}


def with_number(place: str, mark: str) -> EmailMessage:
    """A message with a number in that place; its subject begins with a mark."""
    subject = f"{mark}: Om {NUMBER}" if place == "subject" else f"{mark}: Indsigt"
    text = {"text": f"Borgeren {NUMBER} vil.\n", "quoted": f"Må vi?\n\n-- \nMette {NUMBER}\n"}.get(place, "Må vi?\n")
    message = compose(METTE, LIST, subject, text)
    if place in DISGUISES:
        message = disguised(place, mark)
    elif place == "attached mail":
        message.add_attachment(a_message(text=f"Om {NUMBER}\n"))
    elif place in KINDS or place in DISGUISED_FILES or place == "name":
        name = f"brev {NUMBER}.bin" if place == "name" else place
        message.add_attachment(
            KINDS.get(place) or FILES.get(place, b"x"), maintype="application", subtype="octet-stream", filename=name
        )
    return message


def disguised(place: str, mark: str) -> EmailMessage:
    """A message with a number in a shape or field in which it is easily overlooked."""
    where, _, name = place.partition(", ")
    if where == "subject":
        return compose(METTE, LIST, f"{mark}: {DISGUISES[place]}", "-1234 vil.\n")
    text = f"Må vi?\n\n{DISGUISES[place]}\n" if where in ("text", "date") else "Må vi?\n"
    message = compose(METTE, LIST, f"{mark}: Indsigt", text)
    if where == "html":
        message.set_content(DISGUISES[place], subtype="html")
    elif where == "field":
        del message[name]
        message[name] = DISGUISES[place]
    return message


def all_told(town: Town) -> Iterator[str]:
    """All that was sent, is kept or can be searched for."""
    for one in town.sink.messages():
        yield one.octets.decode()
    for letter in (*town.letters_to(METTE), *town.letters_to(ANDERS), *town.letters_to(OLE)):
        yield str(letter["Subject"])
        for part in letter.iter_parts():
            yield f"{letter['Subject']}\n{part.get_content()}"
    with town.store.reading() as session:
        for row in (Arrival, Message, Letter, Content):
            yield from (repr(one) for one in session.exec(select(row)))
    folder = town.house.settings.portal.data_dir / "search"
    for file in folder.rglob("*"):
        with suppress(FileNotFoundError, IsADirectoryError):  # the index goes on meanwhile
            yield file.read_bytes().decode("latin-1")


def arrivals_in(town: Town) -> list[Arrival]:
    with town.store.reading() as session:
        return list(session.exec(select(Arrival)))


@pytest.mark.any_database
@pytest.mark.parametrize("kind", PLACES)
def test_wherever_it_stands_it_is_held_masked_and_forgotten(
    town: Town, kind: str, capfd: pytest.CaptureFixture[str]
) -> None:
    places = dict(zip(ascii_uppercase, PLACES[kind], strict=False))
    for mark, place in places.items():
        town.send(with_number(place, mark))
    town.settled()

    assert {places[one.subject[0]]: one.reason for one in arrivals_in(town)} == dict.fromkeys(
        places.values(), Reason.HOLDS_CPR
    )
    assert (town.count(Message), len(town.letters_to(OLE))) == (0, 0)
    asked, told = ([(one, plain_text(one)) for one in town.letters_to(person)] for person in (METTE, ANDERS))
    assert (len(asked), len(told)) == (len(places), len(places))
    for one in arrivals_in(town):
        place = places[one.subject[0]]
        assert sum(f"lagt til side som nummer {one.id} " in text for _, text in told) == 1, place
        (address,) = [str(letter["Reply-To"]) for letter, text in asked if f'"{one.subject[0]}: ' in text] or [place]
        town.send(compose(METTE, address, "SV: Din mail venter", "SEND MASKERET\n"))
    town.settled()

    sent = [str(letter["Subject"]) for letter in town.letters_to(OLE)]
    assert {place: sum(f"{mark}: " in subject for subject in sent) for mark, place in places.items()} == dict.fromkeys(
        places.values(), 1
    )
    assert (town.count(Message), len(sent)) == (len(places), len(places))
    with town.store.transaction() as session:
        assert originals.forget(session, system_clock() + timedelta(days=1)) == len(places)
    index_all(town)

    printed = capfd.readouterr()
    assert [
        text[:200]
        for text in (printed.out, printed.err, *all_told(town))
        if NUMBER in text or PLAIN in text or PLAIN in numbers_in(text.replace("\\n", "\n"))
    ] == []


@pytest.mark.any_database
def test_what_comes_from_an_address_that_is_a_number_is_shown_to_nobody(town: Town) -> None:
    for local in (NUMBER, PLAIN):
        town.send(compose(f"Bo <{local}@proevested.example.dk>", LIST, "Indsigt", "Må vi?\n"))
    town.settled()

    assert [one.reason for one in arrivals_in(town)] == [Reason.STUCK_CPR] * 2
    assert town.sink.messages() == []
    assert [one.author for one in arrivals_in(town)] == ["●●●●●●-●●●●@proevested.example.dk"] * 2
    assert [one.return_path for one in arrivals_in(town)] == ["●●●●●●-●●●●@proevested.example.dk"] * 2


LOCKED = {
    "laast.pdf": encrypted_pdf(), "laast.docx": encrypted_docx(), "laast.zip": zipped("a.pdf", encrypted_pdf()),
    "brudt.pdf": b"%PDF-1.7 og ikke mere", "andet.7z": b"7z\xbc\xaf\x27\x1c" + bytes(99),
}  # fmt: skip


@pytest.mark.any_database
def test_a_file_that_nobody_can_look_into_waits_and_goes_on_only_without_it(town: Town) -> None:
    for name, octets in LOCKED.items():
        message = compose(METTE, LIST, f"Indsigt: {name}", "Må vi?\n")
        message.add_attachment(octets, maintype="application", subtype="octet-stream", filename=name)
        town.send(message)
    town.settled()
    assert {one.subject: one.reason for one in arrivals_in(town)} == {
        f"Indsigt: {name}": Reason.HOLDS_UNREAD for name in LOCKED
    }
    assert [len(town.letters_to(one)) for one in (METTE, ANDERS, OLE)] == [len(LOCKED), len(LOCKED), 0]
    for arrival in arrivals_in(town):
        with town.store.transaction() as session, pytest.raises(BadInput, match="waits for its author"):
            holding.release(session, arrival.key, system_clock())

    asked = [(letter, plain_text(letter)) for letter in town.letters_to(METTE)]
    for name in LOCKED:
        (address,) = [str(one["Reply-To"]) for one, text in asked if f"den vedhæftede fil {name}" in text] or [name]
        town.send(compose(METTE, address, "SV: Din mail venter", "SEND UDEN FILEN\n"))
    town.settled()

    assert (town.count(Message), town.count(Attachment)) == (len(LOCKED), 0)
    went_on = [plain_text(letter) for letter in town.letters_to(OLE)]
    for name in LOCKED:
        assert sum(f"Den vedhæftede fil {name} er udeladt" in text for text in went_on) == 1, name


ROLES = {
    "public": None, "member": OLE, "asker": METTE, "lawyer": ANDERS, "editor": "Eva <eva@forening.example.dk>",
    "administrator": "Adam <adam@forening.example.dk>",
}  # fmt: skip
NEWS = "databeskyttelse+nyt@example.dk"


def address_of(person: str) -> str:
    return person[person.find("<") + 1 :].rstrip(">")


def with_numbers_everywhere(author: str, to: str) -> EmailMessage:
    """A message with a number in every place where one can stand."""
    text = f"Borgeren {NUMBER} vil.\n\n{SHAPES}\n-- \nMette {NUMBER}\n"
    message = compose(author, to, f"Om {NUMBER}, CPR 010190 12 34", text)
    message.replace_header("From", author.replace(" <", f" {NUMBER} <"))
    message.add_alternative(f"<p>Borgeren {NUMBER} vil.</p>{SHAPED_TABLE}", subtype="html")
    for name, octets in (*KINDS.items(), *((name, HIDEOUTS[name]) for name in SHAPED_FILES)):
        message.add_attachment(octets, maintype="application", subtype="octet-stream", filename=f"{NUMBER} {name}")
    message.add_attachment(a_message(text=f"Om {NUMBER}\n"))
    return message


class Walk:
    """Every page there is, as everybody who can ask for it: made of the application's own routes."""

    def __init__(self, town: Town) -> None:
        portal, signer = town.house.settings.portal, town.house.signer
        take_out = keeper_of(portal).take_out
        self.app = create_app(town.store, portal, signer, b"x" * 32, town.house.search, system_clock, take_out=take_out)
        self.town = town
        with town.store.transaction() as session:
            for role, appointed in (("editor", Role.EDITOR), ("administrator", Role.ADMINISTRATOR)):
                person = persons.welcome(session, address_of(ROLES[role] or ""), role, system_clock())
                assert person is not None
                mailing_list = town.mailing_list if appointed is Role.EDITOR else None
                if appointments.roles_of(session, person, town.mailing_list).isdisjoint({appointed}):
                    appointments.appoint(session, person, appointed, mailing_list)

    def urls(self) -> Iterator[str]:
        """All routes that answer GET, with all values that lead somewhere; a new kind of value must be added here."""
        with self.town.store.reading() as session:
            paths = list(session.exec(select(Message.path)))
            proposals = list(session.exec(select(Proposal.id)))
            arrivals = list(session.exec(select(Arrival.id)))
        values: dict[str, Sequence[object]] = {
            "prefix": ["DB"], "path": paths, "part": range(12), "name": ["portal.css"], "secret": ["x"],
            "period": ["2026-W48"], "word": ["gdpr"], "topic": ["borger"],
            "number": sorted({*range(1, 4), *(key for key in arrivals if key)}),
            "token": [self.town.house.signer.proposal_token(key or 0) for key in proposals],
        }  # fmt: skip
        for rule in self.app.url_map.iter_rules():
            if "GET" in (rule.methods or ()):
                known = values | ({"number": ["6"]} if rule.endpoint == "law.place" else {})
                for chosen in product(*(known[name] for name in sorted(rule.arguments))):
                    built = rule.build(dict(zip(sorted(rule.arguments), chosen, strict=True)), append_unknown=False)
                    assert built is not None
                    yield built[1]
        for words in ("Borgeren", "Om", "vil", "Mette", "brev", NUMBER[:6]):
            yield from (f"/search?q={words}", f"/search?q={words}&order=newest")

    def pages(self) -> Iterator[tuple[str, str]]:
        """Role and address of each page, and all that it says; what was asked for does not count."""
        for role, person in ROLES.items():
            browser = Browser(self.app.test_client())
            if person:
                with self.town.store.transaction() as session:
                    member = persons.get_person(session, address_of(person))
                    secret = logins.make_login_link(session, member, system_clock())
                assert browser.press(f"/login/{secret}").status_code == 302
            for url in self.urls():
                response = browser.get(url)
                assert response.status_code < 500, url
                yield f"{role} {url}", f"{response.data.decode('latin-1')}\n{response.headers}"


def stored_in(town: Town) -> Iterator[tuple[str, str]]:
    """All that the index and the database hold, but for the originals of what is held."""
    folder = town.house.settings.portal.data_dir / "search"
    with index.open_dir(folder, FORM).reader() as reader:
        yield "stored fields", repr(list(reader.all_stored_fields()))
        yield "terms", repr(list(reader.all_terms()))
    for file in folder.rglob("*"):
        if file.is_file():
            yield str(file), file.read_bytes().decode("latin-1")
    with town.store.reading() as session:
        originals_held = set(session.exec(select(Redaction.original_key)))
        for table in metadata.sorted_tables:
            for row in session.execute(table.select()).mappings():
                if table.name != "contents" or row["sha256"] not in originals_held:
                    octets = [told_by(value) for value in row.values() if isinstance(value, bytes)]
                    yield table.name, f"{dict(row)!r}\n{octets}"


def index_all(town: Town) -> None:
    eventually(town.is_indexed)


def leaks(told: Iterable[tuple[str, str]]) -> set[str]:
    found = set()
    for where, text in told:
        digits = "".join(filter(str.isdigit, text))
        if NUMBER in text or any(written in digits for written in WRITTEN):
            found.add(where)
    return found


@pytest.mark.slow
@pytest.mark.any_database
@pytest.mark.timeout(300)
def test_no_page_letter_log_or_table_shows_a_number_to_anybody(
    town: Town, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    town.send(compose(OLE, LIST, "Borgeren", "Et andet spørgsmål om brev og borger."))
    town.send(with_numbers_everywhere(METTE, LIST))
    town.settled()
    index_all(town)
    walk = Walk(town)

    assert town.count(Arrival, Arrival.reason == Reason.HOLDS_CPR) == 1
    assert leaks(walk.pages()) == set()
    assert leaks(stored_in(town)) == set()

    town.send(compose(METTE, str(town.letters_to(METTE)[0]["Reply-To"]), "SV: Din mail venter", "SEND MASKERET\n"))
    town.settled()
    index_all(town)

    assert town.count(Message) == 2
    assert leaks(walk.pages()) == set()
    with town.store.transaction() as session:
        assert originals.forget(session, system_clock() + timedelta(days=1)) == 1
    assert leaks(stored_in(town)) == set()
    assert leaks(("letter", told_by(one.octets)) for one in town.sink.messages()) == set()
    printed = capfd.readouterr()
    assert leaks([("log", caplog.text), ("stdout", printed.out), ("stderr", printed.err)]) == set()


@pytest.mark.any_database
@pytest.mark.parametrize("kind", ["news", "answer"])
def test_news_and_answers_wait_for_their_author_and_go_on_without_number_and_file(town: Town, kind: str) -> None:
    town.send(compose(METTE, LIST, "Indsigt", "Må vi?\n"))
    town.settled()
    to = NEWS if kind == "news" else str(town.letters_to(ANDERS)[0]["Reply-To"])
    heard = {one: len(town.letters_to(one)) for one in (METTE, OLE)}

    message = with_numbers_everywhere(ANDERS, to)
    message.add_attachment(a_docx("uskyldig"), maintype="application", subtype="octet-stream", filename="god.docx")
    town.send(message)
    town.settled()

    assert {one: len(town.letters_to(one)) for one in (METTE, OLE)} == heard
    assert town.count(Message) == 1
    letter = town.letters_to(ANDERS)[-1]
    assert "en anden" not in plain_text(letter)
    assert "- i den vedhæftede fil ●●●●●●-●●●● brev.docx" in plain_text(letter)

    town.send(compose(ANDERS, str(letter["Reply-To"]), "SV: Din mail venter", "SEND MASKERET\n"))
    town.settled()

    got = town.letters_to(OLE)[-1]
    assert "Borgeren ●●●●●●-●●●● vil." in plain_text(got)
    with town.store.reading() as session:
        assert list(session.exec(select(Attachment.name))) == ["god.docx"]
    assert leaks(("letter", told_by(one.octets)) for one in town.sink.messages()) == set()


def test_what_a_robot_writes_is_guarded_too(town: Town) -> None:
    town.send(compose(OLE, LIST, "Automatisk svar: Ferie", f"Om {NUMBER}", Auto_Submitted="auto-replied"))
    town.settled()

    assert town.count(Message) == 0
    assert town.sink.messages() == []


@pytest.mark.any_database
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_within_a_minute_its_author_hears_of_a_number_and_of_what_cannot_be_read(
    tmp_path: Path, database_url: str
) -> None:
    costly = compose(METTE, LIST, "Indsigt", "x")
    costly.set_content("<table><tr><td>Må vi?</td></tr></table>\n" * 400_000, subtype="html")
    with Sink() as sink, RunningPortal(tmp_path, database_url, sink.port) as portal:
        settle_in(portal)
        portal.start()
        for message, words in ((with_numbers_everywhere(METTE, LIST), "CPR-nummer"), (costly, "er kommet frem")):
            portal.send(message)
            assert letter_to(sink, METTE, words, patience=60)
        portal.stop()

    assert leaks([("log", (tmp_path / "serve.log").read_text())]) == set()
