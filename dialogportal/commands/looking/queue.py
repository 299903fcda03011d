"""Queue: the command that shows what waits for the relay."""

from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session

from dialogportal.entrance import AsJson, Config, house_to_read
from dialogportal.printing import counted, print_facts, print_table, say
from mailer.delivery import queue
from tickets.moderation import spreading


def show(config: Config = None, json_: AsJson = False) -> None:
    """Show what waits for the relay, by domain and by what was last said of it."""
    with house_to_read(config, json_) as opened, opened.store.reading() as session:
        waiting, local = queue.waiting_letters(session), opened.settings.portal.local
        undo = tell_of_undo(session, local)
    if json_:
        print_facts([vars(one) for one in waiting])
    elif not waiting:
        say(undo or "Nothing waits.")
    else:
        rows = [
            (
                one.domain, one.letters, f"{local(one.oldest_at):%Y-%m-%d %H:%M}",
                f"{local(one.next_at):%Y-%m-%d %H:%M}", one.reply or "not tried yet",
            )
            for one in waiting
        ]  # fmt: skip
        print_table("Domain", "Letters", "Oldest", "Next try", "Last words", rows=rows)
        if undo:
            say(undo)


def tell_of_undo(session: Session, local: Callable[[datetime], datetime]) -> str:
    """What has no letters to others yet, because its author may take it back; empty if there is no such message."""
    count, until = spreading.count_waiting(session)
    if until is None:
        return ""
    waits = "waits" if count == 1 else "wait"
    next_at = f"{local(until):%Y-%m-%d %H:%M}"
    return f"{counted(count, 'message')} {waits} for the undo window: others are written to from {next_at} on."
