"""Foreign mail: what another library reads in it, and that nothing in it, nor in mutants of it, costs too much."""

import json
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from benchmarks.corpora import foreign_mail, mutants, read_all
from mailer.message import Reading, read_message

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
MUTANTS = 300  # `python -m benchmarks.corpora` reads 20,000

# Where we differ on purpose from what is expected.
DIFFERENT = {
    "error_emails__content_transfer_encoding_7-bit.eml": "expects UTF-8 read as Latin-1",
    "error_emails__content_transfer_encoding_plain.eml": "expects undeclared letters dropped",
    "error_emails__invalid_subject_characters.eml": "expects the letters of Latin-1 dropped",
    "plain_emails__raw_email6.eml": "expects the letters of Latin-1 dropped",
    "attachment_emails__attachment_message_rfc822.eml": "expects no word of who wrote the attached message",
    "plain_emails__mix_caps_content_type.eml": "expects a name before the address",
    "rfc2822__example10.eml": "expects an author whose address has comments in it; we take nobody for them",
}


def squeezed(text: str | None) -> str:
    return "".join((text or "").split()).lower()


def test_odd_messages_read_as_another_library_reads_them(corpus: Path) -> None:
    """Counted over the messages for which the field is expected; white space and case aside."""
    expected: dict[str, dict[str, str]] = json.loads((corpus / "ruby-mail/expected.json").read_text())

    differ: dict[str, list[str]] = {"subject": [], "from": [], "body": []}
    for name, wanted in expected.items():
        found = _told(read_message((corpus / "ruby-mail/messages" / name).read_bytes(), NOW))
        for field in differ.keys() & wanted.keys():
            differ[field] += [name] if squeezed(found[field]) != squeezed(wanted[field]) else []

    asked = {field: sum(field in wanted for wanted in expected.values()) for field in differ}
    assert len(differ["subject"]) <= 0.03 * asked["subject"]
    assert len(differ["from"]) <= 0.03 * asked["from"]
    assert len(differ["body"]) <= 0.05 * asked["body"]
    assert {name for names in differ.values() for name in names} <= DIFFERENT.keys()


def _told(reading: Reading) -> dict[str, str]:
    return {"subject": reading.post.subject, "from": reading.post.author.email, "body": reading.text}


def test_every_odd_message_and_report_is_read_within_its_limits(corpus: Path) -> None:
    odd = [octets for name in ("ruby-mail", "talon", "bounces") for octets in _mail_in(corpus / name)]

    tally = read_all(odd)

    assert (tally.read, tally.failures) == (len(odd), [])


def test_a_sample_of_a_real_list_and_mutants_of_everything_are_read_within_their_limits(corpus: Path) -> None:
    originals = list(foreign_mail(corpus))
    messages = [*originals[::20], *islice(mutants(originals), MUTANTS)]

    tally = read_all(messages)

    assert (tally.read, tally.failures) == (len(messages), [])


def _mail_in(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".json"]
