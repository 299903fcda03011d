"""The commands: what an operator types."""

import gc
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from demo.run import Wishes, run_demo
from dialogportal import (
    checking,
    handling,
    importing,
    ports,
    previewing,
    reading,
    registering,
    showing,
    tracing,
    upkeep,
)
from dialogportal.doctor import vouching
from dialogportal.entrance import house_to_look_round
from dialogportal.logbook import open_logbook
from dialogportal.printing import (
    AsJson,
    Config,
    InPlainWords,
    console,
    counted,
    house,
    house_to_read,
    plain,
    print_facts,
    print_table,
    say,
    settings_in,
    settings_of_a_portal,
    warn,
    write_traceback,
)
from dialogportal.serving import PARTS, House, Service, listen_for_signals, make_processor, open_house, running
from dialogportal.settings import Settings
from mailer.letters.digest import last_due, make_digest, preview
from mailer.letters.distribution import distributor
from tickets import journal, links, overview
from tickets.database.models import Arrival
from tickets.database.store import Clock, system_clock
from tickets.errors import BadInput, DoorShut, PortalError
from tickets.moderation import holding
from tickets.people import lists, logins, persons
from tickets.people.sight import sight_of

app = typer.Typer(
    cls=InPlainWords,
    no_args_is_help=True,
    add_completion=False,
    help="Many ask, one office answers, everybody learns: by mail.",
)
app.add_typer(registering.organisation_app, name="organisation")
app.add_typer(registering.person_app, name="person")
app.add_typer(registering.list_app, name="list")
app.add_typer(registering.subscription_app, name="subscription")
app.add_typer(handling.ticket_app, name="ticket")
app.command()(registering.subscribe)
app.command()(reading.read)
app.command()(tracing.trace)
app.command("import")(importing.import_)
app.command()(upkeep.migrate)
app.command()(previewing.letters)
app.command("new-secret")(upkeep.new_secret)


def main() -> None:
    """Run a command; what the portal cannot do is one clear line and exit code 1, bad settings are 2."""
    gc.freeze()  # what was imported stays, and need not be looked through again and again, nor at the end
    open_logbook()
    try:
        app()
    except PortalError as error:
        warn(str(error))
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 - the door's last word: no stranger's text reaches the terminal as it is
        warn(f"This is a fault of the portal: {type(error).__name__}")
        write_traceback(sys.stderr, (type(error), error, error.__traceback__))
        sys.exit(1)


def open_demo(sections: Mapping[str, Mapping[str, object]], clock: Clock) -> AbstractContextManager[House]:
    return open_house(Settings.model_validate(sections), clock)


# -- running ---------------------------------------------------------------------------


LOOK_EVERY = 0.5  # seconds between two looks at whether a part has ended


@app.command()
def serve(
    config: Config = None,
    only: Annotated[str, typer.Option(help=f"Some parts alone: {','.join(PARTS)}")] = ",".join(PARTS),
) -> None:
    """Run the portal until it is told to stop."""
    with open_house(settings_of_a_portal(config)) as opened:
        if not opened.settings.listen.has_judge:
            warn(f"Warning: {vouching.NOBODY}")
        service = Service(opened, tuple(part.strip() for part in only.split(",") if part.strip()))
        try:
            service.start()
        except DoorShut as shut:
            service.stop()
            raise BadInput(ports.explain(shut)) from shut
        told = listen_for_signals()
        say(f"dialogportal is ready: {opened.settings.portal.base_url}")
        while not told.wait(LOOK_EVERY) and not service.has_lost_part:
            pass
        service.stop()
        if service.has_lost_part:
            raise typer.Exit(1)


@app.command()
def demo(
    port: Annotated[int | None, typer.Option(help="Where pages are served; usually 8080, or any that is free.")] = None,
    keep: Annotated[Path | None, typer.Option(help="A directory in which the demonstration lives on.")] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            help="A settings file whose language, timezone and ports the demonstration takes. It never touches the"
            " database or the mail of that portal, and without this looks at no settings file.",
        ),
    ] = None,
) -> None:
    """Try the portal: invented municipalities with a year of questions behind them."""
    run_demo(open_demo, running, demo_wishes(config), port, keep)


def demo_wishes(config: Path | None) -> Wishes:
    if config is None:
        return Wishes()
    settings = settings_in(config)
    smtp, usual = settings.listen.smtp, Wishes()
    return Wishes(
        language=settings.portal.language,
        timezone=settings.portal.timezone,
        web_port=int(settings.web.listen.rpartition(":")[2]),
        smtp_port=int(smtp.rpartition(":")[2]) if smtp else usual.smtp_port,
    )


@app.command()
def check(
    send: Annotated[
        str | None,
        typer.Option(metavar="EMAIL", help="Carry a letter to this address too, and tell what became of it."),
    ] = None,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Look at everything the portal leans on before it goes live: what is wrong, and what to do.

    Exit code 1 if anything keeps mail or readers from getting through; a warning alone is 0.
    """
    with house_to_look_round(settings_of_a_portal(config)) as opened, console.status("Looking …"):
        findings = checking.check(opened, send)
    if json_:
        print_facts([finding.__dict__ for finding in findings])
    else:
        for finding in findings:
            well = "[yellow]warning[/]" if finding.is_warning else "[green]ok[/]"
            mark = well if finding.is_well else "[red]wrong[/]"
            console.print(f"{mark}  {plain(finding.what)}: {plain(finding.told)}", highlight=False, soft_wrap=True)
    if not all(finding.is_well for finding in findings):
        raise typer.Exit(1)


@app.command()
def status(config: Config = None, json_: AsJson = False) -> None:
    """How the portal is doing: arrivals, deliveries, tickets, followers."""
    with house_to_read(config, json_) as opened, opened.store.reading() as session:
        facts: dict[str, dict[str, Any]] = {**overview.count_everything(session, system_clock())}
        facts["followers"]["search"] = opened.search.lag(session)
        oldest = overview.oldest_waiting(session)
        facts["oldest_waiting"] = {name: at.isoformat(timespec="seconds") for name, at in oldest.items()}
        facts["troubles"] = {**overview.tell_of_troubles(session)}
    listen = opened.settings.listen
    facts["authors"] = {"vouched_for_by": vouching.who_vouches(listen)}
    if json_:
        print_facts(facts)
        return
    print_table(
        "", "", "",
        rows=[
            (group, word, count)
            for group, counts in facts.items() if group != "troubles"
            for word, count in counts.items()
        ],
    )  # fmt: skip
    for name, trouble in facts["troubles"].items():
        say(f"In trouble: {name}, since {trouble['since']}: {trouble['said']}")
    if not listen.has_judge:
        say(f"Warning: {vouching.NOBODY}")


@app.command()
def reindex(config: Config = None, json_: AsJson = False) -> None:
    """Make the search index anew from the database."""
    with house(config) as opened, console.status("Indexing …"):
        done = opened.search.rebuild(system_clock())
        opened.search.give_back()
        with opened.store.reading() as session:
            left = opened.search.lag(session)
    if json_:
        print_facts({"events": done, "behind": left})
    else:
        say(
            f"The index follows {counted(done, 'event')}."
            if not left
            else "The portal that is running makes the index anew."
        )


# -- tickets ---------------------------------------------------------------------------


@app.command()
def show(
    what: Annotated[
        str, typer.Argument(metavar="TICKET|NUMBER", help="A ticket (DB-42), or the number of a mail (17).")
    ],
    raw: Annotated[
        bool, typer.Option("--raw", help="Of a mail, the whole message: to a file or a program as it came.")
    ] = False,
    as_: Annotated[str | None, typer.Option("--as", metavar="EMAIL", help="A ticket as this person reads it.")] = None,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Show a ticket with its thread, people and deliveries; or a mail: what became of it, and what is odd about it."""
    with house_to_read(config, json_) as opened, opened.store.reading() as session:
        portal = opened.settings.portal
        is_arrival = what.strip().isdecimal()
        if raw and not json_ and is_arrival and not sys.stdout.isatty():
            sys.stdout.buffer.write(tracing.octets_of(session, int(what)))
            return
        if as_:
            facts = showing.describe_ticket_as(
                session, *showing.find_ticket(session, what), persons.get_person(session, as_)
            )
        elif is_arrival:
            facts = tracing.describe_whole(session, int(what), portal, with_raw=raw)
        else:
            facts = showing.describe_ticket(session, *showing.find_ticket(session, what))
    if json_:
        print_facts(facts)
    elif is_arrival:
        tracing.print_whole(console, facts, portal)
    else:
        showing.print_ticket(console, facts, portal)


@app.command()
def search(
    words: list[str],
    as_: Annotated[str | None, typer.Option("--as", metavar="EMAIL", help="As this person sees it.")] = None,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Search the archive, as one person or as the lists' lawyers see it."""
    if not "".join(words).strip():
        raise BadInput("Say what to search for, as in `dialogportal search aktindsigt`")
    with house_to_read(config, json_) as opened, opened.store.reading() as session:
        sight = sight_of(session, persons.get_person(session, as_)) if as_ else showing.all_seeing(session)
        facts = showing.describe_hits(session, opened.search.find(session, sight, " ".join(words)))
        behind = opened.search.lag(session)
    if behind:
        warn(f"The index has yet to take {counted(behind, 'event')}: the portal does, or `dialogportal reindex`")
    if json_:
        print_facts(facts)
    elif not facts:
        say("Nothing is found.")
    else:
        print_table("Ticket", "Subject", "", rows=[(one["ticket"], one["subject"], one["excerpt"]) for one in facts])


# -- what is held ----------------------------------------------------------------------


@app.command()
def held(config: Config = None, json_: AsJson = False) -> None:
    """Show what is held or quarantined, and why."""
    with house_to_read(config, json_) as opened, opened.store.reading() as session:
        asked = holding.all_that_wait_for_authors(session)
        facts = [
            showing.describe_arrival(one) | {"waits_for_sender": one.id in asked}
            for one in (*holding.held(session), *holding.quarantined(session))
        ]
    if json_:
        print_facts(facts)
    else:
        showing.print_held(console, facts, opened.settings.portal)


@app.command()
def release(number: int, config: Config = None, json_: AsJson = False) -> None:
    """Let a held message through, and its author in."""
    with house(config) as opened:
        with opened.store.transaction() as session:
            holding.release(session, number, system_clock())
        process_now(opened)
        _say_what_became(opened, number, json_)


@app.command()
def discard(number: int, config: Config = None) -> None:
    """Drop a message that is held or quarantined."""
    with house(config) as opened, opened.store.transaction() as session:
        holding.discard(session, number, system_clock())
    say(f"Number {number} is discarded.")


@app.command()
def retry(
    number: Annotated[
        int | None, typer.Argument(help="One that is held or quarantined; else all in quarantine.")
    ] = None,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Have everything that was quarantined or set aside tried again, or one message."""
    with house(config) as opened:
        if number is not None:
            with opened.store.transaction() as session:
                holding.retry(session, number, system_clock())
            process_now(opened)
            _say_what_became(opened, number, json_)
            return
        follower = distributor(
            opened.settings.portal, opened.signer, privacy=opened.settings.privacy, quotas=opened.settings.limits
        )
        with opened.store.transaction() as session:
            arrivals = holding.retry_quarantined(session, system_clock())
            events = journal.retry_set_aside(session, follower, system_clock())
        process_now(opened)
        with opened.store.reading() as session:
            left = len(holding.quarantined(session))
    if json_:
        print_facts({"messages": arrivals, "events": events, "quarantined": left})
    else:
        say(
            f"{counted(arrivals, 'message')} and {counted(events, 'event')} tried again; "
            f"{counted(left, 'message')} left in quarantine."
        )


def _say_what_became(opened: House, number: int, json_: bool) -> None:
    with opened.store.reading() as session:
        arrival = session.get_one(Arrival, number)
        disposition, reason = arrival.disposition or "waiting", arrival.reason
    if json_:
        print_facts({"number": number, "disposition": disposition, "reason": reason})
    else:
        say(f"Number {number} is {disposition}{': ' if reason else ''}{reason}")


def process_now(opened: House) -> None:
    """Process what waits, and let it be found, whether or not a portal is running beside us."""
    processor = make_processor(opened)
    while processor.work():
        pass
    while opened.search.update(system_clock()):
        pass
    opened.search.give_back()


# -- letters ---------------------------------------------------------------------------


@app.command()
def digest(
    list_: Annotated[str, typer.Argument(metavar="LIST")],
    now: Annotated[str | None, typer.Option(help="As if it were this time (ISO 8601).")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the letter; send nothing.")] = False,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Make and send the digest that is due."""
    at = read_moment(now)
    if dry_run:
        with house_to_read(config, json_) as opened, opened.store.reading() as session:
            say(preview(session, opened.settings.portal, lists.find_list(session, list_)))
        return
    with house(config) as opened:
        portal, signer = opened.settings.portal, opened.signer
        with opened.store.transaction() as session:
            mailing_list = lists.find_list(session, list_)
            due = last_due(portal, mailing_list, at)
            made = make_digest(session, portal, signer, mailing_list, due, system_clock())
        is_early = made is not None and due > system_clock()
        told = f"{portal.local(due):%Y-%m-%d %H:%M}"
    if is_early:
        warn(f"That digest is due in the future: its week is used up, and on {told} there will be none.")
    if json_:
        print_facts({"due": due.isoformat(), "made": made is not None, "items": made.items if made else 0})
    elif made is None:
        say(f"The digest of {told} was made before.")
    elif not made.items:
        say(f"The digest of {told} has nothing to tell, and is not sent.")
    else:
        say(f"The digest of {told} tells of {counted(made.items, 'item')}; the portal sends it.")


@app.command("login-link")
def login_link(email: str, config: Config = None, json_: AsJson = False) -> None:
    """Print a link that logs this person in, once, within 15 minutes."""
    with house(config) as opened, opened.store.transaction() as session:
        secret = logins.make_login_link(session, registering.somebody_known(session, email), system_clock())
    link = links.login_url(opened.settings.portal, secret)
    if json_:
        print_facts({"email": email, "link": link, "minutes": int(logins.LINK_LIFETIME.total_seconds() // 60)})
    else:
        say(link)


def read_moment(text: str | None) -> datetime:
    if text is None:
        return system_clock()
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"{text!r} is no time; write it as 2026-11-23T08:00+01:00") from error
    return (at if at.tzinfo else at.astimezone()).astimezone(UTC)
