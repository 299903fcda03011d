"""Whether a server's word on authors can be relied on is read from the mail that came lately."""

import math
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from dialogportal.doctor.remark import Remark
from dialogportal.doctor.vouching import check_authors
from mailer.authorship.nameservers import Questions
from mailer.authorship.server_word import read_server_word
from mailer.intake.entrances import Listen
from support.builders import a_list, a_message, store_content
from support.children import WORKSHOP
from tickets.database.models import Arrival

OURS = "Authentication-Results: mx.example.dk; dmarc=pass header.from=proevested.example.dk"
SPF = "Authentication-Results: mx.example.dk; spf=pass smtp.mailfrom=mette@proevested.example.dk"
DKIM = "Authentication-Results: mx.example.dk;\n dkim=pass header.d=a.example.dk;\n dkim=fail header.d=b.example.dk"
OTHERS = "Authentication-Results: mx.proevested.example.dk; dkim=pass header.d=proevested.example.dk"
HOP = "Received: from a by b; Mon, 23 Nov 2026 07:55:00 +0100"
RECENTLY = timedelta(hours=1)


def arrive(session: Session, at: datetime, *fields: str, recipients: int = 1) -> None:
    octets = "\n".join([*fields, ""]).encode() + bytes(a_message())
    key = store_content(session, octets, at)
    for number in range(recipients):
        session.add(
            Arrival(
                content_key=key, recipient=f"{number}@example.dk", return_path="", door="smtp", received_at=at,
                next_attempt_at=at,
            )
        )  # fmt: skip
    session.flush()


def look(session: Session, now: datetime, authserv_id: str = "mx.example.dk", **listen: str) -> Remark:
    settings = Listen.model_validate({"authserv_id": authserv_id} | listen)
    return check_authors(session, settings, "example.dk", Questions(-math.inf), WORKSHOP, now)


@pytest.mark.alike
@pytest.mark.parametrize(
    "fields",
    [(OURS,), (HOP, OURS), (OURS, HOP), (HOP, SPF, OURS), (DKIM, SPF, OURS, HOP), (OURS, HOP, HOP),
     (OURS, OTHERS), (OURS, HOP, OTHERS, HOP)],
)  # fmt: skip
def test_a_server_that_writes_into_all_mail_and_lets_nobody_write_in_its_name_is_relied_on(
    session: Session, now: datetime, fields: tuple[str, ...]
) -> None:
    a_list(session)
    for number in range(5):
        arrive(session, now - RECENTLY, f"X-Number: {number}", *fields)

    finding = look(session, now)

    assert (finding.is_well, finding.is_warning) == (True, False)
    assert "the last 5 mails" in finding.told


@pytest.mark.parametrize("fields", [(), (HOP,), (OTHERS,), (HOP, OTHERS, HOP), (OTHERS, OURS)])
def test_a_name_that_no_mail_carries_on_top_is_wrong(session: Session, now: datetime, fields: tuple[str, ...]) -> None:
    arrive(session, now - RECENTLY, *fields)

    finding = look(session, now)

    assert not finding.is_well
    assert "none of the last 1 mail" in finding.told


def test_the_server_that_does_write_is_named(session: Session, now: datetime) -> None:
    arrive(session, now - RECENTLY, HOP, OTHERS)

    assert "Set [listen] authserv_id to mx.proevested.example.dk if" in look(session, now).told


@pytest.mark.alike
@pytest.mark.parametrize(
    "fields",
    [(OURS, OURS), (HOP, OURS, HOP, OURS), (OURS, HOP, SPF), (HOP, DKIM, OURS, HOP, OTHERS, OURS), (OURS, OTHERS, OURS),
     (OURS.replace("mx.example", "MX.Example"), HOP, OURS)],
)  # fmt: skip
def test_a_server_that_lets_strangers_write_in_its_name_is_wrong(
    session: Session, now: datetime, fields: tuple[str, ...]
) -> None:
    for number in range(9):
        arrive(session, now - RECENTLY, f"X-Number: {number}", OURS)
    arrive(session, now - RECENTLY, *fields)

    finding = look(session, now)

    assert not finding.is_well
    assert "strangers can write as mx.example.dk" in finding.told
    assert "in 1 of the last 10 mails" in finding.told


@pytest.mark.parametrize(("carried", "bare", "is_well"), [(1, 9, False), (4, 6, False), (6, 4, True), (9, 1, True)])
def test_a_name_that_only_some_mail_carries_may_be_strangers_own(
    session: Session, now: datetime, carried: int, bare: int, is_well: bool
) -> None:
    """With no server that writes it, what carries it is what forgers sent."""
    for number in range(carried):
        arrive(session, now - RECENTLY, f"X-Number: {number}", HOP, OURS)
    for number in range(bare):
        arrive(session, now - RECENTLY, f"X-Bare: {number}", HOP)

    finding = look(session, now)

    assert (finding.is_well, finding.is_warning) == (is_well, is_well)
    assert f"only {carried} of the last 10 mails" in finding.told


def test_where_no_mail_came_lately_one_is_asked_for(session: Session, now: datetime) -> None:
    arrive(session, now - timedelta(days=40), HOP)

    finding = look(session, now)

    assert (finding.is_well, finding.is_warning) == (True, True)
    assert "send one from outside" in finding.told


def test_a_mail_to_many_counts_once_and_the_newest_count_alone(session: Session, now: datetime) -> None:
    for number in range(60):
        arrive(session, now - 2 * RECENTLY, f"X-Old: {number}")
    for number in range(50):
        arrive(session, now - RECENTLY, f"X-New: {number}", OURS, recipients=2)

    finding = look(session, now)

    assert (finding.is_well, finding.is_warning) == (True, False)
    assert "the last 50 mails" in finding.told


def test_exchange_online_is_known_by_a_field_without_a_name(session: Session, now: datetime) -> None:
    arrive(session, now - RECENTLY, "Authentication-Results: spf=pass smtp.mailfrom=a.dk; dmarc=pass header.from=a.dk")

    assert look(session, now, "exchange-online").is_well
    assert not look(session, now).is_well


@pytest.mark.parametrize("field", ["", "Authentication-Results:", "Authentication-Results: ;;;(((", "Received" * 2000])
def test_a_head_that_makes_no_sense_carries_no_name(field: str) -> None:
    top = read_server_word(f"{field}\n\n".encode(), "mx.example.dk")

    assert (top.is_trusted, top.is_forged) == (False, False)


@pytest.mark.alike
@pytest.mark.parametrize(
    ("smtp", "is_warning"),
    [("127.0.0.1:8025", False), ("[::1]:8025", False), ("localhost:8025", False), ("10.0.0.5:25", False),
     ("0.0.0.0:25", True), ("[::]:25", True), ("192.0.3.7:25", True), ("mx.example.dk:25", True)],
)  # fmt: skip
def test_a_door_that_strangers_may_reach_is_told_where_a_servers_word_is_taken(
    session: Session, now: datetime, smtp: str, is_warning: bool
) -> None:
    arrive(session, now - RECENTLY, OURS)

    finding = look(session, now, smtp=smtp)

    assert (finding.is_well, finding.is_warning) == (True, is_warning)


@pytest.mark.parametrize(
    ("listen", "who"),
    [({}, "nobody"), ({"authserv_id": "mx.example.dk"}, "mx.example.dk"), ({"verify": True}, "signatures"),
     ({"verify": "dmarc"}, "dmarc")],
)  # fmt: skip
def test_who_vouches_is_one_word(listen: dict[str, object], who: str) -> None:
    assert Listen.model_validate(listen).judge == who
