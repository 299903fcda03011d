"""Registering: the commands that enter, change and remove organisations, people, lists and subscriptions."""

import re
from datetime import date
from typing import Annotated

import typer
from sqlmodel import Session

from dialogportal.entrance import Config
from dialogportal.opening import house_to_write
from dialogportal.printing import say
from mailer.addresses import check_list_address, read_directory
from mailer.sections import WEEKDAYS
from tickets.database.models import MailingList, Mode, OrganisationKind, Person, Role
from tickets.database.store import system_clock
from tickets.desk import absences
from tickets.errors import BadInput, NotFound
from tickets.people import appointments, lists, merging, organisations, persons, registry, subscriptions

# -- organisations ---------------------------------------------------------------------


def organisation_add(
    name: str,
    domain: Annotated[
        list[str] | None, typer.Option(help="A mail domain of theirs; may be given more than once.")
    ] = None,
    kind: Annotated[OrganisationKind | None, typer.Option()] = None,
    config: Config = None,
) -> None:
    """Enter an organisation; of a municipality, which the portal knows, its mail domains."""
    with house_to_write(config) as opened, opened.store.transaction() as session:
        organisation = registry.add_organisation(session, name, domain or [], kind)
        domains = registry.domains_of(session, organisation)
    say(f"{organisation.name}: {', '.join(domains) or 'no mail domains yet'}")


def organisation_change(
    name: str,
    rename: Annotated[str | None, typer.Option(help="Its new name.")] = None,
    domain: Annotated[list[str] | None, typer.Option(help="A mail domain more.")] = None,
    drop_domain: Annotated[list[str] | None, typer.Option(help="A mail domain less.")] = None,
    approved: Annotated[
        bool | None, typer.Option("--approved/--closed", help="Whether its people are members.")
    ] = None,
    config: Config = None,
) -> None:
    """Rename an organisation, or change its mail domains."""
    with house_to_write(config) as opened, opened.store.transaction() as session:
        organisation = registry.change_organisation(session, name, rename, domain or [], drop_domain or [], approved)
        domains = registry.domains_of(session, organisation)
    say(f"{organisation.name}: {', '.join(domains) or 'no mail domains'}")


def organisation_remove(name: str, config: Config = None) -> None:
    """Take out an organisation that has no people here."""
    with house_to_write(config) as opened, opened.store.transaction() as session:
        organisation = registry.remove_organisation(session, name)
    say(f"{organisation.name} is removed.")


# -- people ----------------------------------------------------------------------------

RoleOption = Annotated[Role | None, typer.Option(help="lawyer and editor hold on all lists unless --list names one.")]
LanguageOption = Annotated[str | None, typer.Option(help="da or en; else the list's.")]
ListOption = Annotated[str | None, typer.Option("--list", help="The list that the role is for.")]


def person_add(
    email: str,
    name: Annotated[str, typer.Option(help="As it stands in letters.")],
    role: RoleOption = None,
    language: LanguageOption = None,
    list_: ListOption = None,
    config: Config = None,
) -> None:
    """Enter a person by hand; most enter themselves with their first mail."""
    with house_to_write(config) as opened, opened.store.transaction() as session:
        mailing_list = lists.find_list(session, list_) if list_ else None
        person = registry.add_person(
            session, email, name, system_clock(), role or Role.MEMBER, known_language(language), mailing_list
        )
        organisation = organisations.organisation_of(session, person.email)
    say(f"{person.name} <{person.email}>, {organisation.name if organisation else 'a guest without organisation'}")


def person_change(
    email: str,
    name: Annotated[str | None, typer.Option()] = None,
    new_email: Annotated[str | None, typer.Option("--email", help="Their new address.")] = None,
    role: RoleOption = None,
    drop_role: Annotated[Role | None, typer.Option(help="A role less.")] = None,
    language: LanguageOption = None,
    list_: ListOption = None,
    config: Config = None,
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
    say(f"{person.name} <{person.email}>")


def person_merge(
    other: Annotated[str, typer.Argument(help="Address of the one who is to be no more by themselves.")],
    email: Annotated[str, typer.Argument(help="Address of the one who stays, and to which letters go.")],
    config: Config = None,
) -> None:
    """Make two people one: messages, roles, subscriptions; mail from either address is theirs."""
    with house_to_write(config) as opened, opened.store.transaction() as session:
        person = persons.get_person(session, email)
        merging.merge(session, persons.get_person(session, other), person, opened.clock())
        known = ", ".join(merging.addresses_of(session, person))
        told = f"{person.name} <{person.email}>, who also writes from {known}"
    say(told)


def person_address(
    email: str,
    add: Annotated[str | None, typer.Option(help="One more address to write and log in from.")] = None,
    drop: Annotated[str | None, typer.Option(help="An address that is no longer theirs.")] = None,
    config: Config = None,
) -> None:
    """Show, add or drop other addresses of a person; letters go to their first one (`change --new-email`)."""
    with house_to_write(config) as opened, opened.store.transaction() as session:
        person = persons.get_person(session, email)
        if add:
            merging.add_address(session, person, add, opened.clock())
        if drop:
            merging.drop_address(session, person, drop)
        known = ", ".join(merging.addresses_of(session, person)) or "no other address"
        told = f"{person.name} <{person.email}>: {known}"
    say(told)


def person_away(
    email: str,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="The day on which they are back (2026-08-12).")
    ] = None,
    stand_in: Annotated[str | None, typer.Option("--stand-in", metavar="EMAIL", help="Who does their work.")] = None,
    back: Annotated[bool, typer.Option("--back", help="They are here again.")] = False,
    config: Config = None,
) -> None:
    """Have another stand in for a lawyer until they are back; --back: they are here again."""
    if not back and not (until and stand_in):
        raise BadInput("Say until when and who stands in: --until DATE --stand-in EMAIL; or --back")
    with house_to_write(config) as opened, opened.store.transaction() as session:
        person = persons.get_person(session, email)
        if until and stand_in:
            other = persons.get_person(session, stand_in)
            absences.go_away(session, opened.settings.portal, person, _read_day(until), other, opened.clock())
            told = f"{other.name} <{other.email}> stands in for {person.name} <{person.email}> until {until}"
        else:
            absences.end(session, person)
            told = f"Nobody stands in for {person.name} <{person.email}>"
    say(told)


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"{text!r} is no day; write it as 2026-12-01") from error


def person_remove(email: str, config: Config = None) -> None:
    """Forget a person; what they wrote stays without their name."""
    with house_to_write(config) as opened, opened.store.transaction() as session:
        registry.remove_person(session, email, system_clock())
    say(f"{email} is forgotten: no page and no letter names them any more.")
    say(
        "What stays: their mails as they came, with the address in their header sections and in the list of arrivals, "
        "and copies in backups."
    )


def known_language(language: str | None) -> str | None:
    """The code of a language that the portal speaks; raises BadInput for another."""
    if language not in (None, "da", "en"):
        raise BadInput(f"{language!r} is no language here; they are da and en")
    return language


# -- lists -----------------------------------------------------------------------------

DigestOption = Annotated[str | None, typer.Option(help='When the weekly letter goes out, as "mon 08:00".')]
AnswerOption = Annotated[
    int | None,
    typer.Option(
        "--answer-days",
        min=0,
        max=60,
        help="Working days in which a question is answered, as askers are told; 0: none.",
    ),
]
Lawyers = Annotated[list[str] | None, typer.Option(help="Address of a lawyer; may be given more than once.")]
Editors = Annotated[list[str] | None, typer.Option(help="Address of an editor; may be given more than once.")]


def list_add(
    name: str,
    address: Annotated[str, typer.Option(help="Where questions are mailed.")],
    prefix: Annotated[str, typer.Option(help="Of ticket numbers: DB in DB-42.")],
    lawyer: Lawyers = None,
    editor: Editors = None,
    digest: DigestOption = None,
    answer_days: AnswerOption = None,
    public: Annotated[bool, typer.Option(help="Everybody may read the archive.")] = False,
    restricted: Annotated[bool, typer.Option(help="Only subscribers and the appointed are members.")] = False,
    description: Annotated[str, typer.Option()] = "",
    config: Config = None,
) -> None:
    """Enter a list, its lawyers and its editors."""
    with house_to_write(config) as opened, opened.store.transaction() as session:
        settings = opened.settings
        weekday, hour, minute = read_time(digest or f"{settings.digest.weekday} {settings.digest.hour:02}:00")
        directory = read_directory(session, settings.portal.domain, opened.signer)
        mailing_list = registry.add_list(
            session,
            MailingList(
                name=name,
                address=check_list_address(directory, name, address),
                prefix=prefix,
                description=description,
                language=settings.portal.language,
                is_public=public,
                is_restricted=restricted,
                digest_weekday=weekday,
                digest_hour=hour,
                digest_minute=minute,
                answer_days=answer_days or None,
                created_at=system_clock(),
            ),
        )
        appoint_all(session, mailing_list, lawyer, editor)
    say(f"{mailing_list.name}: {mailing_list.address}, tickets {mailing_list.prefix}-1 and on")


def list_change(
    name: str,
    rename: Annotated[str | None, typer.Option()] = None,
    lawyer: Lawyers = None,
    editor: Editors = None,
    digest: DigestOption = None,
    answer_days: AnswerOption = None,
    public: Annotated[bool | None, typer.Option("--public/--closed")] = None,
    restricted: Annotated[bool | None, typer.Option("--restricted/--for-all")] = None,
    description: Annotated[str | None, typer.Option()] = None,
    config: Config = None,
) -> None:
    """Change a list; its address and prefix stay, since mail and links out there lead to them."""
    with house_to_write(config) as opened, opened.store.transaction() as session:
        mailing_list = lists.find_list(session, name)
        if rename is not None:
            registry.rename_list(session, mailing_list, rename)
        mailing_list.description = mailing_list.description if description is None else description
        mailing_list.is_public = mailing_list.is_public if public is None else public
        mailing_list.is_restricted = mailing_list.is_restricted if restricted is None else restricted
        if answer_days is not None:
            mailing_list.answer_days = answer_days or None
        if digest:
            weekday, hour, minute = read_time(digest)
            mailing_list.digest_weekday, mailing_list.digest_hour = weekday, hour
            mailing_list.digest_minute = minute
        appoint_all(session, mailing_list, lawyer, editor)
    say(f"{mailing_list.name} is changed.")


def list_remove(name: str, config: Config = None) -> None:
    """Take out a list that has no tickets."""
    with house_to_write(config) as opened, opened.store.transaction() as session:
        registry.remove_list(session, lists.find_list(session, name), system_clock())
    say(f"{name} is removed.")


def appoint_all(
    session: Session, mailing_list: MailingList, lawyers: list[str] | None, editors: list[str] | None
) -> None:
    """Appoint the lawyers and editors of a list, given by address."""
    for role, addresses in ((Role.LAWYER, lawyers or []), (Role.EDITOR, editors or [])):
        for address in addresses:
            appointments.appoint(session, somebody_known(session, address), role, mailing_list)


def somebody_known(session: Session, email: str) -> Person:
    """Raises NotFound with what to do where the person may well be somebody who is yet to come."""
    try:
        return persons.get_person(session, email)
    except NotFound as error:
        told = f"{error}: they write to a list first, or you add them with `dialogportal person add`"
        raise NotFound(told) from error


def read_time(text: str) -> tuple[int, int, int]:
    """Weekday, Monday being 0, hour and minute of "mon 08:00"."""
    found = re.fullmatch(r"\s*([a-z]{3})[a-z]*\s+(\d{1,2})[:.](\d{2})\s*", text.lower())
    if not found or found[1] not in WEEKDAYS or int(found[2]) > 23 or int(found[3]) > 59:
        raise BadInput(f'{text!r} is no time of the week; write it as "mon 08:00"')
    return WEEKDAYS.index(found[1]), int(found[2]), int(found[3])


# -- subscriptions ---------------------------------------------------------------------


def subscribe(
    email: str,
    list_: Annotated[str, typer.Argument(metavar="LIST")],
    mode: Mode = Mode.WEEKLY,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Without the letter that tells them, and how to leave.")
    ] = False,
    config: Config = None,
) -> None:
    """Let a person get a list: each letter, the weekly one, or none."""
    with house_to_write(config) as opened, opened.store.transaction() as session:
        find_person = persons.get_person if mode is Mode.NONE else somebody_known
        person, mailing_list = find_person(session, email), lists.find_list(session, list_)
        subscriptions.subscribe(session, person, mailing_list, mode, system_clock(), is_quiet=quiet)
    say(f"{email} gets {mailing_list.name}: {mode}")


def subscription_remove(
    email: str, list_: Annotated[str, typer.Argument(metavar="LIST")], config: Config = None
) -> None:
    """End a subscription."""
    subscribe(email, list_, Mode.NONE, config=config)
