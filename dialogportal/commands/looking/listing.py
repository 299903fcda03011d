"""Listing: the commands that show which organisations, people, lists and subscriptions there are."""

from typing import Annotated

import typer
from sqlmodel import select

from dialogportal.entrance import AsJson, Config, house_to_read
from dialogportal.facts import registered
from dialogportal.printing import print_csv, print_facts, print_table
from tickets.administration.sheets import write_sheet
from tickets.database.models import MailingList, Person, Subscription

AsCsv = Annotated[bool, typer.Option("--csv", help="As a file that a Danish spreadsheet opens; `import` takes it.")]


def organisation_list(
    all_: Annotated[bool, typer.Option("--all", help="Also those without mail domains.")] = False,
    csv: AsCsv = False,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Show organisations with their mail domains and how many people they have here."""
    with house_to_read(config, json_) as opened, opened.store.reading() as session:
        facts = registered.describe_organisations(session)
    facts = [fact for fact in facts if all_ or fact["domains"] or fact["people"]]
    if json_:
        print_facts(facts)
    elif csv:
        print_csv(write_sheet(registered.ORGANISATION_COLUMNS, registered.organisation_rows(facts)))
    else:
        rows = [
            (one["name"], ", ".join(one["domains"]), one["people"], "" if one["approved"] else "closed")
            for one in facts
        ]
        print_table("Organisation", "Mail domains", "People", "", rows=rows)


def person_list(csv: AsCsv = False, config: Config = None, json_: AsJson = False) -> None:
    """Show everybody, with roles and bounces."""
    with house_to_read(config, json_) as opened, opened.store.reading() as session:
        facts = registered.describe_people(session)
    if json_:
        print_facts(facts)
    elif csv:
        print_csv(write_sheet(registered.PERSON_COLUMNS, registered.person_rows(facts)))
    else:
        rows = [
            (
                one["email"],
                one["name"],
                one["organisation"],
                ", ".join(one["roles"]),
                one["bounces"] or "",
                ", ".join(one["paused"]),
            )
            for one in facts
        ]
        print_table("Address", "Name", "Organisation", "Roles", "Bounces", "Paused", rows=rows)


def list_list(config: Config = None, json_: AsJson = False) -> None:
    """Show the lists."""
    with house_to_read(config, json_) as opened, opened.store.reading() as session:
        facts = [registered.describe_list(session, one) for one in session.exec(select(MailingList))]
    if json_:
        print_facts(facts)
    else:
        rows = [(one["name"], one["address"], one["prefix"], one["digest"], ", ".join(one["lawyers"])) for one in facts]
        print_table("List", "Address", "Prefix", "Digest", "Lawyers", rows=rows)


def subscription_list(config: Config = None, json_: AsJson = False) -> None:
    """Show who gets which list, and how."""
    with house_to_read(config, json_) as opened, opened.store.reading() as session:
        query = (
            select(Person.email, MailingList.name, Subscription.mode)
            .join(Subscription, Subscription.person_key == Person.id)  # type: ignore[arg-type]
            .join(MailingList, Subscription.mailing_list_key == MailingList.id)  # type: ignore[arg-type]
        )
        facts = [{"email": email, "list": name, "mode": mode} for email, name, mode in session.exec(query)]
    if json_:
        print_facts(facts)
    else:
        print_table("Address", "List", "Mode", rows=[tuple(fact.values()) for fact in facts])
