"""The registry on the command line: entered, listed, changed and removed as an operator types it."""

import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from support.portals import RunningPortal
from support.servers import free_port

pytestmark = pytest.mark.any_database


@pytest.fixture
def shell(tmp_path: Path, database_url: str) -> RunningPortal:
    return RunningPortal(tmp_path, database_url, free_port())


@pytest.fixture
def town(shell: RunningPortal) -> RunningPortal:
    """Odense with Mette in it, and a list with Anders as its lawyer."""
    shell.run("organisation", "add", "Odense", "--domain", "odense.example.dk", "--domain", "skole.example.dk")
    shell.run("person", "add", "mette@odense.example.dk", "--name", "Mette Eksempel")
    shell.run("person", "add", "anders@example.org", "--name", "Anders Jurist", "--language", "en")
    shell.run(
        "list", "add", "Databeskyttelse", "--address", "Databeskyttelse@example.dk", "--prefix", "db",
        "--lawyer", "anders@example.org", "--digest", "fri 14:30",
    )  # fmt: skip
    return shell


def test_what_was_entered_is_listed(town: RunningPortal) -> None:
    (organisation,) = town.ask("organisation", "list")
    people = {one["email"]: one for one in town.ask("person", "list")}
    (mailing_list,) = town.ask("list", "list")

    assert organisation["name"] == "Odense Kommune"
    assert organisation["domains"] == ["odense.example.dk", "skole.example.dk"]
    assert (organisation["people"], organisation["approved"]) == (1, True)
    assert people["mette@odense.example.dk"]["organisation"] == "Odense Kommune"
    assert people["anders@example.org"]["roles"] == ["lawyer of Databeskyttelse"]
    assert people["anders@example.org"]["language"] == "en"
    assert (mailing_list["address"], mailing_list["prefix"]) == ("databeskyttelse@example.dk", "DB")
    assert (mailing_list["digest"], mailing_list["lawyers"]) == ("fri 14:30", ["anders@example.org"])
    assert len(town.ask("organisation", "list", "--all")) > 98
    for words in (("organisation", "list"), ("person", "list"), ("list", "list")):
        assert "Odense" in town.run(*words) or "Databeskyttelse" in town.run(*words)


def test_a_name_that_was_typed_with_two_characters_for_a_letter_is_known_all_the_same(town: RunningPortal) -> None:
    town.run("person", "add", "aase@odense.example.dk", "--name", unicodedata.normalize("NFD", "Åse Sørensen"))
    town.run("organisation", "change", unicodedata.normalize("NFD", "Rødovre"), "--domain", "roedovre.example.dk")

    assert "Åse Sørensen" in [one["name"] for one in town.ask("person", "list")]


def test_an_organisation_is_changed(town: RunningPortal) -> None:
    town.run("organisation", "change", "Odense", "--domain", "ny.example.dk", "--drop-domain", "skole.example.dk")
    town.run("organisation", "change", "Odense", "--rename", "Ny Odense", "--closed")

    (organisation,) = town.ask("organisation", "list")
    assert (organisation["name"], organisation["approved"]) == ("Ny Odense", False)
    assert organisation["domains"] == ["ny.example.dk", "odense.example.dk"]


def test_a_person_is_changed_and_removed(town: RunningPortal) -> None:
    town.run(
        "person", "change", "mette@odense.example.dk", "--name", "Mette Ny", "--email", "mette.ny@odense.example.dk",
        "--language", "en", "--role", "editor", "--list", "DB",
    )  # fmt: skip
    (mette,) = [one for one in town.ask("person", "list") if one["name"] == "Mette Ny"]
    assert (mette["email"], mette["language"], mette["roles"]) == (
        "mette.ny@odense.example.dk", "en", ["editor of Databeskyttelse"],
    )  # fmt: skip

    town.run("person", "change", mette["email"], "--drop-role", "editor")
    town.run("person", "remove", mette["email"])
    assert "Mette" not in town.run("person", "list")
    town.run("organisation", "remove", "Odense")
    assert town.ask("organisation", "list") == []


def test_two_people_become_one_who_writes_from_both_addresses(town: RunningPortal) -> None:
    town.run("person", "add", "bo@example.org", "--name", "Bo Ny")
    town.run("person", "add", "bo@example.net", "--name", "Bo Gammel")

    told = town.run("person", "merge", "bo@example.net", "bo@example.org")
    more = town.run("person", "address", "BO@example.net", "--add", "bo@øby.example.org")

    assert "Bo Ny <bo@example.org>, who also writes from bo@example.net" in told
    assert "bo@example.net, bo@xn--by-kka.example.org" in more
    assert [one["email"] for one in town.ask("person", "list") if one["name"].startswith("Bo")] == ["bo@example.org"]


def test_somebody_stands_in_for_who_is_away(town: RunningPortal) -> None:
    town.run("person", "add", "sofie@example.org", "--name", "Sofie Berg", "--role", "lawyer")
    tomorrow = f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d}"

    told = town.run("person", "away", "anders@example.org", "--until", tomorrow, "--stand-in", "sofie@example.org")
    back = town.run("person", "away", "anders@example.org", "--back")

    assert "Sofie Berg <sofie@example.org> stands in for" in told
    assert f"<anders@example.org> until {tomorrow}" in told
    assert "Nobody stands in for" in back


def test_a_list_is_changed_and_removed(town: RunningPortal) -> None:
    town.run(
        "list", "change", "DB", "--rename", "Persondata", "--digest", "mon 07:15", "--public", "--restricted",
        "--editor", "mette@odense.example.dk", "--answer-days", "5",
    )  # fmt: skip

    (mailing_list,) = town.ask("list", "list")
    assert (mailing_list["name"], mailing_list["digest"]) == ("Persondata", "mon 07:15")
    assert (mailing_list["public"], mailing_list["restricted"]) == (True, True)
    assert mailing_list["answer_days"] == 5
    told = town.run("list", "change", "Persondata", "--digest", "", "--language", "en")
    assert told == "Persondata: digest was mon 07:15, is mon 08:00; language was da, is en\n"
    assert "nothing is changed" in town.run("list", "change", "Persondata", "--digest", "")
    town.run("list", "remove", "Persondata")
    assert town.ask("list", "list") == []


def test_subscriptions_are_entered_changed_and_ended(town: RunningPortal) -> None:
    town.run("subscribe", "mette@odense.example.dk", "DB")
    assert town.ask("subscription", "list") == [
        {"email": "mette@odense.example.dk", "list": "Databeskyttelse", "mode": "weekly"}
    ]

    town.run("subscription", "change", "mette@odense.example.dk", "DB", "--mode", "each")
    assert "each" in town.run("subscription", "list")
    town.run("subscription", "remove", "mette@odense.example.dk", "DB")
    assert [one["mode"] for one in town.ask("subscription", "list")] == ["none"]
    town.run(
        "subscription", "add", "mette@odense.example.dk", "databeskyttelse@example.dk", "--mode", "weekly", "--quiet"
    )


def test_a_spreadsheets_file_goes_in_whole_or_not_at_all(town: RunningPortal, tmp_path: Path) -> None:
    people, bodies = tmp_path / "folk.csv", tmp_path / "kommuner.csv"
    bodies.write_bytes("Kommune;Kode;Domæne\r\nKøbenhavn;101;kk.example.dk\r\n".encode("cp1252"))
    people.write_text("Navn;E-mail;Kommune\nÅse Sørensen;aase@kk.example.dk;København\nX;ingen adresse;\n", "utf-8-sig")

    assert town.ask("organisation", "import", str(bodies))["changed"] == 1
    with pytest.raises(AssertionError, match="Line 3: 'ingen adresse' is not a mail address"):
        town.run("person", "import", str(people))
    people.write_text(people.read_text("utf-8-sig").replace("X;ingen adresse;\n", ""), "utf-8-sig")
    rehearsed = town.run("person", "import", str(people), "--list", "DB", "--dry-run")
    assert "Line 2: new aase@kk.example.dk: Databeskyttelse: weekly" in rehearsed
    assert "Nothing is changed yet: 1 new, 0 changed, 0 as before." in rehearsed
    assert "Åse" not in town.run("person", "list")
    assert town.run("person", "import", str(people), "--list", "DB") == "1 new, 0 changed, 0 as before.\n"
    assert town.run("person", "import", str(people), "--list", "DB") == "0 new, 0 changed, 1 as before.\n"


def test_what_is_listed_as_a_sheet_is_taken_in_again_and_changes_nothing(town: RunningPortal, tmp_path: Path) -> None:
    town.run("person", "change", "mette@odense.example.dk", "--name", "=HYPERLINK(Mette)")
    for kind in ("organisation", "person"):
        sheet = tmp_path / f"{kind}.csv"
        sheet.write_text(town.run(kind, "list", "--csv"))

        assert sheet.read_bytes().startswith(b"\xef\xbb\xbf")
        assert town.ask(kind, "import", str(sheet))["steps"] == []
    assert ";'=HYPERLINK(Mette);" in (tmp_path / "person.csv").read_text()


def test_a_second_copenhagen_is_merged_with_the_first(town: RunningPortal) -> None:
    town.run("organisation", "add", "Kbh", "--domain", "kk.example.dk")

    assert town.ask("organisation", "merge", "Kbh", "101")["domains"] == ["kk.example.dk"]
    assert "Kbh" not in town.run("organisation", "list", "--all")


IMPOSSIBLE: list[tuple[list[str], str]] = [
    (["organisation", "add", "Odense"], "entered already"),
    (["organisation", "add", "Ny", "--domain", "odense.example.dk"], "belongs to Odense Kommune"),
    (["organisation", "change", "Findes ikke"], "No organisation"),
    (["organisation", "remove", "Odense"], "1 people"),
    (["person", "add", "mette@odense.example.dk", "--name", "Mette"], "entered already"),
    (["person", "add", "ikke en adresse", "--name", "X"], "is not a mail address"),
    (["person", "add", "x@example.org", "--name", "X", "--language", "fr"], "no language"),
    (["person", "change", "fremmed@example.org", "--name", "X"], "Nobody here"),
    (["person", "change", "mette@odense.example.dk", "--name", " "], "needs a name"),
    (["list", "add", "Ny", "--address", "databeskyttelse-nyt@example.dk", "--prefix", "NY"], "cannot be told"),
    (["list", "add", "Ny", "--address", "ny@example.dk", "--prefix", "D1"], "no prefix"),
    (["list", "add", "Ny", "--address", "ny@example.dk", "--prefix", "NY", "--digest", "sometime"], "no time"),
    (["list", "change", "DB", "--lawyer", "fremmed@example.org"], "Nobody here"),
    (["subscribe", "mette@odense.example.dk", "XX"], "No list"),
]


def test_what_cannot_be_done_is_told_and_changes_nothing(town: RunningPortal) -> None:
    before = [town.run(kind, "list") for kind in ("organisation", "person", "list", "subscription")]

    for words, told in IMPOSSIBLE:
        with pytest.raises(AssertionError, match=told):
            town.run(*words)

    assert [town.run(kind, "list") for kind in ("organisation", "person", "list", "subscription")] == before
