"""Organisations: the commands that enter, change, merge and remove them, one by one or as a sheet has them."""

from typing import Annotated

import typer

from dialogportal.commands.changing.sheets import DryRun, Sheet, take_in
from dialogportal.entrance import AsJson, Config
from dialogportal.facts import registered
from dialogportal.opening import house_to_write
from dialogportal.printing import tell
from tickets.acts.acting import Hand
from tickets.administration import organisations as administered
from tickets.administration import rosters
from tickets.database.models import OrganisationKind, Way
from tickets.database.store import system_clock
from tickets.people.organisations import organisation_named

Name = Annotated[str, typer.Argument(help="Its name, its place or its code: København, Københavns Kommune, 101.")]


def operator() -> Hand:
    """Whoever types, now."""
    return Hand(None, system_clock(), Way.SHELL)


def add(
    name: Name,
    domain: Annotated[
        list[str] | None, typer.Option(help="A mail domain of theirs; may be given more than once.")
    ] = None,
    kind: Annotated[OrganisationKind | None, typer.Option()] = None,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Enter an organisation; of a municipality, which the portal knows, its mail domains."""
    with house_to_write(config) as opened, opened.store.transaction() as session:
        organisation = administered.add(session, operator(), name, domain or [], kind)
        facts = registered.describe_organisation(session, organisation)
    tell(facts, f"{organisation.name}: {', '.join(facts['domains']) or 'no mail domains yet'}", json_)


def change(
    name: Name,
    rename: Annotated[str | None, typer.Option(help="Its new name.")] = None,
    domain: Annotated[list[str] | None, typer.Option(help="A mail domain more.")] = None,
    drop_domain: Annotated[list[str] | None, typer.Option(help="A mail domain less.")] = None,
    approved: Annotated[
        bool | None, typer.Option("--approved/--closed", help="Whether its people are members.")
    ] = None,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Rename an organisation, or change its mail domains."""
    with house_to_write(config) as opened, opened.store.transaction() as session:
        organisation = organisation_named(session, name)
        administered.change(session, operator(), organisation, rename, domain or [], drop_domain or [], approved)
        facts = registered.describe_organisation(session, organisation)
    tell(facts, f"{organisation.name}: {', '.join(facts['domains']) or 'no mail domains'}", json_)


def merge(
    other: Annotated[str, typer.Argument(help="The one that is to be no more by itself.")],
    name: Annotated[str, typer.Argument(help="The one that stays.")],
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Make two organisations one: its people and mail domains are the other's, and the first is gone."""
    with house_to_write(config) as opened, opened.store.transaction() as session:
        organisation = organisation_named(session, name)
        administered.merge(session, operator(), organisation_named(session, other), organisation)
        facts = registered.describe_organisation(session, organisation)
    tell(facts, f"{organisation.name}: {', '.join(facts['domains']) or 'no mail domains'}", json_)


def remove(name: Name, config: Config = None, json_: AsJson = False) -> None:
    """Take out an organisation that has no people here."""
    with house_to_write(config) as opened, opened.store.transaction() as session:
        organisation = organisation_named(session, name)
        administered.remove(session, operator(), organisation)
    tell({"name": organisation.name, "removed": True}, f"{organisation.name} is removed.", json_)


def import_(file: Sheet, dry_run: DryRun = False, config: Config = None, json_: AsJson = False) -> None:
    """Enter the organisations of a spreadsheet's file: name or code, mail domains, kind, approved or not."""
    octets = file.read_bytes()
    with house_to_write(config) as opened, opened.store.transaction() as session:
        roster = rosters.whole_or_not(
            session, lambda: rosters.import_organisations(session, operator(), octets), is_rehearsal=dry_run
        )
    take_in(roster, json_, is_rehearsal=dry_run)
