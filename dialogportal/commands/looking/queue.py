"""Queue: the command that shows what waits for the relay."""

from dialogportal.entrance import AsJson, Config, house_to_read
from dialogportal.printing import print_facts, print_table, say
from mailer.delivery import queue


def show(config: Config = None, json_: AsJson = False) -> None:
    """Show what waits for the relay, by domain and by what was last said of it."""
    with house_to_read(config, json_) as opened, opened.store.reading() as session:
        waiting, local = queue.waiting_letters(session), opened.settings.portal.local
    if json_:
        print_facts([vars(one) for one in waiting])
    elif not waiting:
        say("Nothing waits.")
    else:
        rows = [
            (
                one.domain, one.letters, f"{local(one.oldest_at):%Y-%m-%d %H:%M}",
                f"{local(one.next_at):%Y-%m-%d %H:%M}", one.reply or "not tried yet",
            )
            for one in waiting
        ]  # fmt: skip
        print_table("Domain", "Letters", "Oldest", "Next try", "Last words", rows=rows)
