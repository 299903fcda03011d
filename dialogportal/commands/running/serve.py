"""Serve: the command that runs the portal until it is told to stop."""

import gc
from typing import Annotated

import typer

from dialogportal.doctor import ports
from dialogportal.entrance import Config, settings_of_a_portal
from dialogportal.opening import open_house
from dialogportal.printing import say, warn
from dialogportal.serving import PARTS, Service, listen_for_signals
from mailer.intake.entrances import NOBODY
from tickets.errors import BadInput, DoorShut

LOOK_EVERY = 0.5  # seconds between two looks at whether a part has ended


def serve(
    config: Config = None,
    only: Annotated[str, typer.Option(help=f"Some parts alone: {','.join(PARTS)}")] = ",".join(PARTS),
) -> None:
    """Run the portal until it is told to stop."""
    gc.freeze()  # what was imported stays, and need not be looked through again and again
    with open_house(settings_of_a_portal(config)) as opened:
        if not opened.settings.listen.has_judge:
            warn(f"Warning: {NOBODY}")
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
