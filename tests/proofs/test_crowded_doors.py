"""Many clients who are slow or idle, for a minute: pages and mail answer as if they were not there."""

import http.client
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from support.portals import RunningPortal
from support.servers import hand_over
from support.waiting import ended, let_pass

HEAD = b"GET / HTTP/1.1\r\nHost: portal\r\n"
MESSAGE = "From: Mette <mette@example.org>\r\nSubject: Må vi gemme?\r\n\r\nKære jurister\r\n".encode()
ROUNDS, PAUSE = 120, 0.5  # a minute; seconds between two octets of those who trickle
AT_ONCE = 5.0  # seconds; a door that is taken up stays so for longer
LIST = "databeskyttelse@example.dk"


@pytest.fixture
def running(tmp_path: Path, database_url: str) -> Iterator[RunningPortal]:
    with RunningPortal(tmp_path, database_url, relay_port=9) as portal:
        portal.run("list", "add", "Databeskyttelse", "--address", LIST, "--prefix", "DB")
        portal.start()
        read_page(portal.web_port)
        yield portal
        assert portal.process is not None
        assert portal.process.poll() is None  # else it ended, which closes doors too


def test_trickling_and_idle_clients_keep_nobody_out(running: RunningPortal) -> None:
    with ExitStack() as open_sockets:

        def connect(port: int) -> socket.socket:
            return open_sockets.enter_context(socket.create_connection(("127.0.0.1", port), 10))

        idle = [connect(running.smtp_port) for _ in range(300)]
        trickling = [connect(running.web_port) for _ in range(100)]
        for number in range(ROUNDS):
            trickling = [one if trickle(one, number) else connect(running.web_port) for one in trickling]
            ended(lambda: read_page(running.web_port), AT_ONCE)
            ended(lambda: deliver(running.lmtp_port, "LHLO"), AT_ONCE)
            if number > 10:  # who came last has idled for a while by now
                ended(lambda: deliver(running.smtp_port, "EHLO"), AT_ONCE)
            let_pass(PAUSE)

        assert len(idle) + len(trickling) == 400


def trickle(connection: socket.socket, number: int) -> bool:
    """Send one octet more; False if that is over."""
    try:
        connection.sendall(HEAD[number : number + 1] or b"x")
    except ConnectionError:
        return False
    return True


def read_page(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/")
    assert connection.getresponse().status == 200
    connection.close()


def deliver(port: int, greeting: str) -> None:
    assert hand_over(port, MESSAGE, LIST, greeting=greeting)[-1].startswith("250")
