"""`python -m benchmarks.corpora`: foreign mail and mutants of it, read within the limits; a table of what is odd.

The mail is in the folder that MAIL_CORPUS names. Mutants are seeded, so a finding can be made again.
"""

import gzip
import os
import random
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from mailer.archives import open_archive
from mailer.incoming import Failure, Incoming, Unread
from mailer.reader import Reader

MUTANTS = 20_000
SEED = 20_180_525
MOST_WOUNDS = 8  # places at which a mutant differs
READ_AHEAD = 50
NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
FRAGMENTS = [
    b"\n", b"\r", b"\r\n\r\n", b"\x00", b"\xff", b"\xc3", b'"', b"(", b")", b"<", b">", b"@", b",", b";", b":", b"=",
    b"=?utf-8?q?=", b"=?utf-8?b?", b"?=", b"=0D=0A", b"--", b"--b\n", b"*0*=", b"*=", b"\\", b"\xe2\x80\xae", b"\x1b",
    b"Content-Type: multipart/mixed; boundary=b\r\n", b"Content-Type: message/rfc822\r\n", b"From: a@b.dk\r\n",
    b"Content-Transfer-Encoding: base64\r\n", b"charset=utf-7", b"charset=utf-16", b"</div>", b"<div>" * 50, b"> " * 50,
]  # fmt: skip


@dataclass
class Tally:
    """What became of the messages that were read."""

    read: int = 0
    failures: list[str] = field(default_factory=list)
    defects: Counter[str] = field(default_factory=Counter)


def foreign_mail(folder: Path) -> Iterator[bytes]:
    """Every message of the corpora: odd ones, reports, replies, a real list."""
    for name in ("ruby-mail/messages", "talon/messages", "bounces/maildir"):
        for path in sorted((folder / name).rglob("*")):
            if path.is_file():
                octets = path.read_bytes()
                yield gzip.decompress(octets) if path.suffix == ".gz" else octets
    for path in sorted((folder / "archive").glob("*.mbox.gz")):
        with open_archive(path) as archive:
            for position in range(len(archive)):
                yield archive[position].octets


def mutants(originals: list[bytes], seed: int = SEED) -> Iterator[bytes]:
    """Messages with something put in, cut out, doubled or moved, without end."""
    chance = random.Random(seed)
    while True:
        octets = bytearray(chance.choice(originals))
        for _ in range(chance.randint(1, MOST_WOUNDS)):
            place, size = chance.randrange(len(octets) + 1), chance.choice((0, 1, 2, 3, 40, 400))
            piece = octets[place : place + size]
            start = chance.randrange(len(octets) + 1)
            octets[place : place + size] = chance.choice(
                (chance.choice(FRAGMENTS), piece * 3, octets[start : start + 200])
            )
        yield bytes(octets)


def read_all(messages: list[bytes]) -> Tally:
    """Read messages as the portal does, within its limits, each as a report too."""
    tally = Tally()
    with closing(Reader()) as reader:
        for start in range(0, len(messages), READ_AHEAD):
            batch = messages[start : start + READ_AHEAD]
            with reader.read([Unread(octets, NOW, came_back=True) for octets in batch]) as ahead:
                for _ in batch:
                    _count(tally, ahead.take())
    return tally


def _count(tally: Tally, found: Incoming | Failure | None) -> None:
    tally.read += 1
    if isinstance(found, Incoming):
        tally.defects.update(set(found.reading.post.defects))
    elif found is not None:
        tally.failures.append(found.traceback)


def main() -> None:
    folder = os.environ.get("MAIL_CORPUS")
    if not folder:
        sys.exit("MAIL_CORPUS names no folder of foreign mail")
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else MUTANTS
    originals = list(foreign_mail(Path(folder)))
    source = mutants(originals)
    total = read_all(originals)
    for _ in track(range(0, wanted, 1_000), "Reading mutants"):
        one = read_all(list(islice(source, min(1_000, wanted))))
        total.read += one.read
        total.failures += one.failures
        total.defects += one.defects
    table = Table(
        "Defect", "Messages", title=f"{len(originals):,} messages and {total.read - len(originals):,} mutants"
    )
    for defect, count in total.defects.most_common():
        table.add_row(defect, f"{count:,}")
    table.add_row("could not be read within the limits", f"{len(total.failures):,}")
    Console().print(table)
    for failure in total.failures[:20]:
        print(failure)
    sys.exit(bool(total.failures))


if __name__ == "__main__":
    main()
