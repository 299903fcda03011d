"""People: the commands that enter, change, merge and remove them, and let one stand in for another."""

from datetime import date
from typing import Annotated

import typer
from sqlmodel import Session

from dialogportal.commands.changing.organisations import operator
from dialogportal.commands.changing.sheets import DryRun, Sheet, take_in
from dialogportal.entrance import AsJson, Config
from dialogportal.facts import registered
from dialogportal.opening import house_to_write
from dialogportal.printing import tell
from tickets.administration import people as administered
from tickets.administration import rosters
from tickets.database.models import Mode, Person, Role
from tickets.desk import absences
from tickets.errors import BadInput, NotFound
from tickets.people import lists, persons
from tickets.people.organisations import organisation_named

RoleOption = Annotated[Role | None, typer.Option(help="lawyer and editor hold on all lists unless --list names one.")]
LanguageOption = Annotated[str | None, typer.Option(help="da or en; else the list's.")]
Of = Annotated[str | None, typer.Option("--organisation", help="Whose they are, if their mail domain does not say.")]
ListOption = Annotated[str | None, typer.Option("--list", help="The list that the role is for.")]


def add(
    email: str,
    name: Annotated[str, typer.Option(help="As it stands in letters.")],
    role: RoleOption = None,
    language: LanguageOption = None,
    list_: ListOption = None,
    of: Of = None,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Enter a person by hand; most enter themselves with their first mail."""
    with house_to_write(config) as opened, opened.store.transaction() as session:
        mailing_list = lists.find_list(session, list_) if list_ else None
        organisation = organisation_named(session, of) if of else None
        person = administered.add(session, operator(), email, name, language, organisation)
        administered.appoint(session, operator(), person, role or Role.MEMBER, mailing_list)
        facts = registered.describe_person(session, person)
    whose = facts["organisation"] or "a guest without organisation"
    tell(facts, f"{person.name} <{person.email}>, {whose}", json_)


def change(
    email: str,
    name: Annotated[str | None, typer.Option()] = None,
    new_email: Annotated[str | None, typer.Option("--email", help="Their new address.")] = None,
    role: RoleOption = None,
    drop_role: Annotated[Role | None, typer.Option(help="A role less.")] = None,
    language: LanguageOption = None,
    list_: ListOption = None,
    of: Of = None,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Change a person's name, address, language or roles."""
    with house_to_write(config) as opened, opened.store.transaction() as session:
        person = persons.get_person(session, email)
        mailing_list = lists.find_list(session, list_) if list_ else None
        organisation = organisation_named(session, of) if of else None
        administered.change(session, operator(), person, name, new_email, language, organisation)
        if role:
            administered.appoint(session, operator(), person, role, mailing_list)
        if drop_role:
            administered.dismiss(session, operator(), person, drop_role, mailing_list)
        facts = registered.describe_person(session, person)
    tell(facts, f"{person.name} <{person.email}>", json_)


def merge(
    other: Annotated[str, typer.Argument(help="Address of the one who is to be no more by themselves.")],
    email: Annotated[str, typer.Argument(help="Address of the one who stays, and to which letters go.")],
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Make two people one: messages, roles, subscriptions; mail from either address is theirs."""
    with house_to_write(config) as opened, opened.store.transaction() as session:
        person = persons.get_person(session, email)
        administered.merge(session, operator(), persons.get_person(session, other), person)
        facts = registered.describe_person(session, person)
    known = ", ".join(facts["other_addresses"])
    tell(facts, f"{person.name} <{person.email}>, who also writes from {known}", json_)


def address(
    email: str,
    add: Annotated[str | None, typer.Option(help="One more address to write and log in from.")] = None,
    drop: Annotated[str | None, typer.Option(help="An address that is no longer theirs.")] = None,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Show, add or drop other addresses of a person; letters go to their first one (`change --new-email`)."""
    with house_to_write(config) as opened, opened.store.transaction() as session:
        person = persons.get_person(session, email)
        if add:
            administered.add_address(session, operator(), person, add)
        if drop:
            administered.drop_address(session, operator(), person, drop)
        facts = registered.describe_person(session, person)
    known = ", ".join(facts["other_addresses"]) or "no other address"
    tell(facts, f"{person.name} <{person.email}>: {known}", json_)


def away(
    email: str,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="The day on which they are back (2026-08-12).")
    ] = None,
    stand_in: Annotated[str | None, typer.Option("--stand-in", metavar="EMAIL", help="Who does their work.")] = None,
    back: Annotated[bool, typer.Option("--back", help="They are here again.")] = False,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Have another stand in for a lawyer until they are back; --back: they are here again."""
    if not back and not (until and stand_in):
        raise BadInput("Say until when and who stands in: --until DATE --stand-in EMAIL; or --back")
    with house_to_write(config) as opened, opened.store.transaction() as session:
        person = persons.get_person(session, email)
        if until and stand_in and not back:
            other = persons.get_person(session, stand_in)
            absences.go_away(session, opened.settings.portal, person, _read_day(until), other, opened.clock())
            told = f"{other.name} <{other.email}> stands in for {person.name} <{person.email}> until {until}"
        else:
            absences.end(session, person)
            told = f"Nobody stands in for {person.name} <{person.email}>"
    facts = {"email": person.email, "until": None if back else until, "stand_in": None if back else stand_in}
    tell(facts, told, json_)


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"{text!r} is no day; write it as 2026-12-01") from error


def remove(email: str, config: Config = None, json_: AsJson = False) -> None:
    """Forget a person; what they wrote stays without their name."""
    with house_to_write(config) as opened, opened.store.transaction() as session:
        administered.remove(session, operator(), persons.get_person(session, email))
    told = (
        f"{email} is forgotten: no page and no letter names them any more.\n"
        "What stays: their mails as they came, with the address in their header sections and in the list of arrivals, "
        "and copies in backups."
    )
    tell({"email": email, "removed": True}, told, json_)


def import_(
    file: Sheet,
    dry_run: DryRun = False,
    list_: Annotated[str | None, typer.Option("--list", help="The list that those get whose line names none.")] = None,
    mode: Annotated[Mode, typer.Option(help="How they get it, where their line does not say.")] = Mode.WEEKLY,
    welcome: Annotated[
        bool, typer.Option("--welcome", help="Write each new subscriber a letter: what they get, and how to leave.")
    ] = False,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Enter the people of a spreadsheet's file: address, name, organisation, language, role, list, mode."""
    octets = file.read_bytes()
    with house_to_write(config) as opened, opened.store.transaction() as session:
        mailing_list = lists.find_list(session, list_) if list_ else None
        registrar = rosters.Registrar(mailing_list, mode, is_quiet=not welcome)
        roster = rosters.whole_or_not(
            session, lambda: rosters.import_people(session, operator(), octets, registrar), is_rehearsal=dry_run
        )
    take_in(roster, json_, is_rehearsal=dry_run)


def somebody_known(session: Session, email: str) -> Person:
    """Raises NotFound with what to do where the person may well be somebody who is yet to come."""
    try:
        return persons.get_person(session, email)
    except NotFound as error:
        told = f"{error}: they write to a list first, or you add them with `dialogportal person add`"
        raise NotFound(told) from error
