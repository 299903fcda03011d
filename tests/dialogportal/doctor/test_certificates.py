"""The certificate of our own doors is looked at as a visiting server does."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dialogportal.doctor.certificates import check_certificate
from dialogportal.doctor.remark import Remark
from mailer.intake.entrances import Listen
from support.certificates import Authority

NAMES = ["mx.example.dk", "example.dk"]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def look_at(certificate: Path | None, key: Path | None) -> Remark:
    (finding,) = check_certificate(Listen(certificate=certificate, key=key), NAMES, datetime.now(UTC))
    return finding


@pytest.mark.parametrize("name", ["mx.example.dk", "example.dk", "*.example.dk"])
@pytest.mark.parametrize("is_own", [True, False])
def test_a_certificate_for_one_of_our_names_is_well(authority: Authority, name: str, is_own: bool) -> None:
    """Who signed it is no matter: a server that delivers mail takes any that is for the name."""
    finding = look_at(*authority.issue(name, is_own=is_own))

    assert (finding.is_well, finding.is_warning) == (True, False)
    assert finding.told.startswith("is for ")


def test_key_and_certificate_in_one_file_are_well(authority: Authority, tmp_path: Path) -> None:
    certificate, key = authority.issue("mx.example.dk")
    both = tmp_path / "both.pem"
    both.write_bytes(key.read_bytes() + certificate.read_bytes())

    assert look_at(both, None).is_well


@pytest.mark.parametrize(
    ("days", "told"), [({"days": -1}, "expired"), ({"from_days": 2}, "not yet valid"), ({"days": -9}, "expired")]
)
def test_a_certificate_at_the_wrong_time_is_wrong(authority: Authority, days: dict[str, int], told: str) -> None:
    finding = look_at(*authority.issue("mx.example.dk", **days))

    assert not finding.is_well
    assert told in finding.told


def test_a_certificate_that_ends_soon_is_a_warning(authority: Authority) -> None:
    finding = look_at(*authority.issue("mx.example.dk", days=5))

    assert (finding.is_well, finding.is_warning) == (True, True)
    assert "renew it" in finding.told


@pytest.mark.parametrize("name", ["andre.example.org", "www.example.dk", "a.mx.example.dk"])
def test_a_certificate_for_another_name_is_wrong(authority: Authority, name: str) -> None:
    finding = look_at(*authority.issue(name))

    assert not finding.is_well
    assert f"made out to {name}" in finding.told
    assert "mx.example.dk or example.dk" in finding.told


def test_a_key_of_another_certificate_is_wrong(authority: Authority) -> None:
    certificate, _ = authority.issue("mx.example.dk")
    _, key = authority.issue("mx.example.dk")

    finding = look_at(certificate, key)

    assert not finding.is_well
    assert "of another certificate" in finding.told


@pytest.mark.parametrize("which", [0, 1])
def test_a_missing_file_is_wrong_and_named(authority: Authority, which: int, tmp_path: Path) -> None:
    files = list(authority.issue("mx.example.dk"))
    files[which] = tmp_path / "nowhere.pem"

    finding = look_at(files[0], files[1])

    assert not finding.is_well
    assert f"{'key' if which else 'certificate'} {tmp_path / 'nowhere.pem'} cannot be read" in finding.told


@pytest.mark.parametrize("content", [b"", b"no PEM", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_a_file_that_is_no_certificate_is_wrong(authority: Authority, content: bytes) -> None:
    certificate, key = authority.issue("mx.example.dk")
    certificate.write_bytes(content)

    assert "cannot be used" in look_at(certificate, key).told


def test_where_there_is_none_nothing_is_said_but_of_a_key_alone(tmp_path: Path) -> None:
    assert check_certificate(Listen(), NAMES, datetime.now(UTC)) == []
    assert look_at(None, tmp_path / "key.pem").is_warning
