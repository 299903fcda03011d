"""Reading aloud: how the portal reads messages in files, none of which it files."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from dialogportal.printing import AsJson, console, settings_in
from dialogportal.settings import Settings
from mailer.archives import GZIP, Archive, open_archive
from mailer.authentication import doubt_author
from mailer.incoming import Failure, Incoming, Unread
from mailer.privacy import scrub_own_addresses, scrub_post
from mailer.reader import Reader
from tickets.errors import BadInput
from tickets.holding import LARGEST_HEADER
from tickets.parts import parse
from tickets.store import system_clock

BATCH = 50  # messages read ahead
ARCHIVED = (GZIP, b"From ")  # how a file begins that holds many messages

Named = list[tuple[str, Callable[[], bytes]]]


def read(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Messages: .eml, mbox (also .gz), Maildir.")],
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            help="The settings file; usually ./dialogportal.toml. Of it counts whose portal it is, since signed"
            " addresses are taken out of the text, and whose word is taken for who the author is (authserv_id).",
        ),
    ] = None,
    json_: AsJson = False,
) -> None:
    """Show how the portal reads messages, without filing them; with --json a line for each."""
    settings = settings_in(config)
    failed = 0
    with closing(Reader()) as reader:
        for file in files:
            if _is_no_mail(file):
                told = f"{file} is no mail: it has no header fields, such as From: or Subject:"
                Console(stderr=True).print(escape(told), style="red", highlight=False, soft_wrap=True)
                failed += 1
                continue
            for name, found in _read_file(reader, file):
                facts = describe(name, found, settings)
                failed += facts["author"] is None
                if json_:
                    print(json.dumps(facts, ensure_ascii=False))
                else:
                    _print(facts)
    if failed:
        raise typer.Exit(1)


def _is_no_mail(path: Path) -> bool:
    """Whether a file is neither an mbox nor begins with one header field. Raises BadInput if it cannot be read."""
    if path.is_dir():
        return False
    octets = _beginning_of(path, LARGEST_HEADER)
    return not octets.startswith(ARCHIVED) and not parse(octets).keys()


def _beginning_of(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as opened:
            return opened.read(most)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror or error}") from error


def _read_file(reader: Reader, path: Path) -> Iterator[tuple[str, Incoming | Failure | None]]:
    with _open(path) as messages:
        for start in range(0, len(messages), BATCH):
            batch = messages[start : start + BATCH]
            now = system_clock()
            with reader.read([Unread(octets(), now, came_back=True) for _, octets in batch]) as ahead:
                for name, _ in batch:
                    yield name, ahead.take()


@contextmanager
def _open(path: Path) -> Iterator[Named]:
    """The messages in a file or a Maildir, by their names. Raises BadInput if it cannot be read."""
    if not path.is_dir() and not _beginning_of(path, 5).startswith(ARCHIVED):
        yield [(str(path), path.read_bytes)]
        return
    with open_archive(path) as archive:
        yield [(_name(path, archive, at), partial(_octets_at, archive, at)) for at in range(len(archive))]


def _name(path: Path, archive: Archive, position: int) -> str:
    """The file in which a message lies; in an mbox of many, which of them it is too."""
    if path.is_dir():
        return str(path / archive.name_of(position))
    return str(path) if len(archive) == 1 else f"{path}, {archive.name_of(position)}"


def _octets_at(archive: Archive, position: int) -> bytes:
    return archive[position].octets


def describe(file: str, found: Incoming | Failure | None, settings: Settings) -> dict[str, Any]:
    """What this portal reads in a message; where it cannot be read within the limits, why not."""
    if not isinstance(found, Incoming):
        reason = found.traceback.strip().rpartition("\n")[2] if found else ""
        nothing = dict.fromkeys(("author", "subject", "message_id", "text", "new_text", "folded", "robot", "bounce"))
        return {"file": file, **nothing, "in_reply_to": [], "references": [], "attachments": [], "defects": [reason]}
    post, report = scrub_post(found.reading.post, settings.portal), found.report
    doubt = doubt_author(
        found.reading.authentication_results, settings.listen.authserv_id, None, post.author.email.partition("@")[2]
    )
    return {
        "file": file,
        "author": post.author.email,
        "subject": post.subject,
        "message_id": post.message_id,
        "in_reply_to": post.in_reply_to,
        "references": post.references,
        "text": scrub_own_addresses(found.reading.text, settings.portal),
        "new_text": post.text,
        "folded": post.quoted,
        "attachments": [{"name": one.name, "type": one.type, "size": one.size} for one in post.attached],
        "robot": post.robot,
        "bounce": report and {"recipient": report.recipient, "kind": report.kind, "status": report.status},
        "defects": [*post.defects, *([doubt] if doubt else [])],
    }


def _print(facts: dict[str, Any]) -> None:
    console.rule(escape(facts["file"]), align="left")
    for name in ("author", "subject", "message_id", "in_reply_to", "references", "robot", "bounce", "defects"):
        value = facts[name]
        if isinstance(value, dict):
            value = [f"{key} {one}" for key, one in value.items() if one]
        if value:
            told = value if isinstance(value, str) else ", ".join(map(str, value))
            console.print(f"[bold]{name.replace('_', '-')}[/]: {escape(told)}", highlight=False, soft_wrap=True)
    for one in facts["attachments"]:
        told = f"{one['name']} ({one['type']}, {one['size']:,} octets)"
        console.print(f"[bold]attachment[/]: {escape(told)}", highlight=False, soft_wrap=True)
    console.print()
    console.print(escape(facts["new_text"] or ""), highlight=False, soft_wrap=True)
    for line in (facts["folded"] or "").splitlines():
        console.print(f"[dim]| {escape(line)}[/]", highlight=False, soft_wrap=True)
