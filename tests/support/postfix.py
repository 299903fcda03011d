"""Debian's Postfix in front of a portal, with Dovecot behind it: mail comes and goes as it does in an office."""

import grp
import os
import pwd
import shutil
import subprocess
import tempfile
from email.message import EmailMessage
from pathlib import Path
from smtplib import SMTP
from types import TracebackType
from typing import Self

import pytest

from support.servers import PATIENCE, Dovecot, find_program, run, wait_for_port

# `virtual` lays letters into the mailboxes that Dovecot shows; what is for the portal's domain goes on to it
MAIN = """\
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
maillog_file = {home}/log
maillog_file_prefixes = /
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.example.dk
mydestination =
mynetworks = 127.0.0.0/8
smtp_dns_support_level = disabled
alias_maps =
alias_database =
local_transport = error:nobody lives here
relay_domains = {domain}
transport_maps = inline:{{ {{ {domain} = lmtp:inet:127.0.0.1:{lmtp} }} }}
lmtp_destination_concurrency_limit = 4
virtual_mailbox_domains = {towns}
virtual_mailbox_base = {mailboxes}
virtual_mailbox_maps = inline:{{ {people} }}
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
"""
MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
showq unix n - n - - showq
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """A mail server of its own: it hands a domain to a portal, and lays what is for people into their mailboxes."""

    def __init__(self, dovecot: Dovecot, domain: str, people: list[str], *, port: int, lmtp: int) -> None:
        """It listens at `port`; `people` are the addresses whose names before the @ are mailboxes of Dovecot's."""
        if os.getuid() != 0:
            pytest.skip("Postfix is started by root alone")
        self._program, self.port = find_program("postfix"), port
        self._home = Path(tempfile.mkdtemp(prefix="portal-mx-"))
        self._home.chmod(0o755)
        owner = pwd.getpwnam("postfix")
        for name in ("queue", "data"):
            (self._home / name).mkdir()
        shutil.chown(self._home / "data", owner.pw_uid, owner.pw_gid)
        nobody = pwd.getpwnam("nobody")
        settings = {
            "home": self._home, "domain": domain, "lmtp": lmtp, "mailboxes": dovecot.mailboxes,
            "towns": " ".join(sorted({address.partition("@")[2] for address in people})),
            "people": ", ".join(f"{{ {one} = {one.partition('@')[0]}/Maildir/ }}" for one in people),
            "uid": nobody.pw_uid, "gid": grp.getgrgid(nobody.pw_gid).gr_gid,
        }  # fmt: skip
        (self._home / "main.cf").write_text(MAIN.format(**settings))
        (self._home / "master.cf").write_text(MASTER.format(port=port))

    def __enter__(self) -> Self:
        run([self._program, "-c", str(self._home), "start"])
        wait_for_port(self.port)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        subprocess.run(
            [self._program, "-c", str(self._home), "stop"], capture_output=True, timeout=PATIENCE, check=False
        )
        shutil.rmtree(self._home, ignore_errors=True)

    def send(self, message: EmailMessage) -> None:
        """Hand a message over as a mail program does."""
        with SMTP("127.0.0.1", self.port, timeout=PATIENCE) as client:
            client.send_message(message)

    def queued(self) -> bool:
        """Whether anything is under way."""
        places = [self._home / "queue" / name for name in ("maildrop", "incoming", "active", "deferred")]
        return any(one.is_file() for place in places for one in place.rglob("*"))

    @property
    def log(self) -> str:
        """What it has noted."""
        path = self._home / "log"
        return path.read_text() if path.exists() else ""
