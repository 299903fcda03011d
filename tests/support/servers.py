"""Real servers for the tests: started on a free port of the loopback, in a folder of their own, as nobody special."""

import grp
import os
import pwd
import secrets
import select
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from imapclient import IMAPClient, SocketTimeout

from support.waiting import eventually

PATIENCE = 30.0  # seconds that a fact may take to come true


def free_port() -> int:
    """A port that nobody listens at, and below those that the system gives to whoever connects to somebody."""
    while True:
        port = 10_000 + secrets.randbelow(22_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def wait_for_port(port: int) -> None:
    """Return when somebody listens there."""

    def answers() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    eventually(answers)


def find_program(name: str, *folders: str) -> str:
    """The path of a server's program; where the machine lacks it the test is skipped, but never in CI."""
    found = shutil.which(name, path=os.pathsep.join((*folders, os.environ.get("PATH", ""), "/usr/sbin")))
    if found is None:
        message = f"{name} is not installed"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


def as_ordinary_user(folder: Path) -> dict[str, object]:
    """Arguments for `subprocess` that run a server as nobody special, and give it the folder."""
    if os.getuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    shutil.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def run(command: list[str], **how: object) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **how)  # type: ignore[call-overload]
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost that signs itself, and its key."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    run([find_program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject, *files])
    return certificate, key


# -- mail in -----------------------------------------------------------------------------


class Conversation:
    """An SMTP or LMTP session spoken octet by octet, where a client library would be too polite."""

    def __init__(self, port: int, *greeting: str, client: str = "127.0.0.1") -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE, source_address=(client, 0))
        self._replies = self._socket.makefile("rb")
        self.banner = self.read()
        for line in greeting:
            self.say(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._replies.close()
        self._socket.close()

    def wrap(self, context: ssl.SSLContext) -> Self:
        """Go on inside TLS, on the same connection."""
        self._socket = context.wrap_socket(self._socket, server_hostname="localhost")
        self._replies = self._socket.makefile("rb")
        return self

    def say(self, line: str) -> str:
        self.send(line.encode() + b"\r\n")
        return self.read()

    def send(self, octets: bytes) -> None:
        self._socket.sendall(octets)

    def is_silent_for(self, seconds: float) -> bool:
        """Whether nothing comes within so many seconds."""
        return not select.select([self._socket], [], [], seconds)[0]

    def read(self) -> str:
        """One reply, all its lines; empty at the end of the connection."""
        lines: list[str] = []
        while line := self._replies.readline().decode("utf-8", "replace"):
            lines.append(line.rstrip())
            if line[3:4] != "-":
                break
        return "\n".join(lines)

    def data(self, octets: bytes, replies: int = 1) -> list[str]:
        """Hand over a message that has no lines to dot-stuff; the replies after it."""
        assert self.say("DATA").startswith("354")
        self.send(octets.rstrip(b"\r\n") + b"\r\n.\r\n")
        return [self.read() for _ in range(replies)]


def hand_over(
    port: int, octets: bytes, *recipients: str, sender: str = "mette@example.org", greeting: str = "LHLO"
) -> list[str]:
    """Hand over a message by LMTP (RFC 2033): the reply to each RCPT, then one for each that was accepted."""
    with Conversation(port, f"{greeting} client.example.org", f"MAIL FROM:<{sender}>") as session:
        accepted = [session.say(f"RCPT TO:<{recipient}>") for recipient in recipients]
        count = sum(reply.startswith("250") for reply in accepted) if greeting == "LHLO" else 1
        return accepted + session.data(octets, count)


# -- mail out ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Received:
    octets: bytes
    return_path: str
    recipients: tuple[str, ...]


class Sink:
    """A relay on the loopback that takes and keeps everything."""

    def __init__(self) -> None:
        self.port = free_port()
        self._received: list[Received] = []
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()

    def messages(self) -> list[Received]:
        return list(self._received)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        assert envelope.mail_from is not None
        self._received.append(Received(envelope.content, envelope.mail_from, tuple(envelope.rcpt_tos)))
        return "250 2.0.0 Taken"


# -- mailboxes ---------------------------------------------------------------------------


DOVECOT = """\
protocols = imap
listen = 127.0.0.1
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
ssl = {ssl}
{certificate}
disable_plaintext_auth = no
mailbox_idle_check_interval = 1 secs
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 1
first_valid_gid = 1
mail_home = {home}/mail/%u
mail_location = maildir:{home}/mail/%u/Maildir
imap_capability = {capability}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={home}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
"""


class Dovecot:
    """Debian's IMAP server, with a mailbox for whoever logs in; it can be stopped and started again."""

    username, password = "portal", "hemmelig"

    def __init__(self, folder: Path, *, certificate: tuple[Path, Path] | None = None, capability: str = "") -> None:
        self._program = find_program("dovecot")
        folder.mkdir(exist_ok=True)
        self.port = free_port()
        self.password_file = folder / "password"
        self.password_file.write_text(f"{self.password}\n")
        # Not in the folder of the test: another user cannot reach it, and its path is too long for a socket's.
        self._home = Path(tempfile.mkdtemp(prefix="portal-imap-"))
        self._how = as_ordinary_user(self._home)
        who = pwd.getpwuid(int(str(self._how.get("user", os.getuid()))))
        pair = tuple(shutil.copy(one, self._home) for one in certificate or ())
        for one in pair:
            shutil.chown(one, who.pw_uid, who.pw_gid)
        self._settings = self._home / "dovecot.conf"
        self._settings.write_text(
            DOVECOT.format(
                home=self._home, port=self.port, user=who.pw_name, group=grp.getgrgid(who.pw_gid).gr_name,
                password=self.password, ssl="yes" if pair else "no", capability=capability,
                certificate=f"ssl_cert = <{pair[0]}\nssl_key = <{pair[1]}" if pair else "",
            )
        )  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self._home, ignore_errors=True)

    def start(self) -> None:
        command = [self._program, "-F", "-c", str(self._settings)]
        self._process = subprocess.Popen(command, cwd=self._home, stderr=subprocess.DEVNULL, **self._how)  # type: ignore[call-overload]
        wait_for_port(self.port)

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(timeout=PATIENCE)
            self._process = None

    def settings(self, mailing_list: str) -> dict[str, object]:
        """A `[mailbox]` section for it."""
        return {
            "host": "127.0.0.1", "port": self.port, "username": self.username, "password_file": str(self.password_file),
            "security": "none", "list": mailing_list,
        }  # fmt: skip

    def client(self, username: str = "") -> IMAPClient:
        client = IMAPClient("127.0.0.1", self.port, ssl=False, timeout=SocketTimeout(10, 30))
        client.login(username or self.username, self.password)
        return client

    @property
    def mailboxes(self) -> Path:
        """Where everybody's mailbox lies, by their name."""
        return self._home / "mail"

    def file_of(self, text: str) -> Path:
        """Where the server keeps the message of the inbox that has this text."""
        kept = [path for path in (self._home / "mail" / self.username / "Maildir").glob("*/*") if ",S=" in path.name]
        return next(path for path in kept if text in path.read_text("utf-8"))

    def file_of_name(self, path: Path) -> Path:
        """Where a file lies by now, whatever flags the server has put into its name."""
        return next((self._home / "mail" / self.username / "Maildir").glob(f"*/{path.name.partition(':')[0]}*"))

    def deliver(self, octets: bytes, flags: tuple[bytes, ...] = ()) -> None:
        with self.client() as client:
            client.append("INBOX", octets, flags)

    def seen(self, folder: str = "INBOX") -> int:
        """How many messages in a folder are flagged as seen."""
        with self.client() as client:
            if not client.folder_exists(folder):
                return 0
            client.select_folder(folder, readonly=True)
            return len(client.search("SEEN"))

    def log(self) -> str:
        return (self._home / "log").read_text()
