"""Ports: why a door cannot be opened, by the setting that names it, and what to do."""

import errno
import socket
from collections.abc import Iterator
from pathlib import Path

from tickets.errors import DoorShut

LISTENING = "0A"  # in /proc/net/tcp
FIRST_FREE = 1024  # ports below belong to root
TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))


def explain(shut: DoorShut) -> str:
    """Why a door is shut, for whoever wanted to open it."""
    told = f"{shut.setting}, port {shut.port}: "
    if shut.errno == errno.EADDRINUSE:
        return told + (
            f"address already in use{_by_whom(shut.port)}. Stop that, if it is a portal that still runs, or set "
            f"{shut.setting} to another port"
        )
    if shut.errno in (errno.EACCES, errno.EPERM):
        return told + (
            f"permission denied. Take a port from {FIRST_FREE} on, or let systemd allow it "
            "(AmbientCapabilities=CAP_NET_BIND_SERVICE)"
        )
    return told + f"{shut.strerror or shut}. Look at {shut.setting}: {shut.place} has to be an address of this machine"


def _by_whom(port: int) -> str:
    """The process that holds a port, where this user may see it."""
    sockets = {f"socket:[{number}]" for number in _sockets_at(port)}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(str(handle.readlink()) in sockets for handle in (process / "fd").iterdir()):
                return f" by {(process / 'comm').read_text().strip()} (process {process.name})"
        except OSError:  # another user's, or gone
            continue
    return ""


def _sockets_at(port: int) -> Iterator[str]:
    """The numbers of the sockets that listen at a port."""
    for table in TABLES:
        if table.exists():
            for line in table.read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                    yield fields[9]


def answers(host: str, port: int, patience: float = 3.0) -> str:
    """What keeps a port from answering; empty if something listens there."""
    try:
        socket.create_connection((host, port), patience).close()
    except OSError as error:
        return str(error)
    return ""
