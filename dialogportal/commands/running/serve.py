"""Serve: the command that runs the portal until it is told to stop."""

import gc
from importlib import import_module
from typing import Annotated, Any

import typer

from dialogportal.doctor import ports
from dialogportal.entrance import AsJson, Config, settings_of_a_portal
from dialogportal.house import House
from dialogportal.opening import open_house
from dialogportal.parts import PARTS, WEB, Pages, listen_for_signals
from dialogportal.printing import tell, warn
from dialogportal.settings import faults_of_files
from mailer.intake.entrances import NOBODY
from tickets.errors import BadInput, DoorShut

NAMING = {"smtp": ("listen",), "lmtp": ("listen",), "imap": ("mailbox",), "deliver": ("relay", "dkim")}  # files
LOOK_EVERY = 0.5  # seconds between two looks at whether a part has ended


def serve(
    config: Config = None,
    json_: AsJson = False,
    only: Annotated[str, typer.Option(help=f"Some parts alone: {','.join(PARTS)}")] = ",".join(PARTS),
) -> None:
    """Run the portal until it is told to stop."""
    gc.freeze()  # what was imported stays, and need not be looked through again and again
    settings, parts = settings_of_a_portal(config), tuple(part.strip() for part in only.split(",") if part.strip())
    if faults := faults_of_files(settings, dict.fromkeys(name for part in parts for name in NAMING.get(part, ()))):
        raise BadInput("\n".join(faults))
    with open_house(settings) as opened:
        if not opened.settings.listen.has_judge:
            warn(f"Warning: {NOBODY}")
        service = choose_service(opened, parts)
        try:
            service.start()
        except DoorShut as shut:
            service.stop()
            raise BadInput(ports.explain(shut)) from shut
        told = listen_for_signals()
        base_url = opened.settings.portal.base_url
        tell({"ready": base_url}, f"dialogportal is ready: {base_url}", json_)
        while not told.wait(LOOK_EVERY) and not service.has_lost_part:
            pass
        service.stop()
        if service.has_lost_part:
            raise typer.Exit(1)


def choose_service(house: House, parts: tuple[str, ...]) -> Any:
    """What runs these parts; for pages alone nothing is imported that takes mail apart. Raises BadInput."""
    if parts == (WEB,):
        return Pages(house)
    return import_module("dialogportal.serving").Service(house, parts)
