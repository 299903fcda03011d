"""The commands: what an operator types, and where in the house each is found.

A command is a line in the table until it is used. The house is imported by name here alone, so that a command which
only looks does not wait for everything that serves.
"""

import atexit
import gc
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from dialogportal.logbook import open_logbook
from dialogportal.printing import say, warn, write_traceback
from templates.grounds import tell_refusal
from tickets.errors import PortalError
from tickets.text.garbled import composed

BEFORE = {"--config": 2, "--json": 1}  # options of a command that may stand before its name, and of how many words
NO_NUMBER = "Input should be a valid integer"


class Entry(TyperCommand):
    """A command as the table has it: its name, the module and function that it is, and what help says of it."""

    def __init__(self, name: str, place: str, told: str) -> None:
        super().__init__(name, help=told)
        self.place = place

    def load(self) -> Any:
        """The command itself."""
        module, _, function = self.place.partition(":")
        alone = typer.Typer(add_completion=False)
        alone.command(self.name)(getattr(import_module(f"dialogportal.commands.{module}"), function))
        gc.enable()
        return typer.main.get_command(alone)


class Group(TyperGroup):
    """A group of commands, of which only the one that is used gets imported."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read what was typed; what belongs to a command may stand before its name."""
        return super().parse_args(ctx, behind_name(args))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that was typed, imported now if it was only a line of the table."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command.load() if isinstance(command, Entry) else command, rest


def behind_name(args: list[str]) -> list[str]:
    """The words that were typed, with options before a command's name put behind it."""
    start = 0
    while start < len(args) and (words := BEFORE.get(args[start]) or args[start].startswith("--config=")):
        start += words
    is_named = start < len(args) and not args[start].startswith("-")
    return [args[start], *args[:start], *args[start + 1 :]] if is_named else args


def group(name: str, told: str, *lines: Entry) -> Group:
    """Commands under one word, such as `list add`; none of them is imported until it is used."""
    return Group(name=name, help=told, no_args_is_help=True, commands=lines)


COMMANDS = (
    Entry(
        "subscribe", "changing.subscriptions:subscribe",
        "Let a person get a list: each letter, the weekly one, or none.",
    ),
    Entry(
        "read", "looking.reading:read",
        "Show how the portal reads messages, without filing them; with --json a line for each.",
    ),
    Entry(
        "trace", "looking.showing:trace",
        "What became of a mail: when it came, what was decided and why, its ticket, and how its letters fared.",
    ),
    Entry(
        "import", "changing.history:import_",
        "Take in an existing list's history: threaded, dated as it was, searchable. Nobody is told.",
    ),
    Entry(
        "migrate", "running.upkeep:migrate",
        "Bring the data of an older release up to date; make a copy of it first, and stop the portal.",
    ),
    Entry(
        "letters", "looking.letters:letters",
        "Write every kind of letter, with invented contents, in both languages, as HTML and as text.",
    ),
    Entry(
        "new-secret", "running.upkeep:new_secret",
        "Make a new signing secret where the old one is lost: what that ends is told first.",
    ),
    Entry("serve", "running.serve:serve", "Run the portal until it is told to stop."),
    Entry("demo", "running.demo:demo", "Try the portal: invented municipalities with a year of questions behind them."),
    Entry(
        "check", "looking.check:check",
        "Look at everything the portal leans on before it goes live: what is wrong, and what to do.",
    ),
    Entry("status", "looking.status:status", "How the portal is doing: arrivals, deliveries, tickets, followers."),
    Entry("reindex", "running.upkeep:reindex", "Make the search index anew from the database."),
    Entry(
        "show", "looking.showing:show",
        "Show a ticket with its thread, people and deliveries; or a mail: what became of it, and what is odd about it.",
    ),
    Entry("search", "looking.searching:search", "Search the archive, as one person or as the lists' lawyers see it."),
    Entry("held", "looking.showing:held", "Show what is held or quarantined, and why."),
    Entry("release", "changing.held:release", "Let a held message through, and its author in."),
    Entry("discard", "changing.held:discard", "Drop a message that is held or quarantined."),
    Entry(
        "retry", "changing.held:retry",
        "Have everything that was quarantined or set aside tried again, or one message.",
    ),
    Entry("digest", "changing.issuing:digest", "Make and send the digest that is due."),
    Entry(
        "login-link", "changing.issuing:login_link",
        "Print a link that logs this person in, once, within 15 minutes.",
    ),
    group(
        "ticket", "What lawyers do to tickets, as by mail.",
        Entry("take", "changing.tickets:take", "Make a ticket that of the lawyer who is named by --by."),
        Entry(
            "assign", "changing.tickets:assign",
            "Make a ticket that of a lawyer of its list, who gets it by letter.",
        ),
        Entry("correct", "changing.tickets:correct", "Let a new answer hold in place of the newest."),
        Entry("note", "changing.tickets:note", "Write a note for the list's lawyers alone."),
        Entry("close", "changing.tickets:close", "Close a ticket, answered or not."),
        Entry("reopen", "changing.tickets:reopen", "Let a ticket wait for an answer again."),
        Entry(
            "pending", "changing.tickets:pending",
            "Lay a ticket aside for some days, until a day, or until somebody writes.",
        ),
        Entry("topics", "changing.tickets:topics", "Say what a ticket is about."),
        Entry("short", "changing.tickets:short", "Tell the answer to a ticket in one line."),
        Entry(
            "publish", "changing.publishing:publish",
            "Draft an answer without names, which goes to whoever is named by --by; --yes publishes it.",
        ),
        Entry("merge", "changing.tickets:merge", "Make a ticket part of another; its number leads there."),
        Entry("split", "changing.tickets:split", "Make a message a ticket of its own, with all that answers it."),
        Entry(
            "move", "changing.tickets:move",
            "Move a ticket to another list; if others would see it there, those who asked it are asked first.",
        ),
        Entry(
            "visibility", "changing.tickets:visibility",
            "Let fewer see a ticket at once, or more when those who asked it allow it.",
        ),
        Entry("undo", "changing.tickets:undo", "Undo what was done last; with --by, what that person did."),
    ),
    group(
        "organisation", "Organisations and their mail domains.",
        Entry(
            "add", "changing.organisations:add",
            "Enter an organisation; of a municipality, which the portal knows, its mail domains.",
        ),
        Entry(
            "list", "looking.listing:organisation_list",
            "Show organisations with their mail domains and how many people they have here.",
        ),
        Entry("change", "changing.organisations:change", "Rename an organisation, or change its mail domains."),
        Entry(
            "merge", "changing.organisations:merge",
            "Make two organisations one: its people and mail domains are the other's, and the first is gone.",
        ),
        Entry(
            "import", "changing.organisations:import_",
            "Enter the organisations of a spreadsheet's file: name or code, mail domains, kind, approved or not.",
        ),
        Entry("remove", "changing.organisations:remove", "Take out an organisation that has no people here."),
    ),
    group(
        "person", "People and what they do here.",
        Entry("add", "changing.people:add", "Enter a person by hand; most enter themselves with their first mail."),
        Entry(
            "import", "changing.people:import_",
            "Enter the people of a spreadsheet's file: address, name, organisation, language, role, list, mode.",
        ),
        Entry("list", "looking.listing:person_list", "Show everybody, with roles and bounces."),
        Entry(
            "show", "looking.showing:person_show",
            "Show a person: organisation, roles, what they get or why not, their last letters and what came back.",
        ),
        Entry("change", "changing.people:change", "Change a person's name, address, language or roles."),
        Entry(
            "merge", "changing.people:merge",
            "Make two people one: messages, roles, subscriptions; mail from either address is theirs.",
        ),
        Entry(
            "address", "changing.people:address",
            "Show, add or drop other addresses of a person; letters go to their first one (`change --new-email`).",
        ),
        Entry(
            "away", "changing.people:away",
            "Have another stand in for a lawyer until they are back; --back: they are here again.",
        ),
        Entry("remove", "changing.people:remove", "Forget a person; what they wrote stays without their name."),
    ),
    group(
        "list", "Mailing lists.",
        Entry("add", "changing.lists:add", "Enter a list, its lawyers and its editors."),
        Entry("list", "looking.listing:list_list", "Show the lists."),
        Entry(
            "change", "changing.lists:change",
            "Change a list; its address and prefix stay, since mail and links out there lead to them.",
        ),
        Entry("remove", "changing.lists:remove", "Take out a list that has no tickets."),
    ),
    group(
        "dkim", "Keys with which letters are signed.",
        Entry("new", "running.signing:new", "Make a key for signing letters, and print the record that DNS needs."),
    ),
    group(
        "queue", "Letters that wait for the relay.",
        Entry(
            "show", "looking.queue:show",
            "Show what waits for the relay, by domain and by what was last said of it.",
        ),
        Entry("flush", "changing.queue:flush", "Have what waits tried at once, whenever it is due."),
        Entry("requeue", "changing.queue:requeue", "Send letters again that were refused or given up."),
    ),
    group(
        "subscription", "Who gets which list, and how.",
        Entry(
            "add", "changing.subscriptions:subscribe",
            "Let a person get a list: each letter, the weekly one, or none.",
        ),
        Entry(
            "change", "changing.subscriptions:subscribe",
            "Let a person get a list: each letter, the weekly one, or none.",
        ),
        Entry("remove", "changing.subscriptions:remove", "End a subscription."),
        Entry("list", "looking.listing:subscription_list", "Show who gets which list, and how."),
    ),
)  # fmt: skip


class InPlainWords(Group):
    """The top of all commands, which tells wrong options in words of ours, not in those of the libraries."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings | {"commands": COMMANDS})

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read what was typed; a file keeps the name that it has."""
        return super().parse_args(ctx, [arg if Path(arg).exists() else composed(arg) for arg in args])

    def invoke(self, ctx: Any) -> Any:
        """Run what was typed, and tell the portal's errors in a sentence instead of a traceback."""
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            told = error.message.removeprefix("Value error, ")
            error.message = "write a number, as 17" if told.startswith(NO_NUMBER) else told
            raise


def tell_version(wanted: bool) -> None:
    """Print the version and leave, if that was asked."""
    if wanted:
        say(f"dialogportal {version('dialogportal')}")
        raise typer.Exit


def enter(
    _version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=tell_version, is_eager=True)
    ] = False,
    _config: Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="The settings file, here or behind a command.")
    ] = None,
    _json: Annotated[bool, typer.Option("--json", help="Facts as JSON, here or behind a command.")] = False,
) -> None:
    """Take the options of the portal as a whole."""  # `behind_name` hands --config and --json on


app = typer.Typer(
    cls=InPlainWords,
    callback=enter,
    no_args_is_help=True,
    help="Many ask, one office answers, everybody learns: by mail.",
)


def main() -> None:
    """Run a command; what the portal cannot do is one clear line and exit code 1, bad settings are 2."""
    atexit.register(gc.freeze)  # so that what was imported is not looked through for garbage at the end
    open_logbook()
    try:
        app()
    except PortalError as error:
        warn(tell_refusal("en", error))
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 - the door's last word: no stranger's text reaches the terminal as it is
        warn(f"This is a fault of the portal: {type(error).__name__}")
        write_traceback(sys.stderr, (type(error), error, error.__traceback__))
        sys.exit(1)
