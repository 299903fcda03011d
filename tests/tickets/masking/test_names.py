"""Names: what is known of an asker as words that a text can be compared with."""

import pytest

from tickets.masking.names import Names, is_ordinary, parts, words_as_written, words_of_name

METTE = Names(
    people=("Mette Klitgaard",),
    emails=("mette@xn--prvested-64a.example.dk",),
    organisation="Prøvested Kommune",
    domains=("www.proevested.example.dk",),
)


def test_what_names_somebody_is_kept_and_recalled_though_they_are_called_otherwise_by_now() -> None:
    married = Names(people=("Mette Holm",), organisation="Øby Kommune")

    recalled = married.recalling(METTE.kept)

    assert recalled.people == ("Mette Holm", "Mette Klitgaard")
    assert recalled.former == ("Prøvested Kommune",)
    assert recalled.emails == METTE.emails


def test_an_organisation_that_is_the_same_still_is_no_former_one() -> None:
    assert METTE.recalling(METTE.kept) == METTE


def test_colleagues_who_are_hidden_too_are_joined() -> None:
    joined = METTE.joined(Names(people=("Ole Følger",), signature=("Ole",)))

    assert (joined.people, joined.signature, joined.organisation) == (
        ("Mette Klitgaard", "Ole Følger"),
        ("Ole",),
        "Prøvested Kommune",
    )


def test_domains_are_told_as_people_write_them_and_general_labels_name_nobody() -> None:
    assert METTE.folded_domains == ("www.proevested.example.dk", "proevested.example.dk")
    assert METTE.labels == {"proevested"}


def test_names_that_all_may_see_are_words_and_initials() -> None:
    assert Names(visible=("Anders Jurist",)).visible_words == {"anders", "jurist", "aj"}


@pytest.mark.parametrize(("name", "ordinary"), [("Bo Storm", True), ("Møller", True), ("Mette Klitgaard", False)])
def test_a_name_that_may_be_other_words_is_ordinary(name: str, ordinary: bool) -> None:
    assert is_ordinary(name) is ordinary


def test_words_of_a_name_leave_out_particles_desks_and_what_is_in_brackets() -> None:
    assert words_as_written("Søren von Ås (Øby Kommune)") == ["Søren", "Ås"]
    assert words_of_name("Søren von Ås") == ["soeren", "aas"]
    assert parts("Databeskyttelse") == set()
    assert parts("Mette K. Eksempel") == {"mette", "eksempel"}
