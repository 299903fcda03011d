"""Trust: whose certificates are believed when we connect to a server, and what is wrong with one that is not."""

import ssl
from ipaddress import ip_address
from pathlib import Path


class NoAuthorities(OSError):
    """The ca_file is no use."""


def trusting(ca_file: Path | None) -> ssl.SSLContext:
    """A context that believes the authorities in this file, or those of the system. Raises NoAuthorities."""
    try:
        return ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    except ssl.SSLError as error:
        raise NoAuthorities(f"ca_file {ca_file} holds no certificates in PEM") from error
    except OSError as error:
        raise NoAuthorities(f"ca_file {ca_file} cannot be read ({error.strerror})") from error


def tell_of_certificate(error: ssl.SSLError) -> str:
    """What failed at TLS; the fault of a certificate by its name."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not taken: {error.verify_message}"
    if error.reason == "WRONG_VERSION_NUMBER":
        return "it does not speak TLS from the start at this port; it may want STARTTLS"
    return f"TLS fails: {error.reason or error}"


def sends_password_in_clear(host: str) -> bool:
    """Whether an unencrypted password leaves this machine on its way to a host."""
    try:
        return not ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() != "localhost"
