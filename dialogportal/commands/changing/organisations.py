"""Organisations: the commands that enter, change and remove them."""

from typing import Annotated

import typer

from dialogportal.entrance import AsJson, Config
from dialogportal.facts import registered
from dialogportal.opening import house_to_write
from dialogportal.printing import tell
from tickets.database.models import OrganisationKind
from tickets.people import registry


def add(
    name: str,
    domain: Annotated[
        list[str] | None, typer.Option(help="A mail domain of theirs; may be given more than once.")
    ] = None,
    kind: Annotated[OrganisationKind | None, typer.Option()] = None,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Enter an organisation; of a municipality, which the portal knows, its mail domains."""
    with house_to_write(config) as opened, opened.store.transaction() as session:
        organisation = registry.add_organisation(session, name, domain or [], kind)
        facts = registered.describe_organisation(session, organisation)
    tell(facts, f"{organisation.name}: {', '.join(facts['domains']) or 'no mail domains yet'}", json_)


def change(
    name: str,
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
        organisation = registry.change_organisation(session, name, rename, domain or [], drop_domain or [], approved)
        facts = registered.describe_organisation(session, organisation)
    tell(facts, f"{organisation.name}: {', '.join(facts['domains']) or 'no mail domains'}", json_)


def remove(name: str, config: Config = None, json_: AsJson = False) -> None:
    """Take out an organisation that has no people here."""
    with house_to_write(config) as opened, opened.store.transaction() as session:
        organisation = registry.remove_organisation(session, name)
    tell({"name": organisation.name, "removed": True}, f"{organisation.name} is removed.", json_)
