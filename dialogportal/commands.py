"""The commands: what an operator types."""

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import structlog
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlmodel import Session, select

from demo.run import run_demo
from dialogportal import checking, showing
from dialogportal.serving import PARTS, House, Service, open_house, running, wait_for_signal
from dialogportal.settings import Settings, read_settings
from mailer.address import check_list_address, read_directory
from mailer.digest import WEEKDAYS, last_due, make_digest, preview
from mailer.distribution import distributor
from mailer.processor import Processor
from tickets import holding, journal, links, logins, membership, overview, registry
from tickets.errors import BadInput, PortalError
from tickets.models import (
    Arrival,
    MailingList,
    Mode,
    OrganisationKind,
    Person,
    Role,
    Subscription,
)
from tickets.store import Clock, system_clock

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Many ask, one office answers, everybody learns: by mail."
)
organisation_app = typer.Typer(no_args_is_help=True, help="Organisations and their mail domains.")
person_app = typer.Typer(no_args_is_help=True, help="People and what they do here.")
list_app = typer.Typer(no_args_is_help=True, help="Mailing lists.")
subscription_app = typer.Typer(no_args_is_help=True, help="Who gets which list, and how.")
app.add_typer(organisation_app, name="organisation")
app.add_typer(person_app, name="person")
app.add_typer(list_app, name="list")
app.add_typer(subscription_app, name="subscription")

Config = Annotated[Path | None, typer.Option("--config", help="The settings file; usually ./dialogportal.toml.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the facts as JSON.")]

console = Console()


def main() -> None:
    """Run a command; what the portal cannot do is one clear line and exit code 1, bad settings are 2."""
    # A traceback with the values of variables would put people's mail into the log.
    renderer = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    structlog.configure(
        processors=[structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso"), renderer],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    try:
        app()
    except PortalError as error:
        Console(stderr=True).print(escape(str(error)), style="red", highlight=False, soft_wrap=True)
        sys.exit(1)


def open_demo(sections: Mapping[str, Mapping[str, object]], clock: Clock) -> AbstractContextManager[House]:
    return open_house(Settings.model_validate(sections), clock)


@contextmanager
def house(config: Path | None) -> Iterator[House]:
    try:
        settings = read_settings(config)
    except BadInput as error:
        Console(stderr=True).print(escape(str(error)), style="red", highlight=False, soft_wrap=True)
        sys.exit(2)
    with open_house(settings) as opened:
        yield opened


def say(text: str) -> None:
    console.print(escape(text), highlight=False, soft_wrap=True)


def print_facts(facts: Any) -> None:
    print(json.dumps(facts, ensure_ascii=False, indent=2, default=str))


def print_table(*columns: str, rows: Sequence[tuple[object, ...]]) -> None:
    table = Table(*columns, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*(escape("" if cell is None else str(cell)) for cell in row))
    console.print(table)


# -- running ---------------------------------------------------------------------------


@app.command()
def serve(
    config: Config = None,
    only: Annotated[str, typer.Option(help=f"Some parts alone: {','.join(PARTS)}")] = ",".join(PARTS),
) -> None:
    """Run the portal until it is told to stop."""
    with house(config) as opened:
        service = Service(opened, tuple(part.strip() for part in only.split(",") if part.strip()))
        try:
            service.start()
        except OSError as error:
            service.stop()
            raise BadInput(f"A door cannot be opened: {error}. Is the portal running already?") from error
        print(f"dialogportal is ready: {opened.settings.portal.base_url}", flush=True)
        wait_for_signal()
        service.stop()


@app.command()
def demo(
    port: Annotated[int | None, typer.Option(help="Where pages are served; usually 8080, or any that is free.")] = None,
    keep: Annotated[Path | None, typer.Option(help="A directory in which the demonstration lives on.")] = None,
) -> None:
    """Try the portal: invented municipalities with a year of questions behind them."""
    run_demo(open_demo, running, port, keep)


@app.command()
def check(config: Config = None, json_: AsJson = False) -> None:
    """Look at settings, database, disk, relay and mailbox: what is wrong, and what to do."""
    with house(config) as opened:
        findings = checking.check(opened)
    if json_:
        print_facts([finding.__dict__ for finding in findings])
    else:
        for finding in findings:
            mark = "[green]ok[/]" if finding.is_well else "[red]wrong[/]"
            console.print(f"{mark}  {escape(finding.what)}: {escape(finding.told)}", highlight=False, soft_wrap=True)
    if not all(finding.is_well for finding in findings):
        raise typer.Exit(1)


@app.command()
def status(config: Config = None, json_: AsJson = False) -> None:
    """How the portal is doing: arrivals, deliveries, tickets, followers."""
    with house(config) as opened, opened.store.reading() as session:
        facts = overview.count_everything(session)
        facts["followers"]["search"] = opened.search.lag(session)
    if json_:
        print_facts(facts)
        return
    print_table(
        "", "", "", rows=[(group, word, count) for group, counts in facts.items() for word, count in counts.items()]
    )


@app.command()
def reindex(config: Config = None) -> None:
    """Make the search index anew from the database."""
    with house(config) as opened, console.status("Indexing …"):
        done = opened.search.rebuild(system_clock())
    say(f"The index follows {done} events.")


# -- organisations ---------------------------------------------------------------------


@organisation_app.command("add")
def organisation_add(
    name: str,
    domain: Annotated[
        list[str] | None, typer.Option(help="A mail domain of theirs; may be given more than once.")
    ] = None,
    kind: Annotated[OrganisationKind | None, typer.Option()] = None,
    config: Config = None,
) -> None:
    """Enter an organisation; of a municipality, which the portal knows, its mail domains."""
    with house(config) as opened, opened.store.transaction() as session:
        organisation = registry.add_organisation(session, name, domain or [], kind)
        domains = registry.domains_of(session, organisation)
    say(f"{organisation.name}: {', '.join(domains) or 'no mail domains yet'}")


@organisation_app.command("list")
def organisation_list(
    all_: Annotated[bool, typer.Option("--all", help="Also those without mail domains.")] = False,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Show organisations with their mail domains and how many people they have here."""
    with house(config) as opened, opened.store.reading() as session:
        people = overview.count_people(session)
        facts: list[dict[str, Any]] = [
            {
                "name": organisation.name,
                "kind": organisation.kind,
                "domains": registry.domains_of(session, organisation),
                "people": people.get(organisation.id or 0, 0),
                "approved": organisation.is_approved,
            }
            for organisation in overview.organisations(session)
        ]
    facts = [fact for fact in facts if all_ or fact["domains"] or fact["people"]]
    if json_:
        print_facts(facts)
    else:
        rows = [
            (one["name"], ", ".join(one["domains"]), one["people"], "" if one["approved"] else "closed")
            for one in facts
        ]
        print_table("Organisation", "Mail domains", "People", "", rows=rows)


@organisation_app.command("change")
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
    with house(config) as opened, opened.store.transaction() as session:
        organisation = registry.change_organisation(session, name, rename, domain or [], drop_domain or [], approved)
        domains = registry.domains_of(session, organisation)
    say(f"{organisation.name}: {', '.join(domains) or 'no mail domains'}")


@organisation_app.command("remove")
def organisation_remove(name: str, config: Config = None) -> None:
    """Take out an organisation that has no people here."""
    with house(config) as opened, opened.store.transaction() as session:
        organisation = registry.remove_organisation(session, name)
    say(f"{organisation.name} is removed.")


# -- people ----------------------------------------------------------------------------

RoleOption = Annotated[Role | None, typer.Option(help="lawyer and editor hold on all lists unless --list names one.")]
LanguageOption = Annotated[str | None, typer.Option(help="da or en; else the list's.")]
ListOption = Annotated[str | None, typer.Option("--list", help="The list that the role is for.")]


@person_app.command("add")
def person_add(
    email: str,
    name: Annotated[str, typer.Option(help="As it stands in letters.")],
    role: RoleOption = None,
    language: LanguageOption = None,
    list_: ListOption = None,
    config: Config = None,
) -> None:
    """Enter a person by hand; most enter themselves with their first mail."""
    with house(config) as opened, opened.store.transaction() as session:
        mailing_list = membership.find_list(session, list_) if list_ else None
        person = registry.add_person(
            session, email, name, system_clock(), role or Role.MEMBER, known_language(language), mailing_list
        )
        organisation = membership.organisation_of(session, person.email)
    say(f"{person.name} <{person.email}>, {organisation.name if organisation else 'a guest without organisation'}")


@person_app.command("list")
def person_list(config: Config = None, json_: AsJson = False) -> None:
    """Show everybody, with roles and bounces."""
    with house(config) as opened, opened.store.reading() as session:
        facts = showing.describe_people(session)
    if json_:
        print_facts(facts)
    else:
        rows = [
            (one["email"], one["name"], one["organisation"], ", ".join(one["roles"]), one["bounces"] or "")
            for one in facts
        ]
        print_table("Address", "Name", "Organisation", "Roles", "Bounces", rows=rows)


@person_app.command("change")
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
    with house(config) as opened, opened.store.transaction() as session:
        person = membership.get_person(session, email)
        mailing_list = membership.find_list(session, list_) if list_ else None
        person.name = name or person.name
        person.language = known_language(language) or person.language
        if new_email:
            registry.change_email(session, person, new_email)
        if role:
            membership.appoint(session, person, role, mailing_list)
        if drop_role:
            membership.dismiss(session, person, drop_role, mailing_list)
        session.add(person)
    say(f"{person.name} <{person.email}>")


@person_app.command("remove")
def person_remove(email: str, config: Config = None) -> None:
    """Forget a person; what they wrote stays without their name."""
    with house(config) as opened, opened.store.transaction() as session:
        registry.remove_person(session, email)
    say(f"{email} is forgotten.")


def known_language(language: str | None) -> str | None:
    if language not in (None, "da", "en"):
        raise BadInput(f"{language!r} is no language here; they are da and en")
    return language


# -- lists -----------------------------------------------------------------------------

DigestOption = Annotated[str | None, typer.Option(help='When the weekly letter goes out, as "mon 08:00".')]
Lawyers = Annotated[list[str] | None, typer.Option(help="Address of a lawyer; may be given more than once.")]
Editors = Annotated[list[str] | None, typer.Option(help="Address of an editor; may be given more than once.")]


@list_app.command("add")
def list_add(
    name: str,
    address: Annotated[str, typer.Option(help="Where questions are mailed.")],
    prefix: Annotated[str, typer.Option(help="Of ticket numbers: DB in DB-42.")],
    lawyer: Lawyers = None,
    editor: Editors = None,
    digest: DigestOption = None,
    public: Annotated[bool, typer.Option(help="Everybody may read the archive.")] = False,
    restricted: Annotated[bool, typer.Option(help="Only subscribers and the appointed are members.")] = False,
    description: Annotated[str, typer.Option()] = "",
    config: Config = None,
) -> None:
    """Enter a list, its lawyers and its editors."""
    with house(config) as opened, opened.store.transaction() as session:
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
                created_at=system_clock(),
            ),
        )
        appoint_all(session, mailing_list, lawyer, editor)
    say(f"{mailing_list.name}: {mailing_list.address}, tickets {mailing_list.prefix}-1 and on")


@list_app.command("list")
def list_list(config: Config = None, json_: AsJson = False) -> None:
    """Show the lists."""
    with house(config) as opened, opened.store.reading() as session:
        facts = [showing.describe_list(session, one) for one in session.exec(select(MailingList))]
    if json_:
        print_facts(facts)
    else:
        rows = [(one["name"], one["address"], one["prefix"], one["digest"], ", ".join(one["lawyers"])) for one in facts]
        print_table("List", "Address", "Prefix", "Digest", "Lawyers", rows=rows)


@list_app.command("change")
def list_change(
    name: str,
    rename: Annotated[str | None, typer.Option()] = None,
    lawyer: Lawyers = None,
    editor: Editors = None,
    digest: DigestOption = None,
    public: Annotated[bool | None, typer.Option("--public/--closed")] = None,
    restricted: Annotated[bool | None, typer.Option("--restricted/--for-all")] = None,
    description: Annotated[str | None, typer.Option()] = None,
    config: Config = None,
) -> None:
    """Change a list; its address and prefix stay, since mail and links out there lead to them."""
    with house(config) as opened, opened.store.transaction() as session:
        mailing_list = membership.find_list(session, name)
        mailing_list.name = rename or mailing_list.name
        mailing_list.description = mailing_list.description if description is None else description
        mailing_list.is_public = mailing_list.is_public if public is None else public
        mailing_list.is_restricted = mailing_list.is_restricted if restricted is None else restricted
        if digest:
            weekday, hour, minute = read_time(digest)
            mailing_list.digest_weekday, mailing_list.digest_hour = weekday, hour
            mailing_list.digest_minute = minute
        appoint_all(session, mailing_list, lawyer, editor)
    say(f"{mailing_list.name} is changed.")


@list_app.command("remove")
def list_remove(name: str, config: Config = None) -> None:
    """Take out a list that has no tickets."""
    with house(config) as opened, opened.store.transaction() as session:
        registry.remove_list(session, membership.find_list(session, name))
    say(f"{name} is removed.")


def appoint_all(
    session: Session, mailing_list: MailingList, lawyers: list[str] | None, editors: list[str] | None
) -> None:
    for role, addresses in ((Role.LAWYER, lawyers or []), (Role.EDITOR, editors or [])):
        for address in addresses:
            membership.appoint(session, membership.get_person(session, address), role, mailing_list)


def read_time(text: str) -> tuple[int, int, int]:
    """Weekday, Monday being 0, hour and minute of "mon 08:00"."""
    found = re.fullmatch(r"\s*([a-z]{3})[a-z]*\s+(\d{1,2})[:.](\d{2})\s*", text.lower())
    if not found or found[1] not in WEEKDAYS or int(found[2]) > 23 or int(found[3]) > 59:
        raise BadInput(f'{text!r} is no time of the week; write it as "mon 08:00"')
    return WEEKDAYS.index(found[1]), int(found[2]), int(found[3])


# -- subscriptions ---------------------------------------------------------------------


@app.command()
def subscribe(
    email: str, list_: Annotated[str, typer.Argument(metavar="LIST")], mode: Mode = Mode.WEEKLY, config: Config = None
) -> None:
    """Let a person get a list: each letter, the weekly one, or none."""
    with house(config) as opened, opened.store.transaction() as session:
        person, mailing_list = membership.get_person(session, email), membership.find_list(session, list_)
        membership.subscribe(session, person, mailing_list, mode, system_clock())
    say(f"{email} gets {mailing_list.name}: {mode}")


subscription_app.command("add")(subscribe)
subscription_app.command("change")(subscribe)


@subscription_app.command("remove")
def subscription_remove(
    email: str, list_: Annotated[str, typer.Argument(metavar="LIST")], config: Config = None
) -> None:
    """End a subscription."""
    subscribe(email, list_, Mode.NONE, config)


@subscription_app.command("list")
def subscription_list(config: Config = None, json_: AsJson = False) -> None:
    """Show who gets which list, and how."""
    with house(config) as opened, opened.store.reading() as session:
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


# -- tickets ---------------------------------------------------------------------------


@app.command()
def show(ticket: str, config: Config = None, json_: AsJson = False) -> None:
    """Show a ticket: its thread, its people, its deliveries."""
    with house(config) as opened, opened.store.reading() as session:
        facts = showing.describe_ticket(session, *showing.find_ticket(session, ticket))
    if json_:
        print_facts(facts)
    else:
        showing.print_ticket(console, facts)


@app.command()
def search(
    words: list[str],
    as_: Annotated[str | None, typer.Option("--as", metavar="EMAIL", help="As this person sees it.")] = None,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Search the archive, as one person or as the lists' lawyers see it."""
    with house(config) as opened:
        while opened.search.update(system_clock()):
            pass
        with opened.store.reading() as session:
            sight = (
                membership.sight_of(session, membership.get_person(session, as_))
                if as_
                else showing.all_seeing(session)
            )
            facts = showing.describe_hits(session, opened.search.find(session, sight, " ".join(words)))
    if json_:
        print_facts(facts)
    else:
        print_table("Ticket", "Subject", "", rows=[(one["ticket"], one["subject"], one["excerpt"]) for one in facts])


# -- what is held ----------------------------------------------------------------------


@app.command()
def held(config: Config = None, json_: AsJson = False) -> None:
    """Show what is held or quarantined, and why."""
    with house(config) as opened, opened.store.reading() as session:
        facts = [showing.describe_arrival(one) for one in (*holding.held(session), *holding.quarantined(session))]
    if json_:
        print_facts(facts)
    elif not facts:
        say("Nothing is held.")
    else:
        rows = [(one["number"], one["received_at"], one["author"], one["subject"], one["reason"]) for one in facts]
        print_table("Number", "Received", "From", "Subject", "Reason", rows=rows)


@app.command()
def release(number: int, config: Config = None) -> None:
    """Let a held message through, and its author in."""
    with house(config) as opened:
        with opened.store.transaction() as session:
            holding.release(session, number, system_clock())
        process_now(opened)
        with opened.store.reading() as session:
            arrival = session.get_one(Arrival, number)
            say(
                f"Number {number} is {arrival.disposition or 'waiting'}{': ' if arrival.reason else ''}{arrival.reason}"
            )


@app.command()
def discard(number: int, config: Config = None) -> None:
    """Drop a held message."""
    with house(config) as opened, opened.store.transaction() as session:
        holding.discard(session, number, system_clock())
    say(f"Number {number} is discarded.")


@app.command()
def retry(config: Config = None) -> None:
    """Have everything that was quarantined or set aside tried again."""
    with house(config) as opened:
        follower = distributor(opened.settings.portal, opened.signer)
        with opened.store.transaction() as session:
            arrivals = holding.retry_quarantined(session, system_clock())
            events = journal.retry_set_aside(session, follower, system_clock())
        process_now(opened)
        with opened.store.reading() as session:
            left = len(holding.quarantined(session))
    say(f"{arrivals} messages and {events} events tried again; {left} messages are in quarantine.")


def process_now(opened: House) -> None:
    """Process what waits, whether or not a portal is running beside us."""
    settings = opened.settings
    processor = Processor(
        opened.store, settings.portal, opened.signer, system_clock, authserv_id=settings.listen.authserv_id
    )
    while processor.work():
        pass


# -- letters ---------------------------------------------------------------------------


@app.command()
def digest(
    list_: Annotated[str, typer.Argument(metavar="LIST")],
    now: Annotated[str | None, typer.Option(help="As if it were this time (ISO 8601).")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the letter; send nothing.")] = False,
    config: Config = None,
) -> None:
    """Make and send the digest that is due."""
    at = read_moment(now)
    with house(config) as opened:
        portal, signer = opened.settings.portal, opened.signer
        if dry_run:
            with opened.store.reading() as session:
                print(preview(session, portal, membership.find_list(session, list_)))
            return
        with opened.store.transaction() as session:
            mailing_list = membership.find_list(session, list_)
            due = last_due(portal, mailing_list, at)
            made = make_digest(session, portal, signer, mailing_list, due, system_clock())
        told = f"{portal.local(due):%Y-%m-%d %H:%M}"
    if made is None:
        say(f"The digest of {told} was made before.")
    elif not made.items:
        say(f"The digest of {told} has nothing to tell, and is not sent.")
    else:
        say(f"The digest of {told} tells of {made.items} items; the portal sends it.")


@app.command("login-link")
def login_link(email: str, config: Config = None) -> None:
    """Print a link that logs this person in, once, within 15 minutes."""
    with house(config) as opened, opened.store.transaction() as session:
        secret = logins.make_login_link(session, membership.get_person(session, email), system_clock())
    say(links.login_url(opened.settings.portal, secret))


def read_moment(text: str | None) -> datetime:
    if text is None:
        return system_clock()
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"{text!r} is no time; write it as 2026-11-23T08:00+01:00") from error
    return (at if at.tzinfo else at.astimezone()).astimezone(UTC)
