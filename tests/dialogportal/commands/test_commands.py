"""The command line: what an operator types does what it says, prints what was agreed, and fails in one clear line."""

import io
import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import pytest
import typer
from rich.console import Console
from sqlmodel import col, select
from typer.testing import CliRunner

from dialogportal.menu import app
from dialogportal.printing import write_traceback
from mailer.history.importing import NO_DATE
from support.builders import a_filed_message, a_lawyer, a_list, a_message, a_person, store_content
from support.portals import RunningPortal
from support.servers import free_port
from tickets import journal
from tickets.database.models import (
    Arrival,
    Delivery,
    Disposition,
    LetterKind,
    Message,
    Mode,
    ProposalKind,
    Ticket,
    Visibility,
)
from tickets.database.store import Store
from tickets.errors import PortalError
from tickets.moderation import proposals, troubles
from tickets.people import lists, persons, subscriptions
from tickets.portal import Portal
from tickets.reasons import Reason

JANUARY = "2099-01-05T09:00:00+01:00"  # a Monday
COMMANDS = typer.main.get_command(app)


def all_commands(
    group: click.Command = COMMANDS, path: tuple[str, ...] = ()
) -> list[tuple[tuple[str, ...], click.Command]]:
    if not hasattr(group, "commands"):
        return [(path, group.load())]  # type: ignore[attr-defined]
    return [found for name, command in group.commands.items() for found in all_commands(command, (*path, name))]


@pytest.fixture
def shell(tmp_path: Path, database_url: str) -> RunningPortal:
    """An operator's shell; no portal runs."""
    return RunningPortal(tmp_path, database_url, free_port())


@pytest.fixture
def asked(shell: RunningPortal, store: Store, portal: Portal, now: datetime) -> Message:
    """DB-1, asked by Mette and answered by Anders; Ulla gets the digest; DB-2 is confidential."""
    with store.transaction() as session:
        mailing_list = a_list(session, "Databeskyttelse")
        mette, ulla = a_person(session), a_person(session, "ulla@oeby.example.dk", "Ulla Ugebrev")
        anders = a_lawyer(session, mailing_list)
        subscriptions.subscribe(session, ulla, mailing_list, Mode.WEEKLY, now)
        question = a_filed_message(
            session, portal, mailing_list, mette, now, subject="Må vi gemme?", text="Må vi gemme en afgørelse?"
        )
        a_filed_message(
            session, portal, mailing_list, anders, now, ticket=session.get_one(Ticket, question.ticket_key),
            subject="SV: Må vi gemme?", text="Ja, i fem år.", in_reply_to=(question.own_id,), is_lawyer=True,
        )  # fmt: skip
        a_filed_message(
            session, portal, mailing_list, mette, now,
            subject="Hemmeligt", text="En fortrolig afgørelse.", visibility=Visibility.CONFIDENTIAL,
        )  # fmt: skip
    return question


# -- every command -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "command"), all_commands(), ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_every_command_explains_itself_and_takes_its_settings_file(
    path: tuple[str, ...], command: click.Command
) -> None:
    assert command.help
    assert "--config" in options_of(command)
    assert "Usage:" in CliRunner().invoke(app, [*path, "--help"]).stdout


def options_of(command: click.Command) -> set[str]:
    return {name for parameter in command.params for name in parameter.opts}


def test_every_command_prints_its_facts_as_json_too() -> None:
    without = {" ".join(path) for path, command in all_commands() if "--json" not in options_of(command)}

    assert without == {"demo"}  # which has a page to be read


def test_a_new_secret_is_not_made_where_nobody_can_be_asked(shell: RunningPortal) -> None:
    with pytest.raises(AssertionError, match="say --yes too"):
        shell.run("new-secret", "--json")

    assert shell.ask("new-secret", "--yes")["made"]


@pytest.mark.any_database
def test_settings_are_named_before_a_command_between_its_words_or_by_the_environment(
    shell: RunningPortal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.run("list", "add", "Databeskyttelse", "--address", "databeskyttelse@example.dk", "--prefix", "DB")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    file = str(shell.settings)

    def lists_by(*words: str) -> list[str]:
        done = CliRunner().invoke(app, [*words])
        assert done.exit_code == 0, done.output
        return [one["name"] for one in json.loads(done.stdout)]

    for words in (
        ["--config", file, "--json", "list", "list"], [f"--config={file}", "list", "list", "--json"],
        ["list", "--json", "--config", file, "list"], ["list", "list", "--json", "--config", file],
    ):  # fmt: skip
        assert lists_by(*words) == ["Databeskyttelse"]
    assert CliRunner().invoke(app, ["list", "list"]).exit_code == 2
    monkeypatch.setenv("DIALOGPORTAL_CONFIG", file)
    assert lists_by("list", "list", "--json") == ["Databeskyttelse"]


@pytest.mark.any_database
def test_a_row_is_a_line_in_a_pipe_however_long(shell: RunningPortal) -> None:
    email = f"{'lang' * 15}@kommunernes-faelles-databeskyttelse.example.dk"
    shell.run("person", "add", email, "--name", "Ærlig Æblegård med et langt navn")

    header, line = shell.run("person", "list").splitlines()

    assert line.startswith(f"{email}  Ærlig Æblegård")
    assert line.index("Ærlig") == header.index("Name")


def test_a_shell_completes_commands_and_their_options() -> None:
    def completed(typed: str) -> list[str]:
        asked = {"_DIALOGPORTAL_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": f"{typed.count(' ')}"}
        return CliRunner().invoke(app, env=asked, prog_name="dialogportal").stdout.split()

    assert completed("dialogportal li") == ["list"]
    assert completed("dialogportal organisation add --do") == ["--domain"]


def test_a_fault_is_told_in_one_line_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "dialogportal.toml").touch()
    command = [sys.executable, "-m", "dialogportal", "list", "remove", "DB"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False)

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "No list is called 'DB'" in done.stderr


def test_settings_that_cannot_be_used_stop_every_command(shell: RunningPortal) -> None:
    shell.settings.write_text("[relay]\nhots = 'x'\n")

    done = CliRunner().invoke(app, ["status", "--config", str(shell.settings)])

    assert done.exit_code == 2
    assert "[relay] hots: there is no such key" in done.stderr


@pytest.mark.parametrize(
    "words", [["status"], ["held"], ["check"], ["serve"], ["list", "list"], ["organisation", "add", "X"], ["show", "1"]]
)
def test_a_folder_without_settings_is_no_portal_and_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    done = CliRunner().invoke(app, words)

    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("There is no dialogportal.toml here")
    assert "--config FILE" in done.stderr
    assert not list(tmp_path.iterdir())


def test_settings_may_all_be_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DIALOGPORTAL_PORTAL__DATA_DIR", str(tmp_path / "kept"))

    assert CliRunner().invoke(app, ["person", "add", "mette@oeby.example.dk", "--name", "Mette"]).exit_code == 0
    assert (tmp_path / "kept").is_dir()


# -- looking -------------------------------------------------------------------------------


def test_status_counts_everything_in_the_agreed_words(
    shell: RunningPortal, asked: Message, store: Store, now: datetime
) -> None:
    with store.transaction() as session:
        for _ in range(2):
            waiting = Arrival(
                content_key=asked.content_key, recipient="x@example.dk", return_path="", door="smtp",
                received_at=now, next_attempt_at=now,
            )  # fmt: skip
            session.add(waiting)

    facts = shell.ask("status")

    assert {"waiting", "filed", "held", "discarded", "quarantined"} <= facts["arrivals"].keys()
    assert facts["arrivals"]["waiting"] == 2
    assert {"waiting", "sent", "failed"} <= facts["deliveries"].keys()
    assert facts["tickets"] == {"open": 1, "pending": 0, "answered": 1, "closed": 0}
    assert facts["followers"]["search"] > 0
    assert "waiting" in shell.run("status")


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("listen", "who"),
    [("", "nobody"), ("authserv_id = 'mx.example.dk'", "mx.example.dk"), ("verify = true", "signatures")],
)
def test_status_and_serve_say_where_nobody_checks_who_wrote_a_mail(shell: RunningPortal, listen: str, who: str) -> None:
    settings = shell.settings.read_text()
    shell.settings.write_text(settings.replace("[listen]\n", f"[listen]\n{listen}\n"))
    told = "anybody can write as a lawyer or a member"

    with shell:
        shell.start()
        shell.stop()

    assert shell.ask("status")["authors"] == {"vouched_for_by": who}
    assert who in shell.run("status")
    assert (told in shell.run("status")) == (told in (shell.directory / "serve.log").read_text()) == (who == "nobody")


def test_show_tells_a_tickets_whole_story(shell: RunningPortal, asked: Message) -> None:
    facts = shell.ask("show", "db-1")

    question, answer = facts.pop("messages")
    assert facts == {
        "number": "DB-1", "status": "answered", "subject": "Må vi gemme?", "visibility": "open",
        "asker": "mette@proevested.example.dk", "assignee": facts["assignee"], "deliveries": [], "paused": [],
        "topics": [], "short_answer": "", "history": [], "due_at": None,
    }  # fmt: skip
    assert question == {
        "message_id": asked.message_id, "parent": None, "author": "mette@proevested.example.dk", "kind": "question",
        "sent_at": question["sent_at"], "text": "Må vi gemme en afgørelse?",
    }  # fmt: skip
    assert (answer["parent"], answer["kind"], answer["author"]) == (
        asked.message_id, "answer", "anders@forening.example.dk",
    )  # fmt: skip
    assert datetime.fromisoformat(question["sent_at"]).tzinfo is not None
    printed = shell.run("show", "DB-1")
    assert all(words in printed for words in ("DB-1", "Ja, i fem år.", "answered"))


def test_show_as_somebody_tells_what_they_read_and_no_more(shell: RunningPortal, asked: Message, store: Store) -> None:
    with store.transaction() as session:
        session.get_one(Ticket, asked.ticket_key).visibility = Visibility.ANONYMOUS
    theirs = shell.ask("show", "DB-1", "--as", "ulla@oeby.example.dk")
    own = shell.ask("show", "DB-1", "--as", "mette@proevested.example.dk")

    assert [(one["kind"], one["text"]) for one in theirs["messages"]] == [
        ("question", "Må vi gemme en afgørelse?"), ("answer", "Ja, i fem år."),
    ]  # fmt: skip
    assert theirs["messages"][0]["author"] == theirs["asker"] == "somebody who is not named"
    assert "mette" not in str(theirs).lower()
    assert own["messages"][0]["author"].startswith("Mette Eksempel")
    assert "Ja, i fem år." in shell.run("show", "DB-1", "--as", "ulla@oeby.example.dk")
    with pytest.raises(AssertionError, match="sees nothing of DB-2"):
        shell.run("show", "DB-2", "--as", "ulla@oeby.example.dk")


@pytest.mark.parametrize(
    ("name", "told"), [("DB-99", "no ticket DB-99"), ("XX-1", "No list"), ("nonsense", "looks like DB-42")]
)
def test_a_ticket_that_is_not_there_is_told(shell: RunningPortal, asked: Message, name: str, told: str) -> None:
    with pytest.raises(AssertionError, match=told):
        shell.run("show", name)


def test_search_finds_what_the_operator_or_somebody_sees(shell: RunningPortal, asked: Message) -> None:
    shell.run("reindex")

    everything = shell.ask("search", "afgørelser")
    ullas = shell.ask("search", "afgørelser", "--as", "ulla@oeby.example.dk")

    assert {hit["ticket"] for hit in everything} == {"DB-1", "DB-2"}
    (hit,) = ullas
    assert hit.keys() == {"ticket", "message_id", "subject", "excerpt", "score"}
    assert (hit["ticket"], hit["message_id"], hit["subject"]) == ("DB-1", asked.own_id, "Må vi gemme?")
    assert "afgørelse" in hit["excerpt"]
    assert hit["score"] > 0
    assert shell.ask("search", "findesikke") == []
    assert "DB-1" in shell.run("search", "gemme", "afgørelse")


def test_a_search_says_how_far_behind_the_index_is_and_writes_nothing(shell: RunningPortal, asked: Message) -> None:
    done = CliRunner().invoke(app, ["search", "afgørelser", "--config", str(shell.settings)])

    assert (done.exit_code, done.stdout) == (0, "Nothing is found.\n")
    assert re.search(r"has yet to take \d+ events: .*dialogportal reindex", done.stderr)
    assert shell.ask("status")["followers"]["search"] > 0


def test_an_index_made_by_hand_is_left_to_whoever_comes_next(shell: RunningPortal, asked: Message) -> None:
    shell.run("reindex")

    facts = shell.ask("reindex")

    assert facts["events"] > 0
    assert facts["behind"] == 0
    assert shell.ask("status")["followers"]["search"] == 0


def test_a_search_for_nothing_and_one_that_finds_nothing_say_so(shell: RunningPortal, asked: Message) -> None:
    assert shell.run("search", "findesikke") == "Nothing is found.\n"
    for words in ([""], [" ", ""]):
        with pytest.raises(AssertionError, match="Say what to search for"):
            shell.run("search", *words)


@pytest.mark.parametrize(
    ("visibility", "told"),
    [
        (Visibility.OPEN, "seen by: all who read the list;"),
        (Visibility.CONFIDENTIAL, "seen by: its asker and the list's lawyers;"),
        (Visibility.ANONYMOUS, "seen by: all who read the list, without who asks;"),
    ],
)
def test_a_ticket_is_shown_with_its_status_and_who_sees_it_on_the_clock_of_the_place(
    shell: RunningPortal, asked: Message, store: Store, portal: Portal, visibility: Visibility, told: str
) -> None:
    with store.transaction() as session:
        session.get_one(Ticket, asked.ticket_key).visibility = visibility

    printed = shell.run("show", "DB-1")

    assert f"status: answered; {told} asked by: mette@proevested.example.dk" in printed
    assert f"mette@proevested.example.dk  {portal.local(asked.sent_at):%Y-%m-%d %H:%M}\n" in printed


# -- doing ---------------------------------------------------------------------------------


def digest_at(shell: RunningPortal, moment: datetime) -> tuple[str, str]:
    """What `digest --now` says, and what it warns of."""
    told = moment.isoformat()
    done = CliRunner().invoke(app, ["digest", "DB", "--now", told, "--config", str(shell.settings)])
    assert done.exit_code == 0, done.output
    return done.stdout, done.stderr


@pytest.mark.parametrize(("weeks", "is_early"), [(-1, False), (0, False), (2, True), (60, True)])
def test_a_digest_of_a_week_to_come_says_that_it_uses_that_week_up(
    shell: RunningPortal, asked: Message, weeks: int, is_early: bool
) -> None:
    moment = datetime.now(UTC) + timedelta(weeks=weeks)

    _, warned = digest_at(shell, moment)
    again, warned_again = digest_at(shell, moment)

    assert ("its week is used up" in " ".join(warned.split())) is is_early
    assert "made before" in again
    assert not warned_again


def test_the_digest_of_a_time_is_made_once(shell: RunningPortal, asked: Message, store: Store) -> None:
    preview = shell.run("digest", "DB", "--now", JANUARY, "--dry-run")
    assert "Må vi gemme?" in preview
    assert "Hemmeligt" not in preview

    first, second = (shell.ask("digest", "Databeskyttelse", "--now", JANUARY) for _ in range(2))

    assert first == {"due": "2099-01-05T07:00:00+00:00", "made": True, "items": 1}
    assert second == {"due": "2099-01-05T07:00:00+00:00", "made": False, "items": 0}
    with store.reading() as session:
        owed = list(session.exec(select(Delivery.recipient).where(col(Delivery.kind) == LetterKind.DIGEST)))
    assert owed == ["ulla@oeby.example.dk"]
    assert "made before" in shell.run("digest", "DB", "--now", JANUARY)


@pytest.mark.parametrize("wrong", ["monday", "2026-13-01", ""])
def test_a_time_that_is_none_is_told(shell: RunningPortal, asked: Message, wrong: str) -> None:
    with pytest.raises(AssertionError, match="is no time"):
        shell.run("digest", "DB", "--now", wrong)


def test_a_login_link_is_printed_for_somebody_known(shell: RunningPortal, asked: Message) -> None:
    facts = shell.ask("login-link", "ulla@oeby.example.dk")

    assert facts["link"].startswith(f"{shell.base_url}/login/")
    assert facts["minutes"] == 15


def test_who_is_not_here_is_told_with_what_to_do_only_where_there_is_something(
    shell: RunningPortal, asked: Message
) -> None:
    def told(*words: str) -> str:
        return str(CliRunner().invoke(app, [*words, "--config", str(shell.settings)]).exception)

    nobody = "Nobody here has the address x@example.org"
    entering = f"{nobody}: they write to a list first, or you add them with `dialogportal person add`"

    for words in ("login-link x@example.org", "subscribe x@example.org DB", "list change DB --lawyer x@example.org"):
        assert told(*words.split()) == entering
    for words in (
        "person remove x@example.org", "person change x@example.org", "show DB-1 --as x@example.org",
        "search gemme --as x@example.org", "subscription remove x@example.org DB",
    ):  # fmt: skip
        assert told(*words.split()) == nobody


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("release x", "Invalid value for 'number': write a number, as 17"),
        ("retry 1.5", "Invalid value for 'number': write a number, as 17"),
        ("demo --port x", "Invalid value for '--port': write a number, as 17"),
        ("subscribe a@b.dk DB --mode x", "Invalid value for '--mode': 'x' is not one of 'each'"),
        ("organisation add X --kind x", "Invalid value for '--kind': 'x' is not one of"),
    ],
)
def test_what_is_no_number_and_no_choice_is_told_in_plain_words(words: str, told: str) -> None:
    done = CliRunner().invoke(app, words.split())

    assert done.exit_code == 2
    assert told in done.stderr


@pytest.mark.any_database
def test_check_says_what_is_wrong_and_what_to_do(shell: RunningPortal, store: Store) -> None:
    def findings() -> dict[str, dict[str, Any]]:
        done = CliRunner().invoke(app, ["check", "--json", "--config", str(shell.settings)])
        facts = json.loads(done.stdout)
        assert done.exit_code == (0 if all(one["is_well"] for one in facts) else 1)
        return {one["what"]: one for one in facts}

    bare = findings()
    assert bare["database"]["is_well"]
    assert "list add" in bare["lists"]["told"]
    assert "does not answer" in bare["relay"]["told"]
    assert "anybody can write as a lawyer" in bare["authors"]["told"]
    assert bare["authors"]["is_warning"]

    with store.transaction() as session:
        a_list(session)
        a_person(session)

    assert findings()["lists"]["told"] == "1 list, 1 mail domain"
    assert findings()["lists"]["is_well"]


# -- what is held --------------------------------------------------------------------------


@pytest.fixture
def put_aside(asked: Message, store: Store, now: datetime) -> dict[str, int]:
    """A stranger's question and one that failed, by their numbers."""
    numbers = {}
    with store.transaction() as session:
        for name, fields in {
            "stranger": {
                "disposition": Disposition.HELD,
                "reason": Reason.STRANGER,
                "subject": "Om 010190-1234",
            },
            "failed": {"disposition": Disposition.QUARANTINED, "traceback": "LookupError: ups"},
        }.items():
            message = a_message(From="Sam <sam@fremmed.example.org>", Subject="Må jeg være med?")
            arrival = Arrival(
                content_key=store_content(session, bytes(message), now), recipient="databeskyttelse@example.dk",
                return_path="sam@fremmed.example.org", door="smtp", received_at=now, next_attempt_at=now,
                settled_at=now - timedelta(hours=30), defects=["is odd"], **fields,
            )  # fmt: skip
            session.add(arrival)
            session.flush()
            numbers[name] = arrival.key
    return numbers


def test_what_is_held_is_listed_and_shown_with_all_that_is_odd_about_it(
    shell: RunningPortal, put_aside: dict[str, int]
) -> None:
    stranger, failed = put_aside["stranger"], put_aside["failed"]

    listed, shown = shell.run("held"), shell.run("show", str(stranger))

    assert "It comes from a stranger" in listed
    assert [(one["reason_code"], one["reason_details"]) for one in shell.ask("held")] == [("stranger", {}), (None, {})]
    assert {one["waits_for"] for one in shell.ask("held")} == {"administrator"}
    assert "010190-1234" not in listed + shown
    assert "From: Sam <sam@fremmed.example.org>" in shown
    assert "defect: is odd" in shown
    assert "afgørelse til naboen" not in shown
    assert "Må vi give en afg" in shell.ask("show", str(stranger), "--raw")["raw"]
    assert "LookupError: ups" in shell.run("show", str(failed))


@pytest.mark.usefixtures("put_aside")
def test_why_something_was_put_aside_is_told_in_the_language_of_the_terminal(
    shell: RunningPortal, monkeypatch: pytest.MonkeyPatch, store: Store
) -> None:
    with store.transaction() as session:
        journal.set_aside(session, "distribution", 7, Reason.EVENT_TOO_OLD)

    told = {}
    for language in ("da_DK.UTF-8", "en_GB.UTF-8", "C", "fo_FO"):
        monkeypatch.setenv("LC_ALL", language)
        told[language] = shell.run("held") + shell.run("status")

    assert "Portalen kender ikke afsenderen" in " ".join(told["da_DK.UTF-8"].split())
    assert "Messages put aside, 1: Portalen kender ikke afsenderen" in told["da_DK.UTF-8"]
    assert "Events set aside, 1: Den er mere end et døgn gammel" in told["da_DK.UTF-8"]
    assert told["en_GB.UTF-8"] == told["C"] == told["fo_FO"]
    assert "Messages put aside, 1: It comes from a stranger" in told["C"]
    facts = shell.ask("status")
    assert (facts["put_aside_for"], facts["set_aside_for"]) == ({"stranger": 1}, {"event_too_old": 1})


def test_what_waits_for_its_sender_is_told_apart_from_what_waits_for_an_administrator(
    shell: RunningPortal, put_aside: dict[str, int], store: Store, now: datetime
) -> None:
    with store.transaction() as session:
        asker, mailing_list = a_person(session, "sam@oeby.example.dk"), lists.find_list(session, "DB")
        stranger = session.get_one(Arrival, put_aside["stranger"])
        proposals.make(session, ProposalKind.CPR, stranger, asker, mailing_list, now)

    ours, _, theirs = shell.run("held").partition("Waiting for their senders, who were asked by letter")

    assert numbers_in(ours) == [put_aside["failed"]]
    assert numbers_in(theirs) == [put_aside["stranger"]]
    assert {one["number"]: one["waits_for_sender"] for one in shell.ask("held")} == {
        put_aside["stranger"]: True,
        put_aside["failed"]: False,
    }
    told = shell.ask("status")["put_aside"]
    assert (told["for_administrators"], told["for_their_senders"]) == (1, 1)
    assert told["oldest_hours"] >= 30

    shell.run("discard", str(put_aside["failed"]))

    assert shell.run("held").startswith("Nothing waits for you.")
    assert shell.ask("status")["put_aside"] == {"for_administrators": 0, "for_their_senders": 1, "oldest_hours": 0}


def numbers_in(listed: str) -> list[int]:
    return [int(found) for found in re.findall(r"^(\d+) ", listed, re.MULTILINE)]


@pytest.mark.alike
@pytest.mark.parametrize("number", ["0", "-3", "99999", str(2**31), "9" * 30, "1²", "१"])
@pytest.mark.parametrize("command", ["show", "release", "retry", "discard"])
def test_a_number_that_is_none_of_what_is_held_is_told_in_a_line(
    shell: RunningPortal, asked: Message, command: str, number: str
) -> None:
    done = CliRunner().invoke(app, [command, "--config", str(shell.settings), "--", number])

    assert done.exit_code in (1, 2)
    assert isinstance(done.exception, PortalError | SystemExit), done.exception


def test_nothing_of_what_is_held_is_cut_on_a_narrow_screen(
    shell: RunningPortal,
    put_aside: dict[str, int],
    store: Store,
    now: datetime,
    portal: Portal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    screen = Console(force_terminal=True, color_system=None, width=80, emoji=False)
    monkeypatch.setattr("dialogportal.printing.console", screen)
    author = "en.temmelig.langt.navn@forvaltningen.proevested.example.dk"
    with store.transaction() as session:
        session.get_one(Arrival, put_aside["stranger"]).author = author

    listed = shell.run("held")

    lines = listed.splitlines()
    assert "…" not in listed
    assert max(map(len, lines)) <= 80
    assert f"{portal.local(now):%Y-%m-%d %H:%M}" in listed
    start, end = lines[0].index("From"), lines[0].index("Subject")
    assert author in "".join(line[start:end].strip() for line in lines[1:])
    assert f"received: {portal.local(now):%Y-%m-%d %H:%M}\n" in shell.run("show", str(put_aside["stranger"]))


def test_what_is_held_is_let_through_tried_again_or_dropped(
    shell: RunningPortal, put_aside: dict[str, int], store: Store
) -> None:
    stranger, failed = put_aside["stranger"], put_aside["failed"]

    assert f"Number {failed} is held: It comes from a stranger" in shell.run("retry", str(failed))
    assert shell.ask("release", str(stranger)) == {
        "number": stranger, "disposition": "filed", "reason": "", "reason_code": None, "reason_details": {},
    }  # fmt: skip
    assert f"Number {failed} is discarded" in shell.run("discard", str(failed))

    assert shell.run("held").strip() == "Nothing is held."
    done = CliRunner().invoke(app, ["discard", "999", "--config", str(shell.settings)])
    assert "Nothing with number 999 is held or in quarantine" in str(done.exception)
    with store.reading() as session:
        assert persons.get_person(session, "sam@fremmed.example.org").is_guest


# -- a list that has been before -----------------------------------------------------------


def test_an_archive_is_taken_in_once_and_found(shell: RunningPortal, asked: Message, tmp_path: Path) -> None:
    path = tmp_path / "gammel.mbox"
    separator = b"From x Mon Mar  4 09:30:00 2019\n"
    question = a_message(Date="Mon, 4 Mar 2019 09:30:00 +0100", Subject="Et fortidsspor", Message_ID="<1@x>")
    reply = a_message(Date="Tue, 5 Mar 2019 09:30:00 +0100", In_Reply_To="<1@x>", Subject="SV: Et fortidsspor")
    path.write_bytes(b"".join(separator + bytes(one) + b"\n" for one in (question, reply)))

    first = shell.run("import", str(path), "--list", "DB")
    again = shell.ask("import", str(path), "--list", "DB")

    assert "2 messages: 2 filed, 0 there already, 0 left out." in first
    assert "Indexed in" in first
    assert (again["filed"], again["known"]) == (0, 2)
    path.write_bytes(separator + b"From: x@example.org\nSubject: Uden dato\n\nHej\n")
    assert shell.ask("import", str(path), "--list", "DB")["defects"] == {"has no Message-ID": 1, NO_DATE: 1}
    assert {hit["ticket"] for hit in shell.ask("search", "fortidsspor")} == {"DB-3"}
    assert len(shell.ask("show", "DB-3")["messages"]) == 2
    assert "fortidsspor" not in shell.run("digest", "DB", "--dry-run")


def test_an_import_says_what_it_left_out_as_deleted_and_how_it_is_taken_in(
    shell: RunningPortal, tmp_path: Path
) -> None:
    shell.run("list", "add", "Databeskyttelse", "--address", "databeskyttelse@example.dk", "--prefix", "DB")
    path = tmp_path / "arkiv.mbox"
    message = "From: Mette <mette@proevested.example.dk>\nSubject: Må vi det?\nX-Status: D\n\nhej\n"
    path.write_text(f"From x Mon Apr  1 09:30:00 2019\n{message}\n")

    first = shell.run("import", str(path), "--list", "DB")
    again = shell.ask("import", str(path), "--list", "DB", "--with-deleted")

    assert "1 of these" in first
    assert "--with-deleted" in first
    assert (again["filed"], again["left_out"]) == (1, {})


def test_an_address_of_the_old_lists_own_keeps_what_it_promised(shell: RunningPortal, tmp_path: Path) -> None:
    shell.run("list", "add", "Databeskyttelse", "--address", "databeskyttelse@example.dk", "--prefix", "DB")
    path = tmp_path / "arkiv.mbox"
    addresses = ("brevkasse@example.dk", "jura@example.dk", "liste@example.dk")
    asked = [a_message(Date="Mon, 4 Mar 2019 09:30:00 +0100", To=to, Message_ID=f"<{to}>") for to in addresses]
    path.write_bytes(b"".join(b"From x Mon Mar  4 09:30:00 2019\n" + bytes(one) + b"\n" for one in asked))
    desks = ("--anonymous", "brevkasse@example.dk", "--confidential", "jura@example.dk")

    shell.run("import", str(path), "--list", "DB", *desks)

    seen = sorted(shell.ask("show", f"DB-{number}")["visibility"] for number in (1, 2, 3))
    assert seen == ["anonymous", "confidential", "open"]
    wrong = ["import", str(path), "--list", "DB", "--anonymous", "brevkasse", "--config", str(shell.settings)]
    assert "is no address" in str(CliRunner().invoke(app, wrong).exception)


def test_what_is_no_archive_or_no_list_is_told(shell: RunningPortal, asked: Message, tmp_path: Path) -> None:
    for archive, name, told in (
        (tmp_path, "DB", "no Maildir"),
        (shell.settings, "DB", "is no mail"),
        (tmp_path, "X", "X"),
    ):
        done = CliRunner().invoke(app, ["import", str(archive), "--list", name, "--config", str(shell.settings)])
        assert told in str(done.exception)


def test_a_traceback_in_the_log_quotes_no_number() -> None:
    told = io.StringIO()
    try:
        int("010190-1234")
    except ValueError:
        write_traceback(told, sys.exc_info())  # type: ignore[arg-type]

    assert "ValueError" in told.getvalue()
    assert "invalid literal for int() with base 10: '●●●●●●-●●●●'" in told.getvalue()


@pytest.mark.parametrize("name", [troubles.RELAY, troubles.MAILBOX])
def test_status_names_what_is_in_trouble_and_since_when(
    shell: RunningPortal, store: Store, now: datetime, name: str
) -> None:
    with store.transaction() as session:
        troubles.begin(session, name, "421 Closing", now)

    since = now.isoformat(timespec="seconds")
    assert shell.ask("status")["troubles"] == {name: {"since": since, "said": "421 Closing"}}
    assert f"In trouble: {name}, since {since}: 421 Closing" in shell.run("status")


def test_forgetting_a_person_says_what_stays(shell: RunningPortal, asked: Message) -> None:
    told = " ".join(shell.run("person", "remove", "mette@proevested.example.dk").split())

    for stays in ("no page and no letter names them", "their mails as they came", "list of arrivals", "backups"):
        assert stays in told
