"""Many clients who are slow or idle, for a minute: pages and mail answer as if they were not there."""

import http.client
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from support.portals import RunningPortal
from support.servers import hand_over

HEAD = b"GET / HTTP/1.1\r\nHost: portal\r\n"
MESSAGE = "From: Mette <mette@example.org>\r\nSubject: Må vi gemme?\r\n\r\nKære jurister\r\n".encode()
A_MINUTE = 60.0
AT_ONCE = 1.0  # seconds
LIST = "databeskyttelse@example.dk"


@pytest.fixture
def running(tmp_path: Path, database_url: str) -> Iterator[RunningPortal]:
    with RunningPortal(tmp_path, database_url, relay_port=9) as portal:
        portal.run("list", "add", "Databeskyttelse", "--address", LIST, "--prefix", "DB")
        portal.start()
        yield portal


def test_trickling_and_idle_clients_keep_nobody_out(running: RunningPortal) -> None:
    with ExitStack() as open_sockets:

        def connect(port: int) -> socket.socket:
            return open_sockets.enter_context(socket.create_connection(("127.0.0.1", port), 10))

        idle = [connect(running.smtp_port) for _ in range(300)]
        trickling = [connect(running.web_port) for _ in range(100)]
        until, worst, rounds = time.monotonic() + A_MINUTE, {"page": 0.0, "lmtp": 0.0, "smtp": 0.0}, 0
        while time.monotonic() < until:
            trickling = [one if trickle(one, rounds) else connect(running.web_port) for one in trickling]
            worst["page"] = max(worst["page"], timed(lambda: read_page(running.web_port)))
            worst["lmtp"] = max(worst["lmtp"], timed(lambda: deliver(running.lmtp_port, "LHLO")))
            if rounds > 10:  # who came last has idled for a while by now
                worst["smtp"] = max(worst["smtp"], timed(lambda: deliver(running.smtp_port, "EHLO")))
            rounds += 1
            time.sleep(0.5)  # between two letters of those who trickle

    print(f"{rounds} rounds beside {len(idle)} idle and {len(trickling)} trickling clients; worst: {worst}")
    assert max(worst.values()) < AT_ONCE


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


def timed(step: Callable[[], None]) -> float:
    began = time.monotonic()
    step()
    return time.monotonic() - began
