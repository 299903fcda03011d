"""People: the commands that enter, change, merge and remove them, and let one stand in for another."""

from datetime import date
from typing import Annotated

import typer
from sqlmodel import Session

from dialogportal.entrance import AsJson, Config
from dialogportal.facts import registered
from dialogportal.opening import house_to_write
from dialogportal.printing import tell
from tickets.database.models import Person, Role
from tickets.database.store import system_clock
from tickets.desk import absences
from tickets.errors import BadInput, NotFound
from tickets.people import appointments, lists, merging, persons, registry

RoleOption = Annotated[Role | None, typer.Option(help="lawyer and editor hold on all lists unless --list names one.")]
LanguageOption = Annotated[str | None, typer.Option(help="da or en; else the list's.")]
ListOption = Annotated[str | None, typer.Option("--list", help="The list that the role is for.")]


def add(
    email: str,
    name: Annotated[str, typer.Option(help="As it stands in letters.")],
    role: RoleOption = None,
    language: LanguageOption = None,
    list_: ListOption = None,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Enter a person by hand; most enter themselves with their first mail."""
    with house_to_write(config) as opened, opened.store.transaction() as session:
        mailing_list = lists.find_list(session, list_) if list_ else None
        person = registry.add_person(
            session, email, name, system_clock(), role or Role.MEMBER, known_language(language), mailing_list
        )
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
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Change a person's name, address, language or roles."""
    with house_to_write(config) as opened, opened.store.transaction() as session:
        person = persons.get_person(session, email)
        mailing_list = lists.find_list(session, list_) if list_ else None
        if name is not None:
            registry.rename_person(person, name)
        person.language = known_language(language) or person.language
        if new_email:
            registry.change_email(session, person, new_email, opened.clock())
        if role:
            appointments.appoint(session, person, role, mailing_list)
        if drop_role:
            appointments.dismiss(session, person, drop_role, mailing_list)
        session.add(person)
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
        merging.merge(session, persons.get_person(session, other), person, opened.clock())
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
            merging.add_address(session, person, add, opened.clock())
        if drop:
            merging.drop_address(session, person, drop)
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
        registry.remove_person(session, email, system_clock())
    told = (
        f"{email} is forgotten: no page and no letter names them any more.\n"
        "What stays: their mails as they came, with the address in their header sections and in the list of arrivals, "
        "and copies in backups."
    )
    tell({"email": email, "removed": True}, told, json_)


def known_language(language: str | None) -> str | None:
    """The code of a language that the portal speaks; raises BadInput for another."""
    if language not in (None, "da", "en"):
        raise BadInput(f"{language!r} is no language here; they are da and en")
    return language


def somebody_known(session: Session, email: str) -> Person:
    """Raises NotFound with what to do where the person may well be somebody who is yet to come."""
    try:
        return persons.get_person(session, email)
    except NotFound as error:
        told = f"{error}: they write to a list first, or you add them with `dialogportal person add`"
        raise NotFound(told) from error
