"""Upkeep: what an operator does to the portal's data as a whole."""

from typing import Annotated

import typer

from dialogportal.entrance import AsJson, Config, settings_of_a_portal
from dialogportal.opening import house_to_write, opened_data
from dialogportal.printing import console, counted, print_facts, say, tell
from tickets.database.schema import Age
from tickets.database.store import system_clock
from tickets.database.upgrading import migrate as bring_up_to_date
from tickets.errors import BadInput
from tickets.portal import SECRET_FILE, replace_secret

ENDS = """A new secret ends what the old one signed:
- Answers to letters that were sent are not taken for answers: they open tickets of their own, or are held.
- Links in these letters for leaving, for letting letters come again and for deciding on held mail lead nowhere.
- Bounces of these letters count for nobody. Letters that wait to be sent lack their personal addresses.
- Whoever is logged in has to log in again.
Restore {path} from a backup if there is one."""


def migrate(config: Config = None, json_: AsJson = False) -> None:
    """Bring the data of an older release up to date; make a copy of it first, and stop the portal."""
    with opened_data(settings_of_a_portal(config)) as store:
        before = store.age()
        bring_up_to_date(store)
    if json_:
        print_facts({"was_changed": before is not Age.OURS})
    else:
        say("The data was up to date." if before is Age.OURS else "The data is up to date now.")


def new_secret(
    yes: Annotated[bool, typer.Option("--yes", help="Make it without asking again.")] = False,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Make a new signing secret where the old one is lost: what that ends is told first."""
    settings = settings_of_a_portal(config)
    data_dir = settings.portal.data_dir
    if json_ and not yes:
        raise BadInput("With --json nobody is asked: say --yes too, once you know what a new secret ends")
    with opened_data(settings):
        if not json_:
            say(ENDS.format(path=data_dir / SECRET_FILE))
        if not yes:
            typer.confirm("Make a new one?", abort=True)
        kept = replace_secret(data_dir)
    told = "A new secret is made; start the portal again." + (f" The old file is kept as {kept}." if kept else "")
    tell({"made": True, "kept": str(kept) if kept else None}, told, json_)


def reindex(config: Config = None, json_: AsJson = False) -> None:
    """Make the search index anew from the database."""
    with house_to_write(config) as opened, console.status("Indexing …"):
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
