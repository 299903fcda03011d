"""Demonstration: the command that shows the portal with an invented year behind it."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated

import typer

from demo.run import DemoWishes, run_demo
from dialogportal.entrance import settings_in
from dialogportal.house import House
from dialogportal.opening import open_house
from dialogportal.serving import running
from dialogportal.settings import Settings
from tickets.database.store import Clock


def demo(
    port: Annotated[int | None, typer.Option(help="Where pages are served; usually 8080, or any that is free.")] = None,
    keep: Annotated[Path | None, typer.Option(help="A directory in which the demonstration lives on.")] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            metavar="FILE",
            help="A settings file whose language, timezone and ports the demonstration takes. It never touches the"
            " database or the mail of that portal, and without this looks at no settings file.",
        ),
    ] = None,
) -> None:
    """Try the portal: invented municipalities with a year of questions behind them."""
    run_demo(open_demo, running, demo_wishes(config), port, keep)


def demo_wishes(config: Path | None) -> DemoWishes:
    """What a settings file says of the demonstration; the defaults, without a file."""
    if config is None:
        return DemoWishes()
    settings = settings_in(config)
    smtp, usual = settings.listen.smtp, DemoWishes()
    return DemoWishes(
        language=settings.portal.language,
        timezone=settings.portal.timezone,
        web_port=int(settings.web.listen.rpartition(":")[2]),
        smtp_port=int(smtp.rpartition(":")[2]) if smtp else usual.smtp_port,
    )


def open_demo(sections: Mapping[str, Mapping[str, object]], clock: Clock) -> AbstractContextManager[House]:
    """The whole house with the demonstration's settings, by section, and its clock."""
    return open_house(Settings.model_validate(sections), clock)
