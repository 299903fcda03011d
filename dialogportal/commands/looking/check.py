"""Check: the command that has the doctor look at everything."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from dialogportal.doctor import checking
from dialogportal.entrance import AsJson, Config, settings_of_a_portal
from dialogportal.hall import new_secret, open_hall
from dialogportal.house import House, house_behind
from dialogportal.printing import console, plain, print_facts
from dialogportal.settings import Settings
from tickets.database.models import metadata
from tickets.database.store import Database, open_unmigrated
from tickets.errors import NothingYet


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


@contextmanager
def house_to_look_round(settings: Settings) -> Iterator[House]:
    """The portal, only to look; where there is nothing yet, as it would be if there were an empty database."""
    try:
        with open_hall(settings) as hall:
            yield house_behind(hall)
    except NothingYet:
        with TemporaryDirectory() as folder, closing(open_unmigrated(Database(), Path(folder))) as store:
            metadata.create_all(store.engine)
            yield House(settings, store, new_secret(), is_imagined=True)
