"""Keys with which letters are signed (DKIM, RFC 6376)."""

from pathlib import Path
from typing import Annotated

import typer

from dialogportal.entrance import AsJson, Config, settings_of_a_portal
from dialogportal.printing import print_facts, say
from mailer.delivery.signing import make_key, write_key
from tickets.errors import BadInput

ADVICE = """A key lies in {path}; only you can read it. Two things make it count:

1. DNS gets this record (TXT), in pieces of at most 255 characters where your provider asks for that:

{name}  {record}

2. dialogportal.toml gets this section, and the portal is started again:

[dkim]
selector = "{selector}"
key_file = "{path}"

`dialogportal check` then compares the two."""


def new(
    selector: Annotated[str, typer.Option(help="The name of the key in DNS, before ._domainkey.")] = "portal",
    file: Annotated[Path | None, typer.Option(help="Where the key is kept.", metavar="FILE")] = None,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Make a key for signing letters, and print the record that DNS needs."""
    settings = settings_of_a_portal(config)
    if not selector.replace("-", "").isalnum() or not selector.isascii() or selector != selector.lower():
        raise BadInput(f"{selector!r} is no selector: use a-z, 0-9 and hyphens, as in portal-2026")
    path = (file or settings.portal.data_dir / f"dkim-{selector}.pem").absolute()
    key = make_key(selector, settings.portal.domain)
    write_key(key, path)
    if json_:
        print_facts({"file": str(path), "name": key.name, "record": key.record})
    else:
        say(ADVICE.format(path=path, name=key.name, record=key.record, selector=selector))
