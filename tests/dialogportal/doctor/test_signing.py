"""What `check` says of the keys with which letters are signed."""

from pathlib import Path

import pytest

from dialogportal.doctor.remark import Remark
from dialogportal.doctor.signing import check_signing
from mailer.authorship.nameservers import Answer, Known
from mailer.delivery.signing import Key, make_key, write_key
from mailer.sections import Dkim

DOMAIN = "lister.example.dk"
NAME = f"portal._domainkey.{DOMAIN}"
OURS, ANOTHERS = (make_key("portal", DOMAIN) for _ in range(2))


@pytest.fixture
def section(tmp_path: Path) -> Dkim:
    write_key(OURS, tmp_path / "dkim.pem")
    return Dkim(key_file=tmp_path / "dkim.pem")


def look(section: Dkim, answer: Answer | None) -> Remark:
    [finding] = check_signing(section, DOMAIN, Known({(NAME, "TXT"): answer}))
    return finding


def test_nothing_is_said_where_the_relay_signs() -> None:
    assert list(check_signing(Dkim(), DOMAIN, Known({}))) == []


def test_the_key_that_dns_has_is_well(section: Dkim) -> None:
    finding = look(section, Answer((OURS.record,)))

    assert finding.is_well
    assert not finding.is_warning
    assert DOMAIN in finding.told


@pytest.mark.parametrize("answer", [Answer(()), Answer((ANOTHERS.record,)), Answer(("v=DKIM1; p=",))])
def test_a_key_that_dns_lacks_is_told_with_the_record_to_paste(section: Dkim, answer: Answer) -> None:
    finding = look(section, answer)

    assert not finding.is_well
    assert OURS.record in finding.told


def test_silent_name_servers_and_open_files_are_doubts(section: Dkim) -> None:
    assert section.key_file is not None
    section.key_file.chmod(0o644)

    finding = look(section, None)

    assert finding.is_well
    assert finding.is_warning
    assert f"chmod 600 {section.key_file}" in finding.told
    assert NAME in finding.told


def test_a_key_that_cannot_be_read_keeps_the_portal_from_starting(tmp_path: Path) -> None:
    [finding] = check_signing(Dkim(key_file=tmp_path / "nothing.pem"), DOMAIN, Known({}))

    assert not finding.is_well
    assert "cannot be read" in finding.told


def test_a_record_names_what_can_be_pasted() -> None:
    key: Key = OURS

    assert key.record.startswith("v=DKIM1; k=rsa; p=MII")
    assert key.name == NAME
