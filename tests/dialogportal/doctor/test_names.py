"""The portal's names on the net are looked up as others do, and what keeps mail or readers away is told."""

import math
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from dialogportal.doctor.names import check_base_url, check_domains, check_website
from dialogportal.doctor.remark import Remark
from mailer.authorship.nameservers import Questions
from support.certificates import Authority
from support.nameservers import Answerer, answering
from support.sinks import babbling_relay
from tickets.portal import Portal
from web_archive.sections import Web


@pytest.fixture
def answerer() -> Iterator[Answerer]:
    with answering() as answerer:
        yield answerer


@pytest.fixture
def questions(answerer: Answerer) -> Questions:
    return Questions(math.inf, answerer.resolver)


# -- base_url ------------------------------------------------------------------------------


def look_at(base_url: str, **web: str) -> Remark:
    return check_base_url(Portal(base_url=base_url), Web.model_validate({"trusted_proxy": "127.0.0.1"} | web))


def test_an_address_that_others_can_open_is_well() -> None:
    assert look_at("https://portal.example.dk") == Remark("base_url", "https://portal.example.dk")


@pytest.mark.parametrize(
    "base_url",
    ["portal.example.dk", "portal.example.dk:8080", "ftp://portal.example.dk", "https:///", "", "//portal.example.dk",
     "https://portal.example.dk:port", "https://[::1", "mailto:a@example.dk"],
)  # fmt: skip
def test_an_address_that_no_browser_opens_is_wrong(base_url: str) -> None:
    finding = look_at(base_url)

    assert not finding.is_well
    assert "https://portal.example.dk" in finding.told


@pytest.mark.parametrize(
    "base_url",
    ["http://localhost:8080", "https://localhost", "http://127.0.0.1", "http://127.1.2.3:80", "http://[::1]:8080",
     "http://0.0.0.0:8080", "https://portal.localhost", "http://localhost.localdomain"],
)  # fmt: skip
def test_an_address_that_only_this_machine_can_open_is_wrong(base_url: str) -> None:
    finding = look_at(base_url)

    assert not finding.is_well
    assert "this machine" in finding.told


def test_an_address_below_another_site_is_wrong() -> None:
    assert not look_at("https://www.example.dk/portal").is_well


def test_links_that_others_can_read_on_the_way_are_a_warning() -> None:
    assert look_at("http://portal.example.dk").is_warning


def test_a_proxy_that_the_portal_does_not_know_is_a_warning() -> None:
    finding = check_base_url(Portal(base_url="https://portal.example.dk"), Web())

    assert (finding.is_well, finding.is_warning) == (True, True)
    assert "trusted_proxy" in finding.told


# -- where mail is sent --------------------------------------------------------------------


def test_a_domain_whose_mail_finds_its_way_is_well(answerer: Answerer, questions: Questions) -> None:
    answerer.records["example.dk", "MX"] = ["20 second.example.org.", "10 mx.example.dk."]
    answerer.records["mx.example.dk", "A"] = ["192.0.2.1"]
    answerer.records["second.example.org", "AAAA"] = ["2001:db8::1"]

    finding = check_domains(["example.dk", "example.dk"], questions)

    assert finding == Remark("domain", "mail for example.dk goes to mx.example.dk, second.example.org")


@pytest.mark.parametrize(
    ("records", "told"),
    [({}, "has no MX"), ({("example.dk", "TXT"): ['"x"']}, "has no MX"),
     ({("example.dk", "MX"): ["0 ."]}, "takes no mail"),
     ({("example.dk", "MX"): ["10 mx.example.dk."]}, "mx.example.dk, has no address")],
)  # fmt: skip
def test_a_domain_that_mail_does_not_find_is_wrong(
    answerer: Answerer, questions: Questions, records: dict[tuple[str, str], list[str]], told: str
) -> None:
    answerer.records |= records

    finding = check_domains(["example.dk"], questions)

    assert not finding.is_well
    assert told in finding.told


def test_a_domain_whose_mail_goes_to_its_web_server_is_a_warning(answerer: Answerer, questions: Questions) -> None:
    answerer.records["example.dk", "A"] = ["192.0.2.1"]

    assert check_domains(["example.dk"], questions).is_warning


@pytest.mark.parametrize("domain", ["localhost", "portal", "mail.localdomain"])
def test_a_domain_that_is_none_out_there_is_wrong_and_nobody_is_asked(
    answerer: Answerer, questions: Questions, domain: str
) -> None:
    assert not check_domains([domain], questions).is_well
    assert answerer.asked == []


def test_each_domain_of_the_lists_is_looked_up(answerer: Answerer, questions: Questions) -> None:
    answerer.records["example.dk", "MX"] = ["10 mx.example.dk."]
    answerer.records["mx.example.dk", "A"] = ["192.0.2.1"]

    finding = check_domains(["example.dk", "lister.example.org"], questions)

    assert not finding.is_well
    assert "lister.example.org has no MX" in finding.told


def test_a_dns_that_is_silent_is_told_and_proves_nothing(
    answerer: Answerer, questions: Questions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.authorship.nameservers.PATIENCE", 0.2)
    answerer.is_silent = True

    for finding in (check_domains(["example.dk"], questions), *check_website(Portal(base_url=PAGES), questions)):
        assert (finding.is_well, finding.is_warning) == (True, True)
        assert "DNS does not answer" in finding.told


# -- the pages' certificate ----------------------------------------------------------------

PAGES = "https://portal.example.dk"


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """One that this machine, and so every browser in the tests, believes."""
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    return authority


def serve_pages(answerer: Answerer, certificate: Path, key: Path) -> Portal:
    """Pages with this certificate, for one visit."""
    answerer.records["portal.example.dk", "A"] = ["127.0.0.1"]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = context.wrap_socket(socket.create_server(("127.0.0.1", 0)), server_side=True)

    def serve() -> None:
        with server, suppress(OSError):
            server.accept()[0].close()

    threading.Thread(target=serve, daemon=True).start()
    return Portal(base_url=f"{PAGES}:{server.getsockname()[1]}")


def test_a_certificate_that_browsers_believe_is_well(
    answerer: Answerer, questions: Questions, authority: Authority
) -> None:
    portal = serve_pages(answerer, *authority.issue("portal.example.dk"))

    assert [finding.is_well and not finding.is_warning for finding in check_website(portal, questions)] == [True]


@pytest.mark.parametrize(
    ("issued", "told"),
    [({"name": "www.example.dk"}, "not valid for 'portal.example.dk'"), ({"days": -1}, "expired"),
     ({"from_days": 3}, "not yet valid"), ({"is_own": True}, "self-signed")],
)  # fmt: skip
def test_a_certificate_that_browsers_refuse_is_wrong(
    answerer: Answerer, questions: Questions, authority: Authority, issued: dict[str, object], told: str
) -> None:
    portal = serve_pages(answerer, *authority.issue(**{"name": "portal.example.dk"} | issued))  # type: ignore[arg-type]

    (finding,) = check_website(portal, questions)

    assert not finding.is_well
    assert told in finding.told


def test_pages_that_speak_no_https_are_wrong(answerer: Answerer, questions: Questions) -> None:
    answerer.records["portal.example.dk", "A"] = ["127.0.0.1"]
    with babbling_relay(b"HTTP/1.0 400 Bad Request\r\n\r\n") as port:
        (finding,) = check_website(Portal(base_url=f"{PAGES}:{port}"), questions)

    assert not finding.is_well
    assert "does not speak https" in finding.told


def test_pages_that_cannot_be_reached_from_here_are_a_warning(answerer: Answerer, questions: Questions) -> None:
    (unknown,) = check_website(Portal(base_url=PAGES), questions)
    answerer.records["gone.example.dk", "A"] = ["127.0.0.1"]
    (gone,) = check_website(Portal(base_url="https://gone.example.dk:1"), questions)

    assert (unknown.is_warning, gone.is_warning) == (True, True)
    assert "DNS knows no portal.example.dk" in unknown.told


@pytest.mark.parametrize("base_url", ["http://portal.example.dk", "https://localhost", "portal.example.dk"])
def test_nothing_is_said_of_a_certificate_where_none_is_needed(questions: Questions, base_url: str) -> None:
    assert check_website(Portal(base_url=base_url), questions) == []
