"""A door that cannot be opened says which, why, and what to do."""

import errno
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from typer.testing import CliRunner

from dialogportal.doctor import ports
from dialogportal.menu import app
from support.portals import RunningPortal
from support.servers import free_port, wait_for_port
from tickets.errors import DoorShut
from web_archive.sections import Web
from web_archive.serving import WebServer


@pytest.fixture
def taken() -> Iterator[int]:
    """A port at which this process listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.mark.parametrize(
    ("section", "key", "setting"),
    [("listen", "smtp", "[listen] smtp"), ("listen", "lmtp", "[listen] lmtp"), ("web", "listen", "[web] listen")],
)
def test_a_port_that_is_taken_is_told_by_its_setting_and_who_has_it(
    tmp_path: Path, taken: int, section: str, key: str, setting: str
) -> None:
    doors = {"listen": {"smtp": f"127.0.0.1:{free_port()}"}, "web": {"listen": f"127.0.0.1:{free_port()}"}}
    doors[section][key] = f"127.0.0.1:{taken}"
    settings = tmp_path / "dialogportal.toml"
    told = [f"[{name}]\n" + "".join(f'{one} = "{at}"\n' for one, at in keys.items()) for name, keys in doors.items()]
    settings.write_text(f'[portal]\ndata_dir = "{tmp_path / "data"}"\n' + "\n".join(told))

    done = CliRunner().invoke(app, ["serve", "--config", str(settings)])

    assert done.exit_code == 1
    assert f"{setting}, port {taken}: address already in use by " in str(done.exception)
    assert f"(process {os.getpid()})" in str(done.exception)


def test_a_door_of_the_pages_that_is_taken_names_itself(taken: int) -> None:
    with pytest.raises(DoorShut) as shut:
        WebServer(Flask("pages"), Web(listen=f"127.0.0.1:{taken}"))

    assert (shut.value.setting, shut.value.port, shut.value.errno) == ("[web] listen", taken, errno.EADDRINUSE)


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.EACCES, "[listen] smtp, port 25: permission denied. Take a port from 1024 on"),
        (errno.EADDRNOTAVAIL, "Look at [listen] smtp: 192.0.2.1:25 has to be an address of this machine"),
    ],
)
def test_what_to_do_is_told_of_each_fault(number: int, told: str) -> None:
    shut = DoorShut("[listen] smtp", "192.0.2.1:25", OSError(number, os.strerror(number)))

    assert told in ports.explain(shut)


def test_a_hangup_ends_nothing(tmp_path: Path, database_url: str) -> None:
    with RunningPortal(tmp_path, database_url, relay_port=9) as portal:
        portal.start()
        assert portal.process is not None

        portal.process.send_signal(signal.SIGHUP)
        wait_for_port(portal.smtp_port)

        assert portal.process.poll() is None
        portal.stop()
