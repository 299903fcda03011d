"""A renewed certificate is shown without a restart; one that is no use changes nothing, and is told by name."""

import os
import shutil
import ssl
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from mailer.intake.door_certificate import DoorCertificate
from support.servers import make_certificate


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    return make_certificate(tmp_path)


@pytest.fixture
def other(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "other").mkdir()
    return make_certificate(tmp_path / "other")


def shown_by(door: DoorCertificate) -> bytes:
    """What a client is shown in a handshake in memory."""
    visitor = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    visitor.check_hostname, visitor.verify_mode = False, ssl.CERT_NONE
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    client, server = visitor.wrap_bio(back, there), door.context.wrap_bio(there, back, server_side=True)
    for side in (client, server, client, server):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    return client.getpeercert(binary_form=True) or b""


def in_file(certificate: Path) -> bytes:
    return ssl.PEM_cert_to_DER_cert(certificate.read_text())


def put(source: Path, target: Path) -> None:
    shutil.copy(source, target)
    os.utime(target, ns=(1, 1))


def test_a_renewed_certificate_is_shown_without_a_restart(pair: tuple[Path, Path], other: tuple[Path, Path]) -> None:
    door = DoorCertificate(*pair)
    for new, old in zip(other, pair, strict=True):
        put(new, old)

    door.follow()

    assert shown_by(door) == in_file(other[0])


def test_while_only_half_of_it_is_there_the_old_one_is_shown_and_then_the_new(
    pair: tuple[Path, Path], other: tuple[Path, Path]
) -> None:
    before, door = in_file(pair[0]), DoorCertificate(*pair)

    put(other[0], pair[0])
    with capture_logs() as lines:
        door.follow()
        door.follow()
    assert shown_by(door) == before
    assert [line["log_level"] for line in lines] == ["error"]

    put(other[1], pair[1])
    door.follow()
    assert shown_by(door) == in_file(other[0])


@pytest.mark.parametrize("content", [None, b"", b"nonsense"])
def test_a_certificate_that_is_missing_or_none_goes_unshown(content: bytes | None, pair: tuple[Path, Path]) -> None:
    before, door = in_file(pair[0]), DoorCertificate(*pair)
    pair[0].unlink()
    if content is not None:
        pair[0].write_bytes(content)

    door.follow()

    assert shown_by(door) == before


def test_at_the_start_it_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"mangler\.pem"):
        DoorCertificate(tmp_path / "mangler.pem", None)
