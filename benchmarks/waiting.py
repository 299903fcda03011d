"""`python -m benchmarks.waiting`: how many harmless files of foreign mail wait for their authors, by kind, each named.

The mail is in the folder that MAIL_CORPUS names; nobody's civil registration number stands in it, so every file that
waits does so because it could not be looked into, and every number that is found is none.
"""

import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.corpora import listed_mail, odd_mail
from mailer.privacy.findings import Where
from mailer.sandbox.message import read_message

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
MOST_NAMED = 6  # files of a kind
KINDS = {  # by what a type begins with
    "image/": "picture", "audio/": "sound", "video/": "film", "text/": "text", "message/": "message or report",
    "multipart/": "message or report", "application/pdf": "PDF", "application/pgp-": "signature",
    "application/pkcs7": "signature", "application/x-pkcs7": "signature", "application/ms-tnef": "winmail.dat",
}  # fmt: skip
ENDINGS = {
    "png": "picture", "jpg": "picture", "mp3": "sound", "gz": "packed", "doc": "office", "docx": "office",
    "xlsx": "office", "pdf": "PDF", "patch": "text", "vcf": "text",
}  # fmt: skip


@dataclass
class Count:
    """What became of the files of one kind."""

    files: int = 0
    waiting: Counter[str] = field(default_factory=Counter)  # by name and why


def kind_of(kind: str, name: str) -> str:
    """The kind of a file as people call it, by its type and else by its ending."""
    told = next((called for start, called in KINDS.items() if kind.startswith(start)), "")
    return told or ENDINGS.get(name.lower().rpartition(".")[2], "other")


def mail_in(folder: Path) -> list[bytes]:
    """Every message of the folder, the small cases among them."""
    cases = [path.read_bytes() for path in sorted((folder / "cases").rglob("*.eml"))]
    return [*odd_mail(folder), *listed_mail(folder), *cases]


def count_files(messages: Iterator[bytes] | list[bytes]) -> tuple[dict[str, Count], list[str]]:
    """The files of these messages by kind, and where a number was found, which there is none."""
    counts: dict[str, Count] = {}
    found: list[str] = []
    for octets in messages:
        reading = read_message(octets, NOW)
        kinds = {file.part: kind_of(file.type, file.name) for file in reading.post.files}
        for kind in kinds.values():
            counts.setdefault(kind, Count()).files += 1
        for finding in reading.findings:
            if finding.where is Where.UNREAD and finding.part is not None:
                counts[kinds[finding.part]].waiting[f"{finding.name} ({finding.why})"] += 1
            else:
                found.append(f"{reading.post.message_id}: {finding.where} {finding.name}")
    return counts, found


def main() -> None:
    """Measure how long mail waits behind that of the folder MAIL_CORPUS."""
    folder = os.environ.get("MAIL_CORPUS")
    if not folder:
        sys.exit("MAIL_CORPUS names no folder of foreign mail")
    messages = mail_in(Path(folder))
    counts, found = count_files(track(messages, "Reading"))  # type: ignore[arg-type]
    table = Table("Kind", "Files", "Waiting", "Which", title=f"Files of {len(messages):,} messages")
    for kind, count in sorted(counts.items(), key=lambda one: -one[1].files):
        named = ", ".join(f"{name} × {times}" for name, times in count.waiting.most_common(MOST_NAMED))
        table.add_row(kind, f"{count.files:,}", f"{count.waiting.total():,}", named)
    console = Console()
    console.print(table)
    console.print(f"numbers found: {len(found)}", *found, sep="\n", highlight=False)


if __name__ == "__main__":
    main()
