"""`python -m benchmarks.corpora [MUTANTS]`: foreign mail and mutants of it, carried to what becomes of them.

The mail is in the folder that MAIL_CORPUS names. Each message is an arrival of a real portal that has some of its
authors as members, and is read by the child with its limits. Mutants are seeded, so a finding can be made again.
"""

import gzip
import os
import random
import sys
from collections.abc import Iterator
from contextlib import closing
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.mailroom import MailRoom, Outcome, authors_of
from mailer.history.archives import open_archive
from tickets.database.store import Database
from tickets.database.upgrading import open_store
from tickets.portal import Portal

MUTANTS = 20_000
SEED = 20_180_525
MOST_WOUNDS = 8  # places at which a mutant differs
BATCH = 250  # messages handed over together
MOST_SHOWN = 20  # failures
FRAGMENTS = [
    b"\n", b"\r", b"\r\n\r\n", b"\x00", b"\xff", b"\xc3", b'"', b"(", b")", b"<", b">", b"@", b",", b";", b":", b"=",
    b"=?utf-8?q?=", b"=?utf-8?b?", b"?=", b"=0D=0A", b"--", b"--b\n", b"*0*=", b"*=", b"\\", b"\xe2\x80\xae", b"\x1b",
    b"Content-Type: multipart/mixed; boundary=b\r\n", b"Content-Type: message/rfc822\r\n", b"From: a@b.dk\r\n",
    b"Content-Transfer-Encoding: base64\r\n", b"charset=utf-7", b"charset=utf-16", b"</div>", b"<div>" * 50, b"> " * 50,
]  # fmt: skip


def odd_mail(folder: Path) -> Iterator[bytes]:
    """Odd messages, replies and reports."""
    for name in ("ruby-mail/messages", "talon/messages", "bounces/maildir"):
        for path in sorted((folder / name).rglob("*")):
            if path.is_file():
                octets = path.read_bytes()
                yield gzip.decompress(octets) if path.suffix == ".gz" else octets


def listed_mail(folder: Path) -> Iterator[bytes]:
    """What people wrote to a real list."""
    for path in sorted((folder / "archive").glob("*.mbox.gz")):
        with open_archive(path) as archive:
            for position in range(len(archive)):
                yield archive[position].octets


def before_its_list(octets: bytes) -> bytes:
    """A message without the field by which a list shows that it sent it on: as if its author wrote to us."""
    head, blank, body = octets.partition(b"\n\n")
    kept = [line for line in head.split(b"\n") if not line.lower().startswith(b"precedence:")]
    return b"\n".join(kept) + blank + body


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


def main() -> None:
    """Carry the mail of the folder MAIL_CORPUS through a portal, and print what became of it."""
    folder = os.environ.get("MAIL_CORPUS")
    if not folder:
        sys.exit("MAIL_CORPUS names no folder of foreign mail")
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else MUTANTS
    originals = [*odd_mail(Path(folder)), *listed_mail(Path(folder))]
    written = [before_its_list(octets) for octets in originals]
    again = [ours for ours, theirs in zip(written, originals, strict=True) if ours != theirs]
    source = chain(originals, again, islice(mutants(written), wanted))
    total = len(originals) + len(again) + wanted
    with TemporaryDirectory(prefix="dialogportal-corpora-") as home:
        portal = Portal(domain="example.dk", base_url="https://portal.example.dk", data_dir=Path(home))
        with (
            closing(open_store(Database(), portal.data_dir)) as store,
            closing(MailRoom(store, portal, authors_of(originals), SEED)) as room,
        ):
            for _ in track(range(0, total, BATCH), "Carrying"):
                room.carry(list(islice(source, BATCH)))
            outcome = room.outcome()
    title = (
        f"{len(originals):,} messages, {len(again):,} of them also as they were before their list, {wanted:,} mutants"
    )
    show(outcome, title)
    sys.exit(bool(outcome.faults))


def show(outcome: Outcome, title: str) -> None:
    """Print what became of everything."""
    console = Console()
    became = Table("Disposition", "Reason", "Arrivals", title=title)
    for disposition, count in outcome.dispositions.most_common():
        became.add_row(str(disposition or "none"), "", f"{count:,}", style="bold")
        for (which, reason), among in outcome.reasons.most_common():
            if which == str(disposition) and reason:
                became.add_row("", reason, f"{among:,}")
    odd = Table("Defect", "Arrivals", title="What is odd about them")
    for defect, count in outcome.defects.most_common():
        odd.add_row(defect, f"{count:,}")
    console.print(became, odd)
    console.print(
        f"without a disposition {outcome.dispositions[None]:,}, exceptions {outcome.exceptions:,}, "
        f"over budget and quarantined {outcome.over_budget:,}, settled after a second try {outcome.tried_again:,}; "
        f"the costliest reading took {outcome.costliest:.2f} s of processor time; "
        f"{outcome.letters:,} letters were written, {outcome.broken_letters:,} of them with a bare CR or LF",
        highlight=False,
    )
    for failure in outcome.failures[:MOST_SHOWN]:
        print(failure)


if __name__ == "__main__":
    main()
