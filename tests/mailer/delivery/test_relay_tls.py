"""The relay by TLS from the start or after STARTTLS: whose certificate is believed, and how a fault of it is told."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult

from dialogportal.doctor.doors import check_relay
from mailer.delivery.relay import PLAIN, Fate
from mailer.sections import Relay
from support.certificates import Authority
from support.sending import send
from support.sinks import ScriptedRelay, scripted_relay

WAYS = [{"tls": True}, {"starttls": "required"}, {"starttls": "opportunistic"}]
FAULTS = {
    "expired": "certificate has expired",
    "to come": "certificate is not yet valid",
    "of another name": "Hostname mismatch",
    "its own": "self-signed certificate",
    "of another authority": "certificate signature failure",
}


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@contextmanager
def showing(files: tuple[Path, Path], way: dict[str, object], **more: Any) -> Iterator[tuple[ScriptedRelay, int]]:
    """A relay that shows this certificate, from the start or after STARTTLS."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*files)
    at = {"implicit_tls" if way.get("tls") else "tls_context": context}
    with scripted_relay(**at, **more) as found:
        yield found


def issue(authority: Authority, fault: str, folder: Path) -> tuple[Path, Path]:
    if fault == "of another authority":
        (folder / "other").mkdir()
        return Authority(folder / "other").issue("localhost")
    made: dict[str, tuple[str, dict[str, Any]]] = {
        "expired": ("localhost", {"days": -1}),
        "to come": ("localhost", {"from_days": 5}),
        "of another name": ("mail.example.dk", {}),
        "its own": ("localhost", {"is_own": True}),
    }
    name, how = made[fault]
    return authority.issue(name, **how)


@pytest.mark.parametrize("way", WAYS)
def test_a_relay_of_our_own_authority_is_believed_and_gets_letters_by_tls(
    authority: Authority, way: dict[str, object], tmp_path: Path
) -> None:
    with showing(authority.issue("localhost"), way) as (relay, port):
        settings = Relay(host="localhost", port=port, ca_file=authority.certificate, **way)
        outcomes = send(settings, tmp_path, "a@example.org", "b@example.org")
        finding = check_relay(settings, tmp_path)

    assert [one.fate for one in outcomes] == [Fate.SENT, Fate.SENT]
    assert len(relay.received) == 2
    assert (finding.is_well, finding.is_warning) == (True, False)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("way", WAYS)
def test_a_certificate_that_is_not_believed_gets_no_letter_and_is_told_by_its_fault(
    authority: Authority, way: dict[str, object], fault: str, tmp_path: Path
) -> None:
    with showing(issue(authority, fault, tmp_path), way) as (relay, port):
        settings = Relay(host="localhost", port=port, ca_file=authority.certificate, **way)
        (outcome,) = send(settings, tmp_path, "a@example.org")
        finding = check_relay(settings, tmp_path)

    assert outcome.fate is Fate.TROUBLE
    assert not relay.received
    assert not finding.is_well
    for told in (outcome.reply, finding.told):
        assert FAULTS[fault] in told
    assert "ca_file" in finding.told


@pytest.mark.parametrize("way", WAYS[:2])
def test_without_a_ca_file_the_system_is_asked_whom_to_believe(
    authority: Authority, way: dict[str, object], tmp_path: Path
) -> None:
    with showing(authority.issue("localhost"), way) as (relay, port):
        (outcome,) = send(Relay(host="localhost", port=port, **way), tmp_path, "a@example.org")

    assert (outcome.fate, relay.received) == (Fate.TROUBLE, [])
    assert "unable to get local issuer certificate" in outcome.reply


@pytest.mark.parametrize(("content", "told"), [(None, "cannot be read"), ("nonsense", "holds no certificates in PEM")])
@pytest.mark.parametrize("way", WAYS)
def test_a_ca_file_that_is_no_use_is_told_by_name(
    authority: Authority, way: dict[str, object], content: str | None, told: str, tmp_path: Path
) -> None:
    ca_file = tmp_path / "ca.pem"
    if content:
        ca_file.write_text(content)

    with showing(authority.issue("localhost"), way) as (_, port):
        finding = check_relay(Relay(host="localhost", port=port, ca_file=ca_file, **way), tmp_path)

    assert not finding.is_well
    assert f"ca_file {ca_file} {told}" in finding.told


def test_tls_from_the_start_at_a_port_of_plain_text_is_told(authority: Authority, tmp_path: Path) -> None:
    with scripted_relay() as (_, port):
        finding = check_relay(Relay(host="localhost", port=port, tls=True), tmp_path)

    assert "it does not speak TLS from the start at this port; it may want STARTTLS" in finding.told


def test_plain_text_at_a_port_of_tls_from_the_start_is_told(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.delivery.relay.COMMAND_PATIENCE", 0.5)
    with showing(authority.issue("localhost"), {"tls": True}) as (_, port):
        finding = check_relay(Relay(host="localhost", port=port), tmp_path)

    assert not finding.is_well
    assert "tls" in finding.told


# -- the password ----------------------------------------------------------------------

ELSEWHERE = "127.1"  # this machine, under a name of which nobody can tell that


@pytest.mark.parametrize(
    ("host", "way", "is_shown"),
    [
        (ELSEWHERE, {"starttls": "never"}, True),
        ("relay.example.dk", {"starttls": "never"}, True),
        ("localhost", {"starttls": "never"}, False),
        ("127.0.0.1", {"starttls": "never"}, False),
        ("::1", {"starttls": "never"}, False),
        ("relay.example.dk", {"starttls": "never", "tls": True}, False),
        ("relay.example.dk", {"starttls": "opportunistic"}, False),
        ("relay.example.dk", {"starttls": "required"}, False),
    ],
)
def test_it_is_known_whether_others_can_read_the_password(host: str, way: dict[str, Any], is_shown: bool) -> None:
    assert Relay(host=host, username="portal", **way).shows_password is is_shown
    assert Relay(host=host, **way).shows_password is False


def test_a_password_in_clear_is_warned_of(tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("hemmelig")
    taken: list[bytes] = []

    def believe(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        taken.append(data.password)
        return AuthResult(success=True)

    with scripted_relay(authenticator=believe, auth_require_tls=False) as (_, port):
        finding = check_relay(
            Relay(host=ELSEWHERE, port=port, starttls="never", username="portal", password_file=password), tmp_path
        )

    assert taken == [b"hemmelig"]
    assert (finding.is_well, finding.is_warning) == (True, True)
    assert PLAIN in finding.told


def test_a_relay_that_offers_no_tls_gets_no_password_unasked(tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("hemmelig")

    with scripted_relay() as (relay, port):
        finding = check_relay(Relay(host=ELSEWHERE, port=port, username="portal", password_file=password), tmp_path)

    assert not finding.is_well
    assert not relay.received
