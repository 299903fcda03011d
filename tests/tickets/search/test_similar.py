"""What was answered before is found by the words that say most, by those who may see it, at little cost."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, update
from whoosh import index

from support.builders import a_filed_message, a_lawyer, a_list, a_person
from support.timing import costing_at_most
from tickets.database.models import Message, Person, Status, Ticket, Visibility
from tickets.database.store import Store
from tickets.people.sight import sight_of
from tickets.portal import Portal
from tickets.search import similar
from tickets.search.indexing import make_schema
from tickets.search.searching import Search

CAMERAS = "Kameraovervågning ved genbrugsplads"
CAMERA_TEXT = "Må vi sætte kameraer op ved genbrugspladsen, og hvor længe må optagelserne gemmes?"


class Office:
    """A list on which questions are asked and answered, and its index."""

    def __init__(self, store: Store, portal: Portal, folder: Path, now: datetime) -> None:
        self.store, self.portal, self.folder, self.now = store, portal, folder, now
        self.search = Search(store, folder, "tests")
        with store.transaction() as session:
            self.mailing_list = a_list(session)
            self.mette, self.ole = a_person(session), a_person(session, "ole@oeby.example.dk", "Ole Følger")
            self.anders = a_lawyer(session, self.mailing_list)
        for number in range(20):  # what else a list talks about
            self.ask(f"Emne {number}", f"Kære jurister. Vi har et spørgsmål om sag nummer {number}. Venlig hilsen")

    def ask(self, subject: str, text: str, answer: str = "", author: Person | None = None, **more: object) -> Message:
        """A question of Ole's; answered, if there is an answer."""
        with self.store.transaction() as session:
            asker = author or self.ole
            asked = a_filed_message(
                session, self.portal, self.mailing_list, asker, self.now, subject=subject, text=text, **more
            )
            if answer:
                ticket = session.get_one(Ticket, asked.ticket_key)
                a_filed_message(
                    session, self.portal, self.mailing_list, self.anders, self.now + timedelta(hours=1),
                    ticket=ticket, text=answer, in_reply_to=(asked.own_id,), is_lawyer=True,
                )  # fmt: skip
        return asked

    def similar_to(self, message: Message, reader: Person | None = None) -> list[str]:
        """The subjects of what is near to a message, as somebody sees it."""
        while self.search.update(self.now):
            pass
        with self.store.reading() as session:
            found = self.search.find_similar(session, sight_of(session, reader or self.mette), message)
            return [one.ticket.subject for one in found]


@pytest.fixture
def office(store: Store, portal: Portal, tmp_path: Path, now: datetime) -> Office:
    return Office(store, portal, tmp_path / "index", now)


def test_an_answered_question_in_other_forms_of_the_words_is_found_with_its_first_answer(office: Office) -> None:
    asked = office.ask(CAMERAS, CAMERA_TEXT, "Ja, i højst 30 dage.")
    office.ask("Samtykke i skolen", "Skal forældre give samtykke til billeder fra klassen?", "Ja.")

    new = office.ask("Overvågning", "Kan et kamera ved vores genbrugspladser gemme optagelser?", author=office.mette)
    assert office.similar_to(new) == [CAMERAS]

    with office.store.reading() as session:
        (found,) = office.search.find_similar(session, sight_of(session, office.mette), new)
    assert (found.question.id, found.answer.text) == (asked.id, "Ja, i højst 30 dage.")


ANSWERED = {
    "Samtykke til billeder af elever på Aula": (
        "Vores skoler lægger mange billeder på Aula. I dag beder vi forældrene om ét samtykke ved skolestart. Er det "
        "godt nok, og hvad gør vi med de elever, hvis forældre siger nej?"
    ),
    "Leverandøren vil bruge sin egen databehandleraftale": (
        "Vi er ved at indføre et nyt vagtplansystem til hjemmeplejen. Leverandøren har sendt sit eget udkast til "
        "databehandleraftale og siger, at det bruger alle kommuner."
    ),
    "Bærbar stjålet fra bil": (
        "En medarbejders bærbare computer blev stjålet fra bilen i nat. Disken er krypteret. Skal vi anmelde det til "
        "Datatilsynet?"
    ),
    "Hvor længe må en fratrådt medarbejders mailkonto leve?": (
        "En medarbejder er fratrådt, og chefen vil gerne beholde mailkontoen åben et år, fordi der stadig kommer mails."
    ),
    "Slettet i systemet, men stadig i backup": (
        "Når vi sletter oplysninger om en borger i systemet, ligger de stadig i vores backup i tolv måneder. Er de så "
        "slettet?"
    ),
    "Copilot til 400 medarbejdere": (
        "Vores direktion vil have Copilot i drift for 400 medarbejdere inden for et halvt år. Skal vi lave en "
        "konsekvensanalyse først?"
    ),
}


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("subject", "text", "near"),
    [
        ("Billeder fra skolen", "Må vi lægge klassebilleder på Aula, når to forældre ikke giver samtykke?", 0),
        ("Databehandleraftale", "Vores leverandør af lønsystem vil bruge sin egen databehandleraftale. Må vi det?", 1),
        ("Stjålet pc", "Der er stjålet en bærbar pc på et hotel. Disken er krypteret. Skal vi anmelde bruddet?", 2),
        ("Mailkonto", "Hvor længe må vi beholde en fratrådt kollegas mailkonto åben?", 3),
        ("Backup", "Når vi sletter data i fagsystemet, ligger de i backup i et år. Er det et problem?", 4),
        ("Copilot", "Vi vil give vores medarbejdere Copilot. Kræver det en konsekvensanalyse?", 5),
        ("Droner", "Må beredskabet bruge droner ved brande, og hvem er dataansvarlig for optagelserne?", None),
        (
            "Svømmehallen",
            "Kan vi bruge ansigtsgenkendelse i svømmehallen? Jeg har læst, at samtykke ikke er nok.",
            None,
        ),
        ("GPS i biler", "Hjemmeplejen vil have GPS i bilerne. Hvad skal vi sige til medarbejderne?", None),
        ("Cookies", "Skal vi have samtykke til cookies på kommunens hjemmeside, og hvor længe gælder det?", None),
        (
            "Tavshedspligt",
            "Frivillige får oplysninger om borgere. Skal de skrive under på noget, før de begynder?",
            None,
        ),
    ],
)
def test_a_receipt_names_what_is_about_the_same_and_nothing_else(
    office: Office, subject: str, text: str, near: int | None
) -> None:
    for answered, question in ANSWERED.items():
        office.ask(answered, question, "Ja.")
    expected = [] if near is None else [list(ANSWERED)[near]]

    assert office.similar_to(office.ask(subject, f"Kære jurister\n\n{text}", author=office.mette)) == expected


def test_what_nobody_has_answered_is_not_named(office: Office) -> None:
    office.ask(CAMERAS, CAMERA_TEXT)

    assert office.similar_to(office.ask(CAMERAS, CAMERA_TEXT, author=office.mette)) == []


def test_a_closed_question_with_an_answer_is_named_and_one_without_is_not(office: Office) -> None:
    office.ask(CAMERAS, CAMERA_TEXT, "Ja.")
    office.ask(f"{CAMERAS} igen", CAMERA_TEXT)
    with office.store.transaction() as session:
        session.execute(update(Ticket).where(col(Ticket.subject).startswith(CAMERAS)).values(status=Status.CLOSED))

    assert office.similar_to(office.ask(CAMERAS, CAMERA_TEXT, author=office.mette)) == [CAMERAS]


@pytest.mark.parametrize("subject", ["Hej", "Kære jurister, vi har et spørgsmål", "", "?? ** [DB-1] æøå", "x" * 999])
def test_what_shares_no_three_words_that_say_something_is_not_near(office: Office, subject: str) -> None:
    office.ask(CAMERAS, CAMERA_TEXT, "Ja.")

    assert office.similar_to(office.ask(subject, "Venlig hilsen", author=office.mette)) == []


def test_a_confidential_ticket_is_near_to_nothing_but_what_its_asker_asks(office: Office) -> None:
    office.ask(CAMERAS, CAMERA_TEXT, "Ja.", visibility=Visibility.CONFIDENTIAL)
    new = office.ask(CAMERAS, CAMERA_TEXT, author=office.mette)

    assert office.similar_to(new, office.mette) == []
    assert office.similar_to(new, office.ole) == [CAMERAS]


def test_what_has_become_confidential_since_it_was_indexed_is_not_named(office: Office) -> None:
    asked, new = office.ask(CAMERAS, CAMERA_TEXT, "Ja."), office.ask(CAMERAS, CAMERA_TEXT, author=office.mette)
    assert office.similar_to(new) == [CAMERAS]
    with office.store.transaction() as session:
        hidden = update(Ticket).where(col(Ticket.id) == asked.ticket_key)
        session.execute(hidden.values(visibility=Visibility.CONFIDENTIAL))

    assert office.similar_to(new) == []


def test_three_are_named_at_most_and_never_the_ticket_itself(office: Office) -> None:
    asked = [office.ask(f"{CAMERAS} {number}", CAMERA_TEXT, "Ja.") for number in range(5)]

    found = office.similar_to(asked[0])

    assert len(found) == 3
    assert f"{CAMERAS} 0" not in found


@pytest.mark.any_database
def test_without_an_index_or_with_a_broken_one_nothing_is_near(office: Office) -> None:
    office.ask(CAMERAS, CAMERA_TEXT, "Ja.")
    new = office.ask(CAMERAS, CAMERA_TEXT, author=office.mette)
    assert office.similar_to(new) == [CAMERAS]

    with office.store.reading() as session:
        sight = sight_of(session, office.mette)
        for path in office.folder.glob("*.seg"):
            path.write_bytes(b"broken")
        assert Search(office.store, office.folder, "another").find_similar(session, sight, new) == ()
        shutil.rmtree(office.folder)
        assert Search(office.store, office.folder, "another").find_similar(session, sight, new) == ()


@pytest.mark.any_database
def test_looking_in_ten_thousand_messages_takes_no_time_that_anybody_waits_for(tmp_path: Path) -> None:
    folder = tmp_path / "large"
    folder.mkdir()
    writer = index.create_in(folder, make_schema()).writer()
    words = [f"ord{number}" for number in range(300)]
    for number in range(10_000):
        text = " ".join(words[(number * 7 + step * (number % 11 + 1)) % 300] for step in range(12)) + " kommune"
        writer.add_document(ticket=str(number), words=text, status="answered", seen_by="lawyers-1 open-1")
    writer.commit()

    with index.open_dir(folder).reader() as reader, costing_at_most(1):
        found = [similar.nearest(reader, "kommune", " ".join(words[:60]), frozenset({"open-1"})) for _ in range(20)]

    assert all(found)
