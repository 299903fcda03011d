"""The mailbox that mail is fetched from: a connection to it that is logged in (IMAP, RFC 3501)."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from mailer.sections import MailboxSettings
from mailer.trust import tell_of_certificate, trusting
from tickets.envelope import MailboxProfile
from tickets.errors import MailboxTrouble

TIMEOUT = SocketTimeout(10, 30)  # seconds to connect, and to read; the library has none of its own
PLAIN = "the password of [mailbox] crosses the network unencrypted: set its security to tls or starttls"
NOWHERE = "postmaster"  # for what names no address of ours: the administrators see it


def envelope_in(settings: MailboxSettings) -> MailboxProfile:
    """How the servers of this mailbox note recipients, as the settings tell."""
    return MailboxProfile(settings.username, settings.recipient_field, settings.list or NOWHERE)


@contextmanager
def open_mailbox(settings: MailboxSettings, timeout: SocketTimeout = TIMEOUT) -> Iterator[IMAPClient]:
    """A connection that is logged in. Raises MailboxTrouble where there is none to be had."""
    client = _connect(settings, timeout)
    try:
        _log_in(client, settings)
        yield client
    finally:
        with suppress(OSError):  # after a failed handshake there is no socket any more
            client.shutdown()


def _connect(settings: MailboxSettings, timeout: SocketTimeout) -> IMAPClient:
    try:
        context = trusting(settings.ca_file)
        is_tls = settings.security == "tls"
        client = IMAPClient(settings.host, settings.port, ssl=is_tls, ssl_context=context, timeout=timeout)
        client.normalise_times = False
        if settings.security == "starttls":
            _turn_to_tls(client, context)
    except ssl.SSLError as error:
        raise MailboxTrouble(f"{settings.place}: {tell_of_certificate(error)}") from error
    except (IMAPClientError, OSError) as error:
        raise MailboxTrouble(f"{settings.place} does not answer: {_told(error)}") from error
    return client


def _turn_to_tls(client: IMAPClient, context: ssl.SSLContext) -> None:
    try:
        client.starttls(context)
    except BaseException:
        with suppress(OSError):
            client.shutdown()
        raise


def _log_in(client: IMAPClient, settings: MailboxSettings) -> None:
    try:
        password = settings.password_file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise MailboxTrouble(f"The password file {settings.password_file} cannot be read: {error}") from error
    try:
        client.login(settings.username, password)
    except IMAPClientAbortError as error:
        raise MailboxTrouble(f"{settings.place} ended the connection at the login: {_told(error)}") from error
    except IMAPClientError as error:
        raise MailboxTrouble(f"{settings.place} does not let {settings.username} in: {_told(error)}") from error
    except OSError as error:
        raise MailboxTrouble(f"{settings.place} does not answer: {_told(error)}") from error


def select_folder(client: IMAPClient, folder: str, *, readonly: bool = False) -> dict[bytes, Any]:
    """Go to a folder; what the server says of it. Raises MailboxTrouble if there is none that can be read."""
    try:
        selected: dict[bytes, Any] = client.select_folder(folder, readonly=readonly)
    except IMAPClientAbortError:
        raise
    except IMAPClientError as error:
        raise MailboxTrouble(f"The folder {folder} cannot be opened: {_told(error)}") from error
    return selected


def look_into(settings: MailboxSettings, most: int) -> list[bytes]:
    """The header sections of the newest messages; changes nothing. Raises MailboxTrouble if it cannot be read."""
    try:
        with open_mailbox(settings) as client:
            select_folder(client, settings.folder, readonly=True)
            newest = client.search(["UNDELETED"])[-most:]
            fetched = client.fetch(newest, ["BODY.PEEK[HEADER]"]) if newest else {}
    except (IMAPClientError, OSError) as error:
        raise MailboxTrouble(f"{settings.place}: {_told(error)}") from error
    return [one.get(b"BODY[HEADER]", b"") for one in fetched.values()]


def make_folder(client: IMAPClient, folder: str) -> None:
    """Make a folder unless it is there; somebody else may make it at the same moment."""
    if client.folder_exists(folder):
        return
    try:
        client.create_folder(folder)
    except IMAPClientError as error:
        if "ALREADYEXISTS" not in str(error) and not client.folder_exists(folder):  # RFC 5530 3
            raise


def _told(error: Exception) -> str:
    return str(error) or type(error).__name__
