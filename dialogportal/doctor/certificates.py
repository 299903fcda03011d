"""Certificates: whether clients would accept the one at our own doors, and for which names.

It is shown in a handshake in memory, with itself as the authority: OpenSSL's objections there are every client's.
"""

import ssl
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dialogportal.doctor.remark import Judgement, Remark
from mailer.intake.entrances import Listen

SOON = timedelta(days=14)


def check_certificate(listen: Listen, names: Iterable[str], now: datetime) -> list[Remark]:
    """Whether STARTTLS works at our doors, for one of these names at least; no remark where it is not offered."""
    judgement, names = Judgement("certificate"), list(dict.fromkeys(names))
    if listen.certificate is None:
        if listen.key is None:
            return []
        judgement.doubts.append("[listen] key is set without a certificate, so STARTTLS is not offered")
        return [judgement.finding("")]
    told = _judge(judgement, listen.certificate, listen.key, names, now)
    return [judgement.finding(told)]


def _judge(judgement: Judgement, certificate: Path, key: Path | None, names: list[str], now: datetime) -> str:
    try:
        shown = show_certificate(certificate, key)
    except ssl.SSLCertVerificationError as error:
        told = f"{certificate}: {error.verify_message}. Renew it: the portal takes it by itself"
        judgement.wrongs.append(told)
        return ""
    except (OSError, ValueError) as error:
        judgement.wrongs.append(_told_of_files(certificate, key, error))
        return ""
    until = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)
    good_for = [name for name in names if _is_for(certificate, key, name)]
    if until - now < SOON:
        judgement.doubts.append(f"{certificate} ends on {until:%Y-%m-%d}: renew it, the portal takes it by itself")
    if names and not good_for:
        judgement.wrongs.append(
            f"{certificate} is made out to {_names_in(shown)}, but servers bring mail to {' or '.join(names)}: "
            "name one for that"
        )
    return f"is for {', '.join(good_for)} until {until:%Y-%m-%d}"


def _told_of_files(certificate: Path, key: Path | None, error: Exception) -> str:
    """What is wrong with the certificate's files, and with which of them."""
    for path, name in ((certificate, "certificate"), (key, "key")):
        if path is None:
            continue
        try:
            path.read_bytes()
        except OSError as trouble:
            return f"[listen] {name} {path} cannot be read ({trouble.strerror}): no door opens until it can"
    if isinstance(error, ssl.SSLError) and error.reason == "KEY_VALUES_MISMATCH":
        return f"[listen] key {key or certificate} is of another certificate than {certificate}: name those of one pair"
    told = error.reason if isinstance(error, ssl.SSLError) and error.reason else error
    return f"{certificate} and {key or 'its key'} cannot be used ({told}): let them be PEM, the key without a password"


def show_certificate(certificate: Path, key: Path | None, name: str = "") -> dict[str, object]:
    """The certificate as a client gets it, for this name if one is given.

    Raises SSLCertVerificationError where a client would not accept it, another SSLError, OSError or ValueError where
    the files are no pair.
    """
    door = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    door.load_cert_chain(certificate, key, password=_no_password)
    visitor = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    visitor.check_hostname = bool(name)
    visitor.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    visitor.load_verify_locations(certificate)
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = visitor.wrap_bio(back, there, server_hostname=name or None)
    server = door.wrap_bio(there, back, server_side=True)
    for side in (client, server, client, server):
        with suppress(ssl.SSLWantReadError):
            side.do_handshake()
    return dict(client.getpeercert() or {})


def _no_password() -> str:
    raise ValueError("the key has a password")


def _is_for(certificate: Path, key: Path | None, name: str) -> bool:
    try:
        show_certificate(certificate, key, name)
    except (ssl.SSLError, ValueError):
        return False
    return True


def _names_in(shown: dict[str, object]) -> str:
    names = shown.get("subjectAltName")
    return ", ".join(value for _, value in names) if isinstance(names, tuple) and names else "no name of a server"
