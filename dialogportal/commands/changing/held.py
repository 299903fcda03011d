"""What is held: the commands that let go on, drop or try again what is held or quarantined."""

from typing import Annotated

import typer

from dialogportal.entrance import AsJson, Config
from dialogportal.facts.reasons import describe_reason, tell_reason
from dialogportal.house import House
from dialogportal.opening import house_to_write
from dialogportal.printing import counted, print_facts, say, tell
from dialogportal.serving import make_processor
from mailer.letters.distribution import distributor
from tickets import journal
from tickets.database.models import Arrival
from tickets.database.store import system_clock
from tickets.moderation import holding


def release(number: int, config: Config = None, json_: AsJson = False) -> None:
    """Let a held message through, and its author in."""
    with house_to_write(config) as opened:
        with opened.store.transaction() as session:
            holding.release(session, number, system_clock())
        process_now(opened)
        _say_what_became(opened, number, json_)


def discard(number: int, config: Config = None, json_: AsJson = False) -> None:
    """Drop a message that is held or quarantined."""
    with house_to_write(config) as opened, opened.store.transaction() as session:
        holding.discard(session, number, system_clock())
    tell({"number": number, "disposition": "discarded"}, f"Number {number} is discarded.", json_)


def retry(
    number: Annotated[
        int | None, typer.Argument(help="One that is held or quarantined; else all in quarantine.")
    ] = None,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Have everything that was quarantined or set aside tried again, or one message."""
    with house_to_write(config) as opened:
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
        facts = {"number": number, "disposition": arrival.disposition or "waiting", **describe_reason(arrival.grounds)}
    if json_:
        print_facts(facts)
    else:
        reason = tell_reason(facts)
        say(f"Number {number} is {facts['disposition']}{': ' if reason else ''}{reason}")


def process_now(opened: House) -> None:
    """Process what waits, and let it be found, whether or not a portal is running beside us."""
    processor = make_processor(opened)
    while processor.work():
        pass
    while opened.search.update(system_clock()):
        pass
    opened.search.give_back()
