"""Queue: the commands that have what waits for the relay, or was given up, tried again."""

from datetime import timedelta
from typing import Annotated

import typer

from dialogportal.commands.looking.queue import tell_of_undo
from dialogportal.entrance import AsJson, Config
from dialogportal.opening import house_to_write
from dialogportal.printing import counted, print_facts, say
from mailer.delivery import queue
from tickets.database.store import system_clock
from tickets.errors import BadInput

DOMAIN = Annotated[str, typer.Option("--domain", help="Of letters to this domain alone.", metavar="DOMAIN")]


def flush(domain: DOMAIN = "", config: Config = None, json_: AsJson = False) -> None:
    """Have what waits tried at once, whenever it is due.

    What waits for its undo window has no letters yet.
    """
    with house_to_write(config) as opened, opened.store.transaction() as session:
        due = queue.flush(session, system_clock(), domain)
        undo = tell_of_undo(session, opened.settings.portal.local)
    _tell(due, "tried now", json_)
    if undo and not json_:
        say(undo)


def requeue(
    numbers: Annotated[list[int] | None, typer.Argument(help="Of letters, as `trace` has them.")] = None,
    domain: DOMAIN = "",
    days: Annotated[int, typer.Option(help="With --domain: of those given up in so many days.", min=1)] = 7,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Send letters again that were refused or given up."""
    if bool(numbers) == bool(domain):
        raise BadInput("Name letters by their numbers, or a domain with --domain")
    with house_to_write(config) as opened, opened.store.transaction() as session:
        now = system_clock()
        if domain:
            again = queue.requeue_domain(session, domain, now - timedelta(days=days), now)
        else:
            again = queue.requeue(session, numbers or [], now)
    _tell(again, "sent again", json_)


def _tell(letters: int, what: str, json_: bool) -> None:
    if json_:
        print_facts({"letters": letters})
    else:
        say(f"{counted(letters, 'letter')} {'is' if letters == 1 else 'are'} {what}.")
