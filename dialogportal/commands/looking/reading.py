"""Reading aloud: how the portal reads messages in files, none of which it files."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer

from dialogportal.entrance import AsJson, settings_in
from dialogportal.facts.reasons import terminal_language
from dialogportal.printing import console, plain, print_facts, warn
from dialogportal.settings import Settings
from mailer.authorship.authentication import doubt_author
from mailer.history.archives import Archive, folders_within, open_archive
from mailer.mime.keys import take_keys_out
from mailer.privacy.scrubbing import scrub_post
from mailer.sandbox.framing import Failure
from mailer.sandbox.incoming import Incoming, Unread
from mailer.sandbox.reader import Reader
from templates.grounds import load_reasons
from tickets.database.store import system_clock
from tickets.errors import BadInput
from tickets.reasons import Grounds, Reason

BATCH = 50  # messages read ahead


def read(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Messages: .eml, mbox (also .gz), Maildir.")],
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            metavar="FILE",
            help="The settings file; usually the portal's. Of it counts whose portal it is, since signed"
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
            try:
                for name, found in _read_file(reader, file, settings.listen.authserv_id):
                    facts = describe(name, found, settings, "en" if json_ else terminal_language())
                    failed += facts["author"] is None
                    if json_:
                        print_facts(facts, indent=None)
                    else:
                        _print(facts)
            except BadInput as error:  # the others are read all the same
                warn(str(error))
                failed += 1
    if failed:
        raise typer.Exit(1)


def _read_file(reader: Reader, path: Path, authserv_id: str | None) -> Iterator[tuple[str, Incoming | Failure | None]]:
    warn_of_folders(path)
    with open_archive(path) as archive:
        for start in range(0, len(archive), BATCH):
            batch = range(start, min(start + BATCH, len(archive)))
            now = system_clock()
            unread = [Unread(archive[at].octets, now, came_back=True, authserv_id=authserv_id) for at in batch]
            with reader.read(unread) as ahead:
                for at in batch:
                    yield _name(path, archive, at), ahead.take()


def _name(path: Path, archive: Archive, position: int) -> str:
    """The file in which a message lies; in an mbox of many, which of them it is too."""
    if path.is_dir():
        return str(path / archive.name_of(position))
    return str(path) if len(archive) == 1 else f"{path}, {archive.name_of(position)}"


def describe(file: str, found: Incoming | Failure | None, settings: Settings, language: str = "en") -> dict[str, Any]:
    """What this portal reads in a message; where it cannot be read within the limits, why not."""
    if not isinstance(found, Incoming):
        reason = found.traceback.strip().rpartition("\n")[2] if found else ""
        nothing = dict.fromkeys(("author", "subject", "message_id", "text", "new_text", "folded", "robot", "bounce"))
        return {"file": file, **nothing, "in_reply_to": [], "references": [], "attachments": [], "defects": [reason]}
    post, report = scrub_post(found.reading.post, settings.portal), found.report
    doubt = doubt_author(
        found.reading.authentication_results, settings.listen.authserv_id, None, post.author.email.partition("@")[2]
    )
    if found.voucher and doubt is not Reason.DISOWNED:
        doubt = None
    tell = load_reasons(language)
    return {
        "file": file,
        "author": post.author.email,
        "subject": post.subject,
        "message_id": post.message_id,
        "in_reply_to": post.in_reply_to,
        "references": post.references,
        "text": take_keys_out(found.reading.text, settings.portal),
        "new_text": post.text,
        "folded": post.folded,
        "attachments": [{"name": one.name, "type": one.type, "size": one.size} for one in post.attached],
        "robot": tell(post.robot),
        "bounce": report and {"recipient": report.recipient, "kind": report.kind, "status": report.status},
        "defects": [*post.defects, *([tell(Grounds(doubt))] if doubt else [])],
    }


def _print(facts: dict[str, Any]) -> None:
    console.rule(plain(facts["file"]), align="left")
    for name in ("author", "subject", "message_id", "in_reply_to", "references", "robot", "bounce", "defects"):
        value = facts[name]
        if isinstance(value, dict):
            value = [f"{key} {one}" for key, one in value.items() if one]
        if value:
            told = value if isinstance(value, str) else ", ".join(map(str, value))
            console.print(f"[bold]{name.replace('_', '-')}[/]: {plain(told)}", highlight=False, soft_wrap=True)
    for one in facts["attachments"]:
        told = f"{one['name']} ({one['type']}, {one['size']:,} octets)"
        console.print(f"[bold]attachment[/]: {plain(told)}", highlight=False, soft_wrap=True)
    console.print()
    console.print(plain(facts["new_text"] or ""), highlight=False, soft_wrap=True)
    for line in (facts["folded"] or "").splitlines():
        console.print(f"[dim]| {plain(line)}[/]", highlight=False, soft_wrap=True)


def warn_of_folders(path: Path) -> None:
    """Tell which folders of a Maildir are not read with it."""
    if within := folders_within(path):
        warn(f"{path} has folders that are not read with it; name those you want: {', '.join(within)}")
