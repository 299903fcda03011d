"""GNU Mailman 3 core as the peer for mail in and mail out: a private instance on SQLite, as it comes out of its box."""

import base64
import json
import os
import shutil
import subprocess
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import urlencode

from benchmarks.instruments import free_port, running, wait_until_serving

PEERS = Path(__file__).parent.parent / ".venv-peers" / "bin"
COPIES_TOGETHER = 10  # recipients of one shared copy, Mailman's default

CONFIGURATION = """\
[mailman]
layout: bench
site_owner: bo@example.dk

[paths.bench]
var_dir: {home}
bin_dir: {programs}
log_dir: {home}/logs
lock_dir: {home}/locks
etc_dir: {home}/etc
ext_dir: {home}/etc/mailman.d
pid_file: {home}/master.pid

[mta]
incoming: mailman.mta.null.NullMTA
smtp_host: 127.0.0.1
smtp_port: {relay}
lmtp_host: 127.0.0.1
lmtp_port: {lmtp}
max_recipients: {together}
verp_personalized_deliveries: yes

[webservice]
hostname: 127.0.0.1
port: {rest}

[ARC]
enabled: no
"""
AUTHORIZATION = "Basic " + base64.b64encode(b"restadmin:restpass").decode()  # of a loopback instance that lives minutes


class Mailman:
    """An installed instance; run all of it or its door."""

    def __init__(self, home: Path, relay_port: int) -> None:
        self.lmtp_port = free_port()
        self._rest_port = free_port()
        self._home = home
        self._log = home / "errors.log"
        self._configuration = home / "mailman.cfg"
        self._configuration.write_text(
            CONFIGURATION.format(
                home=home, programs=PEERS, relay=relay_port, lmtp=self.lmtp_port, rest=self._rest_port,
                together=COPIES_TOGETHER,
            )
        )  # fmt: skip

    def add_list(self, name: str, author: str, readers: int) -> str:
        """A list with so many subscribers of its own, to which the author, who gets no copies, may write."""
        address = f"{name}@example.dk"
        self._command("create", address)
        self._subscribe(address, [f"{name}{number}@proevested.example.dk" for number in range(readers)], "regular")
        self._subscribe(address, [author], "disabled")
        return address

    def _subscribe(self, address: str, people: Iterable[str], delivery: str) -> None:
        self._command("addmembers", "-W", "-d", delivery, "-", address, told="\n".join(people))

    def _command(self, *words: str, told: str = "") -> None:
        as_root = ["--run-as-root"] if os.geteuid() == 0 else []
        done = subprocess.run(
            [PEERS / "mailman", *as_root, "-C", self._configuration, *words],
            input=told, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"mailman {' '.join(words)}: {done.stderr or done.stdout}")

    @contextmanager
    def receiving(self) -> Iterator[None]:
        """Its door alone: the LMTP runner, which queues what it takes."""
        with self._running(PEERS / "runner", "-r", "lmtp:0:1"):
            yield

    @contextmanager
    def serving(self) -> Iterator[int]:
        """The master process, with every runner that a default instance has."""
        with self._running(PEERS / "master") as process:
            wait_until_serving(process, self._rest_port, self._log)
            yield process.pid

    @contextmanager
    def _running(self, program: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
        with running([program, "-C", self._configuration, *options], self._home, self._log) as process:
            wait_until_serving(process, self.lmtp_port, self._log)
            yield process

    def configure(self, address: str, **settings: str | bool) -> None:
        """Change settings of a list through the REST interface, which must be served."""
        name = address.replace("@", ".")
        address = f"http://127.0.0.1:{self._rest_port}/3.1/lists/{name}/config"
        found = _ask(address, urlencode({key: str(value) for key, value in settings.items()}).encode()) or _ask(address)
        for key, value in settings.items():
            if found[key] != value:
                raise RuntimeError(f"mailman: {key} of {name} is {found[key]!r}, not {value!r}")

    def set_aside(self) -> int:
        """How many messages Mailman could not process."""
        return sum(1 for _ in (self._home / "queue" / "shunt").glob("*"))


def _ask(address: str, changes: bytes | None = None) -> dict[str, object]:
    """What REST answers, after changes nothing."""
    request = urllib.request.Request(
        address, changes, {"Authorization": AUTHORIZATION}, method="PATCH" if changes else "GET"
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        octets = answer.read()
    return dict(json.loads(octets)) if octets else {}


@contextmanager
def mailman(relay_port: int) -> Iterator[Mailman]:
    """A Mailman of which nothing is left afterwards."""
    home = Path(mkdtemp(prefix="mailman-bench-"))
    try:
        (home / "etc").mkdir()
        yield Mailman(home, relay_port)
    finally:
        shutil.rmtree(home, ignore_errors=True)
