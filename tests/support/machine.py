"""This machine once more, cut off from the net: its own processes, network and disk, all gone at the end.

What is installed here is there too; what is written there is written nowhere else. It has the usual ports and
folders, so that servers run with the very files that an operator puts there. Only root can make one.
"""

import ctypes
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from support.checkout import HOUSE
from support.servers import find_program
from support.waiting import eventually

T = TypeVar("T")

A_NETWORK = 0x40000000  # CLONE_NEWNET
ROOTS = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8"}
MAKE = """
folder=$1; shift
mount -t tmpfs tmpfs "$folder"
cd "$folder"
mkdir changes work root
mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/changes,workdir=$folder/work" root
mount -t proc proc root/proc
mount --rbind /dev root/dev
mount -t tmpfs tmpfs root/run
case "$CHECKOUT/" in /tmp/*) ;; *) mount -t tmpfs -o mode=1777 tmpfs root/tmp ;; esac  # a checkout there stays in sight
ip link set lo up
ip address add "$1/32" dev lo; shift
for address in "$@"; do ip route add local "$address/32" dev lo; done
echo "nameserver 127.0.0.1" > root/etc/resolv.conf
touch made
while sleep 1; do :; done  # and bury what has ended
"""


class Machine:
    """A running one, by the process that keeps it up."""

    def __init__(self, keeper: int, folder: Path) -> None:
        self._network = f"/proc/{keeper}/ns/net"
        self.disk = Path(f"/proc/{keeper}/root{folder}/root")  # as it is seen from here
        entered = ["--mount", "--net", "--pid", f"--root={self.disk}", f"--wd={self.disk}"]
        self._entering = ["nsenter", "-t", str(keeper), *entered]

    def type(self, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """What comes of these lines when root types them; the first that fails ends it."""
        return subprocess.run(
            [*self._entering, "sh", "-euc", script], capture_output=True, text=True, timeout=300, check=False,
            stdin=subprocess.DEVNULL, env=ROOTS | environment,
        )  # fmt: skip

    def do(self, script: str, **environment: str) -> str:
        """What the lines print; nothing may go wrong."""
        typed = self.type(script, **environment)
        assert typed.returncode == 0, f"{script}\n{typed.stdout}{typed.stderr}"
        return typed.stdout

    def on_its_net(self, make: Callable[[], T]) -> T:
        """What is made there; a socket stays on the net where it was opened, whoever uses it."""

        def enter_and_make() -> T:
            with open(self._network) as network:
                if ctypes.CDLL(None, use_errno=True).setns(network.fileno(), A_NETWORK):
                    raise OSError(ctypes.get_errno(), "setns")
            return make()

        with ThreadPoolExecutor(1) as thread:  # which ends, and nobody else has left this net
            return thread.submit(enter_and_make).result()


@contextmanager
def running_machine(*addresses: str) -> Iterator[Machine]:
    """One with these addresses on its net; the test is skipped where none can be made."""
    for program in ("unshare", "nsenter", "ip"):
        find_program(program)
    with tempfile.TemporaryDirectory(prefix="portal-machine-") as folder:
        apart = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child"]
        maker = subprocess.Popen(
            [*apart, "sh", "-euc", MAKE, "sh", folder, *addresses],
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "CHECKOUT": str(HOUSE)},
        )
        try:
            keeper = eventually(lambda: maker.poll() is not None or _child_of(maker.pid))
            made = Path(f"/proc/{keeper}/root{folder}/made")
            eventually(lambda: maker.poll() is not None or made.exists())
            if maker.poll() is not None:
                pytest.skip(f"no machine can be made within this one: {maker.stderr and maker.stderr.read().strip()}")
            yield Machine(int(keeper), Path(folder))
        finally:
            maker.kill()
            maker.wait()


def _child_of(process: int) -> int:
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return int(children[0]) if children else 0
