"""The certificate that our own doors show: taken anew when its files change, so that a renewal needs no restart."""

import ssl
from pathlib import Path

import structlog

log = structlog.get_logger()

Stamp = tuple[tuple[int, int], ...]  # when each file was written, and how large it is


class DoorCertificate:
    """A context for STARTTLS that follows the files of its certificate and key."""

    def __init__(self, certificate: Path, key: Path | None) -> None:
        """Take these files. Raises OSError that names them if they are no pair."""
        self._certificate, self._key = certificate, key
        self.context = self._load()
        self._stamp = self._look()

    def follow(self) -> None:
        """Show the certificate in the files as they are now; while they are no pair, the last that were."""
        if (stamp := self._look()) == self._stamp:
            return
        self._stamp = stamp
        try:
            self._load()
            self.context.load_cert_chain(self._certificate, self._key, password=_no_password)
        except OSError as error:
            log.error("the new certificate is no use, the old one is shown on", error=str(error))
        else:
            log.warning("a new certificate is shown from now on", certificate=str(self._certificate))

    def _load(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        try:
            context.load_cert_chain(self._certificate, self._key, password=_no_password)
        except (OSError, ValueError) as error:
            files = f"[listen] certificate {self._certificate} and key {self._key or 'in it'}"
            raise OSError(f"{files} cannot be used: {error}") from error
        return context

    def _look(self) -> Stamp:
        try:
            stats = [path.stat() for path in (self._certificate, self._key) if path]
        except OSError:
            return ()
        return tuple((one.st_mtime_ns, one.st_size) for one in stats)


def _no_password() -> str:
    raise ValueError("the key has a password")
