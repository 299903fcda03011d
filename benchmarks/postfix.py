"""Postfix's smtpd as the peer for durable intake: a private instance whose queue holds everything."""

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import mkdtemp

from benchmarks.instruments import answers, free_port, postfix_program, wait_for

MASTER = """\
127.0.0.1:{port} inet n - n - {limit} smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
postlog unix-dgram n - n - 1 postlogd
"""

MAIN = """\
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
relay_domains = example.dk
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = check_recipient_access static:hold, permit
smtpd_peername_lookup = no
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
default_process_limit = {limit}
alias_maps =
local_recipient_maps =
maillog_file = {home}/maillog
maillog_file_prefixes = {home}
"""


class Postfix:
    """Needs root, as Postfix's master does. Close it, and nothing of it is left."""

    def __init__(self) -> None:
        self.port = free_port()
        self._home = Path(mkdtemp(prefix="postfix-"))
        self._home.chmod(0o755)
        (self._home / "etc").mkdir()
        for name in ("queue", "data"):
            (self._home / name).mkdir()
        shutil.chown(self._home / "data", "postfix")
        (self._home / "etc/main.cf").write_text(MAIN.format(home=self._home, limit=100))
        (self._home / "etc/master.cf").write_text(MASTER.format(port=self.port, limit=100))
        self._command("start")
        wait_for(lambda: answers(self.port))

    def _command(self, word: str) -> None:
        environment = os.environ | {"MAIL_CONFIG": str(self._home / "etc")}
        done = subprocess.run(
            [postfix_program("postfix"), "-c", str(self._home / "etc"), word],
            env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"postfix {word}: {done.stderr}")

    def close(self) -> None:
        """Stop Postfix and delete its folder."""
        self._command("stop")
        shutil.rmtree(self._home, ignore_errors=True)
