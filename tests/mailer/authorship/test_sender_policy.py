"""Which servers may send for a domain, by records in a DNS of our own."""

import math
from collections.abc import Iterator

import pytest

from mailer.authorship.nameservers import DnsTrouble, Questions
from mailer.authorship.sender_policy import find_sender
from support.nameservers import Answerer, answering

DOMAIN, CLIENT = "proevested.example.dk", "192.0.2.7"


@pytest.fixture(scope="module")
def answerer() -> Iterator[Answerer]:
    with answering() as answerer:
        yield answerer


@pytest.fixture(autouse=True)
def zone(answerer: Answerer) -> None:
    answerer.records = {
        (DOMAIN, "MX"): ["10 mx.example.dk."],
        ("mx.example.dk", "A"): [CLIENT],
        ("mx.example.dk", "AAAA"): ["2001:db8::7"],
        ("7.2.0.192.in-addr.arpa", "PTR"): ["mx.example.dk."],
        (f"mette.at.{DOMAIN}", "A"): ["127.0.0.2"],
    }
    answerer.text("_spf.example.dk", "v=spf1 ip4:192.0.2.0/24 -all")
    answerer.text("loop.example.dk", "v=spf1 include:loop.example.dk -all")
    answerer.silent_about = {"silent.example.dk"}


def sender(answerer: Answerer, record: str, client: str = CLIENT, return_path: str = f"Mette@{DOMAIN}") -> str:
    answerer.text(DOMAIN, "other=1", *([record] if record else []))
    return find_sender(Questions(math.inf, answerer.resolver), client, "mx.example.dk", return_path)


@pytest.mark.parametrize(
    "record",
    [
        f"v=spf1 ip4:{CLIENT} -all",
        "v=spf1 ip4:192.0.2.0/28 -all",
        "v=spf1 mx -all",
        "v=spf1 a:mx.example.dk -all",
        "v=spf1 include:_spf.example.dk -all",
        "v=spf1 redirect=_spf.example.dk",
        "v=spf1 exists:%{l}.at.%{d} -all",
        "v=spf1 ptr:example.dk -all",
        "v=spf1 -ip4:198.51.100.0/24 +all",
        f"v=spf1 include:{'_spf.example.dk'} " + "ip4:198.51.100.1 " * 30 + "-all",
    ],
)
def test_a_server_that_is_named_may(answerer: Answerer, record: str) -> None:
    assert sender(answerer, record) == DOMAIN


def test_servers_have_long_addresses_too(answerer: Answerer) -> None:
    assert sender(answerer, "v=spf1 mx -all", "2001:db8::7") == DOMAIN
    assert sender(answerer, "v=spf1 mx -all", "2001:db8::8") == ""
    assert sender(answerer, "v=spf1 mx -all", f"::ffff:{CLIENT}") == DOMAIN


@pytest.mark.parametrize(
    "record",
    [
        "",
        "v=spf1 -all",
        "v=spf1 ~all",
        "v=spf1 ?all",
        "v=spf1 ip4:198.51.100.9 -all",
        "v=spf1 ?mx -all",
        "v=spf1 mx nonsense -all",
        "v=spf1 exists:%{l}.%{d} -all",
        "v=spf1 include:nowhere.example.dk -all",
        "v=spf1 include:loop.example.dk mx",
        "v=spf1 a:1.example.dk a:2.example.dk a:3.example.dk mx -all",
        "v=spf1 " + "include:_spf.example.dk " * 1 + "ip4:300.1.1.1 -all",
        "v=spf1 exists:%{ -all",
        "v=spf1 " + "a/" * 300,
        "v=spf1 redirect=" + "x" * 300,
        "v=spf2.0/pra mx -all",
    ],
)
def test_another_may_not(answerer: Answerer, record: str) -> None:
    client = "203.0.113.5" if "include:_spf" in record else CLIENT

    assert sender(answerer, record, client) == ""


def test_ten_questions_are_enough(answerer: Answerer) -> None:
    for number in range(12):
        answerer.text(f"s{number}.example.dk", f"v=spf1 include:s{number + 1}.example.dk -all")
    answerer.text("s12.example.dk", "v=spf1 +all")
    answerer.asked.clear()

    assert sender(answerer, "v=spf1 include:s0.example.dk -all") == ""
    assert len(answerer.asked) <= 11


def test_a_bounce_and_a_server_of_ours_are_nobodys(answerer: Answerer) -> None:
    assert sender(answerer, "v=spf1 +all", return_path="") == ""
    assert sender(answerer, "v=spf1 +all", client="10.0.0.7") == ""
    assert sender(answerer, "v=spf1 +all", client="nonsense") == ""


def test_silence_is_trouble(answerer: Answerer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailer.authorship.nameservers.PATIENCE", 0.3)

    with pytest.raises(DnsTrouble):
        sender(answerer, "v=spf1 include:silent.example.dk -all")
