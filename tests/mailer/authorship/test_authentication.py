"""Whose word counts on who wrote a message: the matrix of what servers say, and of what others make them say."""

import re
from datetime import UTC, datetime

import authres
import pytest

from mailer.authorship.authentication import (
    NO_ID,
    AuthenticationResult,
    Checked,
    doubt_author,
    is_authentic,
    is_disowned,
    read_results,
)
from mailer.authorship.vouching import DKIM, Voucher
from mailer.sandbox.message import read_message
from support.timing import costing_at_most
from tickets.reasons import Reason

MX = "mx.example.dk"
DOMAIN = "proevested.example.dk"
EXCHANGE = (
    "spf=pass (sender IP is 192.0.2.1)\r\n smtp.mailfrom=proevested.example.dk; "
    "dkim=pass (signature was verified)\r\n header.d=proevested.example.dk;"
    "dmarc=pass action=none\r\n header.from=proevested.example.dk;compauth=pass reason=100"
)

PASSES = [
    f"{MX}; dmarc=pass header.from={DOMAIN}",
    f"{MX}; dmarc=pass (p=reject dis=none) header.from={DOMAIN}",
    f"{MX.upper()}; DMARC=Pass Header.From={DOMAIN.upper()}",
    f"{MX} 1; dmarc=pass header.from={DOMAIN}",
    f'"{MX}"; dmarc=pass header.from="{DOMAIN}"',
    f"{MX}; dkim=pass header.d={DOMAIN}",
    f"{MX}; dkim=pass header.i=@{DOMAIN}",
    f"{MX}; dkim=pass header.i=mette@{DOMAIN} header.s=s1 header.b=abc/+=",
    f"{MX}; dkim/1=pass header.d={DOMAIN}",
    f"{MX}; dkim = pass header.d = {DOMAIN}",
    f"{MX}; dkim=pass (2048-bit key; unprotected) header.d={DOMAIN}",
    f"{MX}; dkim=pass (a (nested (comment) here)) header.d={DOMAIN}",
    f'{MX}; dkim=pass reason="good; signature" header.d={DOMAIN}',
    f"{MX}; spf=pass smtp.mailfrom=mette@{DOMAIN}",
    f"{MX}; spf=pass smtp.mailfrom={DOMAIN}",
    f'{MX}; spf=pass (sender) smtp.mailfrom="mette"@{DOMAIN}',
    f"{MX}; spf=fail smtp.mailfrom=x@example.org; dkim=pass header.d={DOMAIN}",
    f"{MX}; dkim=fail header.d=example.org; dkim=pass header.d={DOMAIN}",
    f"{MX} (our own server);\r\n\tdkim=none;\r\n\tspf=pass smtp.mailfrom={DOMAIN}",
    f"(comment first) {MX}; dmarc=pass header.from={DOMAIN}",
    f"{MX}; dmarc=pass) header.from={DOMAIN}".replace("pass)", "pass )"),
]
FAILS = [
    "",
    MX,
    f"{MX};",
    f"{MX}; none",
    f"{MX}; dmarc=fail header.from={DOMAIN}",
    f"{MX}; dmarc=none header.from={DOMAIN}",
    f"{MX}; dmarc=bestguesspass header.from={DOMAIN}",
    f"{MX}; dmarc=pass header.from=example.org",
    f"{MX}; dmarc=pass header.from=x{DOMAIN}",
    f"{MX}; dmarc=pass header.from={DOMAIN}.example.org",
    f"{MX}; dmarc=pass",
    f"{MX}; dmarc=pass header.from={DOMAIN} header.from=example.org",
    f"{MX}; dkim=pass header.d={DOMAIN}; dmarc=fail header.from={DOMAIN}",
    f"{MX}; dkim=pass header.d=example.org",
    f"{MX}; dkim=pass header.d=dk",
    f"{MX}; dkim=pass header.d=example.dk header.i=@example.dk",
    f"{MX}; dkim=pass header.d=mail.{DOMAIN}",
    f"{MX}; spf=pass smtp.mailfrom=post@example.dk",
    f"{MX}; spf=pass smtp.mailfrom=bounce.{DOMAIN}",
    f"{MX}; dmarc=pass header.from=example.dk",
    f"{MX}; spf=pass smtp.mailfrom={DOMAIN}; compauth=fail reason=001",
    f"{MX}; dkim=pass",
    f"{MX}; dkim=fail header.d={DOMAIN}",
    f"{MX}; dkim=neutral header.d={DOMAIN}",
    f"{MX}; dkim=temperror header.d={DOMAIN}",
    f"{MX}; dkim=passed header.d={DOMAIN}",
    f"{MX}; x-dkim=pass header.d={DOMAIN}",
    f"{MX}; dkim=fail (dkim=pass header.d={DOMAIN}) header.d=example.org",
    f"{MX}; dkim=pass (header.d={DOMAIN}) header.d=example.org",
    f"{MX}; spf=softfail smtp.mailfrom={DOMAIN}",
    f"{MX}; spf=pass smtp.helo={DOMAIN}",
    f"{MX}; spf=pass smtp.mailfrom={DOMAIN}@example.org",
    f'{MX}; spf=pass smtp.mailfrom="dkim=pass header.d={DOMAIN}"@example.org',
    f'{MX}; spf=pass smtp.mailfrom="a;dkim=pass header.d={DOMAIN}"@example.org',
    f'{MX}; dkim=pass reason="x header.d={DOMAIN} y" header.i=@example.org',
    f'{MX}; dkim=pass reason="header.d={DOMAIN}"',
    f'{MX}; dkim=pass x=a"b header.d={DOMAIN} "',
    f'{MX}; dkim=pass header.d="{DOMAIN}',
    f'{MX}; spf=pass x="a smtp.mailfrom={DOMAIN} b" smtp.helo=example.org',
    f'{MX}; spf=pass smtp.mailfrom="x@{DOMAIN}"@example.org',
    f"{MX}; (dkim=pass header.d={DOMAIN}",
    f'{MX}; spf=fail reason="; dkim=pass header.d={DOMAIN}',
    f"{MX}; compauth=pass reason=130; dmarc=none header.from={DOMAIN}",
    f"{MX}; arc=pass header.d={DOMAIN}",
    f"{MX}; auth=pass smtp.auth=mette@{DOMAIN}",
    f"{MX}.example.org; dmarc=pass header.from={DOMAIN}",
    f"x.{MX}; dmarc=pass header.from={DOMAIN}",
    f"other.example.org; dmarc=pass header.from={DOMAIN}",
    f"other.example.org ({MX}); dmarc=pass header.from={DOMAIN}",
    f"two words; dmarc=pass header.from={DOMAIN}",
    f"dmarc=pass header.from={DOMAIN}",
    EXCHANGE,
]

FROM = {"header.from": DOMAIN}
UNGRAMMATICAL: dict[
    str, tuple[str, list[AuthenticationResult]]
] = {  # beside the grammar of RFC 8601 2.2, and what is read in them
    f'"{MX}"; dmarc=pass header.from="{DOMAIN}"': (MX, [AuthenticationResult("dmarc", "pass", FROM)]),
    f"{MX}; dmarc=pass ) header.from={DOMAIN}": (MX, [AuthenticationResult("dmarc", "pass", FROM)]),
    MX: (MX, []),
    f"{MX};": (MX, []),
    f"{MX}; (dkim=pass header.d={DOMAIN}": (MX, []),
    f'{MX}; dkim=pass x=a"b header.d={DOMAIN} "': (MX, [AuthenticationResult("dkim", "pass", {})]),
    f'{MX}; spf=fail reason="; dkim=pass header.d={DOMAIN}': (MX, [AuthenticationResult("spf", "fail", {})]),
    f"two words; dmarc=pass header.from={DOMAIN}": ("?", []),
    f"dmarc=pass header.from={DOMAIN}": ("", [AuthenticationResult("dmarc", "pass", FROM)]),
    EXCHANGE: (
        "",
        [
            AuthenticationResult("spf", "pass", {"smtp.mailfrom": DOMAIN}),
            AuthenticationResult("dkim", "pass", {"header.d": DOMAIN}),
            AuthenticationResult("dmarc", "pass", FROM),
            AuthenticationResult("compauth", "pass", {}),
        ],
    ),
}


@pytest.mark.parametrize("field", PASSES)
def test_an_aligned_pass_of_our_own_server_counts(field: str) -> None:
    assert is_authentic((field,), MX, DOMAIN)


@pytest.mark.parametrize("field", FAILS)
def test_whatever_else_is_said_does_not(field: str) -> None:
    assert not is_authentic((field,), MX, DOMAIN)


DISOWNS = [
    f"{MX}; dmarc=fail header.from={DOMAIN}",
    f"{MX}; dmarc=fail (p=reject dis=none) header.from={DOMAIN}",
    f"{MX}; dmarc=fail action=oreject header.from={DOMAIN}; dkim=pass header.d={DOMAIN}",
    f"{MX}; spf=pass smtp.mailfrom={DOMAIN}; dmarc=fail",
    f"{MX}; dmarc=none; compauth=fail reason=001",
    f"{MX}; spf=fail smtp.mailfrom=mette@{DOMAIN}",
    f"{MX}; spf=fail smtp.mailfrom=mette@{DOMAIN}; dkim=pass header.d=example.org",
    f"{MX}; dkim=fail (body hash did not verify) header.d={DOMAIN}",
]
UNKNOWN = [
    "",
    MX,
    f"{MX}; dmarc=none header.from={DOMAIN}",
    f"{MX}; dmarc=temperror header.from={DOMAIN}",
    f"{MX}; spf=softfail smtp.mailfrom={DOMAIN}",
    f"{MX}; spf=fail smtp.mailfrom=x@example.org",
    f"{MX}; dkim=fail header.d=example.org",
    f"other.example.org; dmarc=fail header.from={DOMAIN}",
]


@pytest.mark.parametrize("field", DISOWNS)
def test_a_fail_of_our_own_server_disowns_the_author(field: str) -> None:
    assert is_disowned((field,), MX, DOMAIN)
    assert doubt_author((field,), MX, Checked(DOMAIN, Voucher(DKIM, DOMAIN)), DOMAIN) == Reason.DISOWNED


@pytest.mark.parametrize("field", [*UNKNOWN, *PASSES])
def test_whatever_else_is_said_disowns_nobody(field: str) -> None:
    assert not is_disowned((field,), MX, DOMAIN)


def test_exchange_online_disowns_too() -> None:
    assert is_disowned((EXCHANGE.replace("dmarc=pass", "dmarc=fail"),), NO_ID, DOMAIN)
    assert is_disowned((EXCHANGE.replace("compauth=pass", "compauth=fail"),), NO_ID, DOMAIN)
    assert not is_disowned((EXCHANGE,), NO_ID, DOMAIN)


def test_a_message_without_the_field_was_not_checked() -> None:
    assert not is_authentic((), MX, DOMAIN)


def test_a_server_may_say_what_it_found_in_several_fields() -> None:
    said = tuple(f"{MX}; {one}" for one in ("dmarc=none", f"spf=pass smtp.mailfrom={DOMAIN}", "dkim=none"))
    denied = f"{MX}; dmarc=fail header.from={DOMAIN}"

    assert is_authentic(said, MX, DOMAIN)
    assert not is_authentic((*said, denied), MX, DOMAIN)
    assert is_disowned((*said, denied), MX, DOMAIN)
    assert not is_authentic(("other.example.org; none", *said), MX, DOMAIN), "another's word stands on top"
    assert not is_authentic((said[0], "other.example.org; none", said[1]), MX, DOMAIN)


OURS = f"Authentication-Results: {MX}; dmarc=none\r\n"
FORGED = f"Authentication-Results: {MX}; spf=pass smtp.mailfrom={DOMAIN}\r\n"
RECEIVED = f"Received: from example.org by {MX}; Mon, 23 Nov 2026 08:00:00 +0100\r\n"


@pytest.mark.parametrize(
    ("top", "count"),
    [
        pytest.param(OURS + FORGED + RECEIVED, 2, id="above its own Received all are the last server's"),
        pytest.param(OURS + RECEIVED + FORGED, 1, id="below it they may be the sender's"),
        pytest.param(OURS + RECEIVED + FORGED + RECEIVED, 1, id="also above a Received that the sender wrote"),
        pytest.param(RECEIVED + OURS + FORGED, 1, id="a server that writes below its Received: the topmost"),
        pytest.param(OURS + FORGED, 1, id="a server that writes no Received: the topmost"),
        pytest.param(RECEIVED.upper(), 0, id="none"),
        pytest.param(OURS.upper() + FORGED + RECEIVED.upper(), 2, id="however their names are written"),
    ],
)
def test_only_what_the_last_server_wrote_for_certain_is_read(top: str, count: int) -> None:
    octets = f"{top}From: mette@{DOMAIN}\r\nSubject: x\r\n\r\nx\r\n".encode()

    reading = read_message(octets, datetime(2026, 11, 23, 7, tzinfo=UTC))

    assert len(reading.authentication_results) == count


def test_exchange_online_names_no_server_and_is_believed_only_where_that_is_set() -> None:
    assert is_authentic((EXCHANGE,), NO_ID, DOMAIN)
    assert not is_authentic((EXCHANGE.replace("dmarc=pass", "dmarc=fail"),), NO_ID, DOMAIN)
    assert not is_authentic((EXCHANGE,), NO_ID, "oeby.example.org")
    assert not is_authentic((PASSES[0],), NO_ID, DOMAIN), "another server's field on top is a forged one"


@pytest.mark.parametrize("field", [field for field in (*PASSES, *FAILS) if field and field not in UNGRAMMATICAL])
def test_another_reader_finds_the_same_in_what_keeps_to_the_grammar(field: str) -> None:
    other = authres.AuthenticationResultsHeader.parse(f"Authentication-Results: {field}")

    server, results = read_results(field)

    assert server == other.authserv_id.lower()
    assert [(one.method, one.verdict) for one in results] == [
        (one.method.lower(), one.result.lower()) for one in other.results if one.method
    ]


@pytest.mark.parametrize("field", UNGRAMMATICAL)
def test_what_another_reader_cannot_read_is_read_all_the_same(field: str) -> None:
    with pytest.raises(authres.core.SyntaxError):
        authres.AuthenticationResultsHeader.parse(f"Authentication-Results: {field}")

    assert read_results(field) == UNGRAMMATICAL[field]


@pytest.mark.parametrize(
    "piece", ["a", "a.", "(", ")", '"', ";", "dkim=pass ", "header.d=", "a.a=", "\\", "=", " ", f"{MX}; "]
)
def test_a_hostile_field_takes_linear_time(piece: str) -> None:
    field = f"{MX}; dkim=pass {piece * (1_000_000 // len(piece))}"

    with costing_at_most(0.5):
        is_authentic((field,), MX, DOMAIN)


def test_the_matrix_is_a_matrix() -> None:
    assert len({re.sub(r"\s+", " ", field) for field in (*PASSES, *FAILS)}) >= 40
