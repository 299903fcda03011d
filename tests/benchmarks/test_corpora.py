"""Foreign mail: what another library reads in it, and that all of it and mutants of it come to a disposition."""

import json
from contextlib import closing
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest

from benchmarks.corpora import BATCH, SEED, before_its_list, listed_mail, mutants, odd_mail
from benchmarks.mailroom import MailRoom, authors_of
from benchmarks.waiting import count_files
from mailer.sandbox.message import Reading, read_message
from tickets.alignment import normal_address
from tickets.database.models import Disposition
from tickets.database.store import Store
from tickets.portal import Portal

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
MUTANTS = 150  # `python -m benchmarks.corpora` carries 20,000

# Where we differ on purpose from what is expected.
DIFFERENT = {
    "error_emails__content_transfer_encoding_7-bit.eml": "expects UTF-8 read as Latin-1",
    "error_emails__content_transfer_encoding_empty.eml": "is in Big5 and says so nowhere",
    "plain_emails__raw_email_incorrect_header.eml": "expects a broken fold to end the header section, and no author",
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
            told = normal_address(wanted[field]) if field == "from" and wanted[field] else wanted[field]
            differ[field] += [name] if squeezed(found[field]) != squeezed(told) else []

    asked = {field: sum(field in wanted for wanted in expected.values()) for field in differ}
    assert len(differ["subject"]) <= 0.03 * asked["subject"]
    assert len(differ["from"]) <= 0.03 * asked["from"]
    assert len(differ["body"]) <= 0.06 * asked["body"]
    assert {name for names in differ.values() for name in names} <= DIFFERENT.keys()


def _told(reading: Reading) -> dict[str, str]:
    return {"subject": reading.post.subject, "from": reading.post.author.email, "body": reading.text}


@pytest.mark.any_database
@pytest.mark.slow
def test_odd_mail_reports_a_real_list_and_mutants_of_them_all_come_to_a_disposition(
    corpus: Path, store: Store, portal: Portal
) -> None:
    odd = list(odd_mail(corpus))
    listed = [before_its_list(octets) for octets in listed_mail(corpus)]
    messages = [*listed[::80], *odd, *islice(mutants(odd + listed), MUTANTS)]

    with closing(MailRoom(store, portal, authors_of(odd + listed), SEED)) as room:
        for start in range(0, len(messages), BATCH):
            room.carry(messages[start : start + BATCH])
        outcome = room.outcome()

    assert sum(outcome.dispositions.values()) >= len(messages)
    assert (outcome.failures, outcome.tried_again, outcome.faults) == ([], 0, 0)
    assert outcome.dispositions.keys() >= set(Disposition) - {Disposition.QUARANTINED}
    assert 0 < outcome.costliest < 2
    assert outcome.letters > 0


def test_no_number_is_found_in_foreign_mail_and_hardly_a_whole_file_of_it_waits(corpus: Path) -> None:
    counts, found = count_files([*odd_mail(corpus), *islice(listed_mail(corpus), 500)])

    assert found == []
    assert sum(count.files for count in counts.values()) > 400
    assert {kind: count.waiting.total() for kind, count in counts.items() if count.waiting.total() > 3} == {"PDF": 6}
    assert counts["text"].waiting.total() == 0
