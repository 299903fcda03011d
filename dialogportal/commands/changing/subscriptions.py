"""Subscriptions: the commands that say who gets which list, and how."""

from typing import Annotated

import typer

from dialogportal.commands.changing.organisations import operator
from dialogportal.commands.changing.people import somebody_known
from dialogportal.entrance import AsJson, Config
from dialogportal.facts import registered
from dialogportal.opening import house_to_write
from dialogportal.printing import tell
from tickets.administration import people as administered
from tickets.database.models import Mode
from tickets.people import lists, persons


def subscribe(
    email: str,
    list_: Annotated[str, typer.Argument(metavar="LIST")],
    mode: Mode = Mode.WEEKLY,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Without the letter that tells them, and how to leave.")
    ] = False,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Let a person get a list: each letter, the weekly one, or none."""
    with house_to_write(config) as opened, opened.store.transaction() as session:
        find_person = persons.get_person if mode is Mode.NONE else somebody_known
        person, mailing_list = find_person(session, email), lists.find_list(session, list_)
        administered.subscribe(session, operator(), person, mailing_list, mode, is_quiet=quiet)
        facts = registered.describe_subscription(person, mailing_list, mode)
    tell(facts, f"{email} gets {mailing_list.name}: {mode}", json_)


def remove(
    email: str,
    list_: Annotated[str, typer.Argument(metavar="LIST")],
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """End a subscription."""
    subscribe(email, list_, Mode.NONE, config=config, json_=json_)
