"""Letters: the command that writes all kinds of them to files, to be looked at."""

from pathlib import Path
from typing import Annotated

import typer

from dialogportal.entrance import AsJson, Config, settings_in
from dialogportal.printing import counted, tell
from mailer.letters.previewing import write_previews


def letters(
    preview: Annotated[Path, typer.Option(help="The folder to write them to; it is made if there is none.")],
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Write every kind of letter, with invented contents, in both languages, as HTML and as text."""
    written = write_previews(preview, settings_in(config).portal.timezone)
    tell({"files": len(written), "folder": str(preview)}, f"{counted(len(written), 'file')} in {preview}", json_)
