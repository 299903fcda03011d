"""The entrance: what every command takes, and how one that only looks comes into the portal."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from dialogportal.hall import Hall, open_hall
from dialogportal.printing import print_facts, say, warn
from dialogportal.settings import Settings, read_settings, read_settings_of_a_portal
from tickets.errors import BadInput, NothingYet

Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="The settings file; usually what DIALOGPORTAL_CONFIG names, ./dialogportal.toml or the one in "
        "/etc/dialogportal.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the facts as JSON.")]


def settings_in(config: Path | None) -> Settings:
    """The settings; those that cannot be used end the command with exit code 2."""
    with _stopping():
        return read_settings(config)


@contextmanager
def house_to_read(config: Path | None, json_: bool) -> Iterator[Hall]:
    """The open portal, only to look; where there is nothing yet, the command says so and ends with 0."""
    settings = settings_of_a_portal(config)
    with ExitStack() as stack:
        try:
            opened = stack.enter_context(open_hall(settings))
        except NothingYet as nothing:
            print_facts({"nothing_yet": True}) if json_ else say(str(nothing))
            raise typer.Exit from nothing
        yield opened


def settings_of_a_portal(config: Path | None) -> Settings:
    """The settings of a portal that was set up; the command ends with exit code 2 where none was."""
    with _stopping():
        return read_settings_of_a_portal(config)


@contextmanager
def _stopping() -> Iterator[None]:
    try:
        yield
    except BadInput as error:
        warn(str(error))
        sys.exit(2)
