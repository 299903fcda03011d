"""`python -m benchmarks.fuzz [SECONDS [FOLDER…]]`: coverage-guided fuzzing of what reads foreign octets, by atheris.

Install the extra `fuzz` for it. What it finds is kept as a test before it is mended.
"""

import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["mailer", "mailer.mime"]):
    from mailer.addresses import Directory, Purpose
    from mailer.authorship.authentication import is_authentic
    from mailer.mime import cms, tnef
    from mailer.mime.parts import open_part
    from mailer.reading.mailboxes import read_mailboxes
    from mailer.reading.reports import read_report
    from mailer.sandbox.message import read_message
    from mailer.texts.leadins import MARK
    from mailer.texts.plaintext import html_to_text, mark_as_html
    from mailer.texts.quoting import fold, fold_forward
    from tickets.database.models import MailingList
    from tickets.errors import UnknownAddress
    from tickets.numbers.cpr import find_cpr, mask_cpr
    from tickets.tokens import Signer

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
MESSAGES = Path(__file__).parent.parent / "tests" / "messages"
USUAL_SECONDS = 300
LONGEST_FOLDING = 1.0  # seconds of processor time, for a few kilobytes
LISTS = tuple(
    MailingList(id=number, name=name, prefix=name.upper(), address=f"{name}@example.dk", created_at=NOW)
    for number, name in enumerate(("db-data", "db", "x"), 1)
)
DIRECTORY = Directory("example.dk", Signer(b"a secret that nobody guesses"), LISTS)


def read_octets(octets: bytes) -> None:
    """Read octets as whatever the first of them chooses; nothing may be raised, no text lost, nobody made up."""
    choice, rest = octets[:1], octets[1:]
    text = rest.decode("utf-8", "replace")
    if choice == b"a":
        for box in read_mailboxes(text).mailboxes:
            assert box.email.count("@") == 1
    elif choice == b"b":
        read_report(rest)
    elif choice == b"c":
        assert not find_cpr(mask_cpr(text))
    elif choice == b"d":
        find_unsigned(text)
    elif choice == b"h":
        html_to_text(text)
    elif choice == b"q":
        fold_whole(text)
    elif choice == b"s":
        cms.signed_content(rest)
        cms.is_encrypted(rest)
    elif choice == b"t":
        tnef.unwrap(rest)
    elif choice == b"v":
        is_authentic((text, text), "mx.example.dk", "example.org")
    else:
        post = read_message(octets, NOW).post
        f"{post.subject}{post.text}{post.folded}{post.author.name}".encode()
        for file in post.files:
            assert len(open_part(octets, file.part)) == file.size


def fold_whole(text: str) -> None:
    """Fold a text, beside an HTML part if one follows a NUL; nothing is lost or doubled, nothing takes long."""
    plain, _, html = text.replace(MARK, "").partition("\0")
    started = time.process_time()
    marked = mark_as_html(plain, html)
    for folding in (fold, fold_forward):
        new, *old = folding(marked)
        assert sorted(written("\n".join([new, *old]))) == sorted(written(plain))
        assert is_part_in_order(written(new), written(plain))
        assert all(is_part_in_order(written(one), written(plain)) for one in old)
        assert bool(new.strip()) == bool(plain.strip())
    assert time.process_time() - started < LONGEST_FOLDING


def written(text: str) -> list[str]:
    """The lines of a text that are not empty."""
    return [line for line in text.split("\n") if line.strip()]


def is_part_in_order(part: list[str], whole: list[str]) -> bool:
    """Whether all lines of a part stand in the whole, in the same order."""
    rest = iter(whole)
    return all(line in rest for line in part)


def find_unsigned(address: str) -> None:
    """What lives at an address that nobody signed: no reply, no decision and no return path of a delivery."""
    for one in (address, f"{address}@example.dk", f"db+{address}@example.dk"):
        try:
            found = DIRECTORY.find_destination(one)
        except UnknownAddress:
            continue
        assert found.purpose not in (Purpose.REPLY, Purpose.DECISION, Purpose.BOUNCE)
        assert (found.person_key, found.delivery_key, found.proposal_key) == (None, None, None)


def main() -> None:
    """Fuzz for as many seconds as the first argument says, with seeds from the folders behind it."""
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else USUAL_SECONDS
    # What is new goes into the first of the folders; what is found, beside where this was started.
    folders = [tempfile.mkdtemp(prefix="fuzz-"), str(MESSAGES), *sys.argv[2:]]
    limits = [f"-max_total_time={seconds}", "-max_len=4096", "-timeout=5"]
    atheris.Setup([sys.argv[0], *limits, *folders], read_octets)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
