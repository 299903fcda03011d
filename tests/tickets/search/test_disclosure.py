"""Lawyers find anonymous tickets by what is masked in them; nobody else learns that it is there."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import Session

from support.archive import Archive
from support.builders import a_filed_message
from support.masked_town import SIGNATURE, Town
from support.masked_town import town as town
from support.timing import costing_at_most
from tickets.database.models import Role, Status, Ticket, Visibility
from tickets.database.store import Store
from tickets.people import appointments
from tickets.people.sight import sight_of
from tickets.portal import Portal
from tickets.search.asking import EVERYTHING, Filters
from tickets.search.disclosure import Disclosed, find_unmasked
from tickets.tokens import Signer


def find(town: Town, who: str | None, words: str, filters: Filters = EVERYTHING) -> tuple[Disclosed, ...]:
    sight = sight_of(town.session, town.people[who] if who else None)
    return find_unmasked(town.session, sight, words, filters)


WORDS = ["Prøvested", "prøvested", "PROEVESTED", "Prøvesteds", "Klitgaard", "mette logfiler", '"har vi logfiler" Mette']


@pytest.mark.alike
@pytest.mark.parametrize("words", WORDS)
def test_a_lawyer_and_the_asker_find_it_and_nobody_else(town: Town, words: str) -> None:
    ticket, _ = town.ask()

    assert [hit.ticket.id for hit in find(town, "anders", words)] == [ticket.id]
    assert [hit.ticket.id for hit in find(town, "mette", words)] == [ticket.id]
    for who in (None, "ole", "peter"):
        assert find(town, who, words) == ()


def test_the_piece_that_is_shown_is_as_it_was_written_and_marked(town: Town) -> None:
    town.ask()

    (hit,) = find(town, "anders", "prøvesteds")

    assert hit.excerpt.parts == ("I ", "Prøvested", " har vi logfiler.")


def test_who_asked_is_found_though_no_word_names_them(town: Town) -> None:
    ticket, _ = town.ask("Hvor længe?", subject="Logfiler", signature="")

    assert [hit.ticket.id for hit in find(town, "anders", "Prøvested")] == [ticket.id]


def test_what_everybody_finds_is_not_told_again(town: Town) -> None:
    town.ask()

    assert find(town, "anders", "logfiler") == ()


@pytest.mark.alike
@pytest.mark.parametrize(
    "words", ["", "og", "-Prøvested", "Prøvested -logfiler", "Prøvested sletning", '"logfiler Prøvested"']
)
def test_all_words_are_needed_and_minus_leaves_out(town: Town, words: str) -> None:
    town.ask()

    assert find(town, "anders", words) == ()


@pytest.mark.alike
@pytest.mark.parametrize(
    ("words", "is_found"),
    [
        ("Prøvested artikel 6", True), ("Prøvested art. 6, stk. 1", True), ('Prøvested "artikel 6"', True),
        ("Prøvested 6", True),
        ("Prøvested artikel 9", False), ("Prøvested stk. 6", False), ("Prøvested §", False),
        ("Prøvested -artikel 6", False),
        ("Prøvested -artikel 9", True),
    ],
)  # fmt: skip
def test_a_place_of_a_law_is_found_here_too(town: Town, words: str, is_found: bool) -> None:
    town.ask("Har Prøvested efter artikel 6, stk. 1, logfiler i 67 dage?")

    assert bool(find(town, "anders", words)) == is_found


def test_other_tickets_are_no_business_of_this_search(town: Town) -> None:
    town.file("mette", "I Prøvested åbent")
    town.file("mette", "I Prøvested fortroligt", visibility=Visibility.CONFIDENTIAL)

    assert find(town, "anders", "Prøvested") == ()


def test_a_lawyer_of_another_list_and_one_who_is_a_lawyer_no_more_find_nothing(town: Town, session: Session) -> None:
    town.ask()
    assert find(town, "anders", "Prøvested")

    appointments.dismiss(session, town.people["anders"], Role.LAWYER, town.mailing_list)

    assert find(town, "anders", "Prøvested") == ()


def test_it_can_be_narrowed_to_a_list_a_status_and_an_organisation(town: Town) -> None:
    ticket, _ = town.ask()
    home = town.people["mette"].organisation_key
    there = [Filters(list_key=town.mailing_list.id), Filters(status=Status.OPEN), Filters(organisation_key=home)]
    elsewhere = [Filters(list_key=99), Filters(status=Status.CLOSED), Filters(organisation_key=99)]

    assert [len(find(town, "anders", "Prøvested", how)) for how in there] == [1, 1, 1]
    assert [len(find(town, "anders", "Prøvested", how)) for how in elsewhere] == [0, 0, 0]
    assert [hit.ticket.id for hit in find(town, "anders", "logfiler", Filters(organisation_key=home))] == [ticket.id]


def test_the_answers_that_name_the_asker_are_found_too(town: Town) -> None:
    ticket, question = town.ask()
    answer = town.file("anders", "Kære Mette\n\nI Prøvested: fem år.", ticket, signature=SIGNATURE)

    assert [hit.message.id for hit in find(town, "anders", "Prøvested")] == [answer.id, question.id]


def test_two_hundred_long_questions_are_looked_through_in_no_time(town: Town) -> None:
    ticket, _ = town.ask()
    for _ in range(30):
        town.file("mette", "Der står meget om logfiler her, og Prøvested nævnes. " * 150, ticket)
    assert town.session.get_one(Ticket, ticket.id)

    with costing_at_most(0.5):
        found = find(town, "anders", "Prøvested sletning")

        assert found == ()


def test_the_search_page_shows_it_to_lawyers_and_the_asker_alone(
    store: Store, portal: Portal, signer: Signer, tmp_path: Path, now: datetime
) -> None:
    archive = Archive(store, portal, signer, tmp_path / "search", now)
    with store.transaction() as session:
        a_filed_message(
            session, portal, archive.mailing_list, archive.people["asker"], now,
            subject="Kassation", text="Mette Eksempel spørger om kassation", visibility=Visibility.ANONYMOUS,
        )  # fmt: skip
    archive.index()
    pages = {who: archive.browser(who).text("/search?q=Mette+kassation") for who in (*archive.people, "public")}

    shows = {who: "som de blev stillet" in page for who, page in pages.items()}
    assert shows == {"asker": True, "lawyer": True, "member": False, "public": False}
    assert "Kassation" in pages["lawyer"]
    for who in ("member", "public"):
        assert "Mette Eksempel spørger" not in pages[who]
