"""The pages under clients that are slow, idle or many."""

import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from flask import Flask, Response, request

from support.servers import free_port, wait_for_port
from support.waiting import eventually
from tickets.people import quotas
from tickets.people.quotas import Quotas
from web_archive import door
from web_archive.sections import Web
from web_archive.serving import WebServer

HEAD = b"GET / HTTP/1.1\r\nHost: portal\r\n"
POST = b"POST /login HTTP/1.1\r\nHost: portal\r\nContent-Length: 30\r\n\r\n"
LARGE = b"x" * 20_000_000
MOMENT = 0.1
Knock = Callable[..., socket.socket]


@pytest.fixture
def pages() -> Flask:
    app = Flask("pages", static_folder=None)
    app.add_url_rule("/", "start", view_func=lambda: "Velkommen")
    app.add_url_rule("/login", "form", view_func=lambda: request.get_data(), methods=["POST"])
    app.add_url_rule("/large", "large", view_func=lambda: Response(LARGE))
    return app


@contextmanager
def serving(pages: Flask, trusted_proxy: str | None = None, **limits: int) -> Iterator[int]:
    """The port of a web server that runs within the block."""
    port, stop = free_port(), threading.Event()
    settings = Web(listen=f"127.0.0.1:{port}", trusted_proxy=trusted_proxy)
    server = WebServer(pages, settings, Quotas.model_validate(limits))
    thread = threading.Thread(target=server.run, args=(stop,))
    thread.start()
    wait_for_port(port)
    try:
        yield port
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture
def port(pages: Flask) -> Iterator[int]:
    with serving(pages) as port:
        yield port


@pytest.fixture
def knock() -> Iterator[Knock]:
    """Connect from an address, and say something."""
    with ExitStack() as connections:

        def knock(port: int, said: bytes = b"", client: str = "127.0.0.1") -> socket.socket:
            connection = socket.create_connection(("127.0.0.1", port), 10, source_address=(client, 0))
            connections.enter_context(connection)
            connection.sendall(said)
            return connection

        yield knock


def is_served(port: int, client: str = "127.0.0.1") -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5, source_address=(client, 0))
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == 200
    finally:
        connection.close()


def is_closed(connection: socket.socket) -> bool:
    """Whether the other side has ended it, seen within a moment."""
    connection.settimeout(MOMENT)
    try:
        return connection.recv(1_000) == b""
    except TimeoutError:
        return False
    except ConnectionError:
        return True


def go_on(connection: socket.socket, said: bytes) -> bool:
    """Say a little more; whether the other side has ended it."""
    try:
        connection.sendall(said)
    except ConnectionError:
        return True
    return is_closed(connection)


@pytest.mark.parametrize("said", [b"", b"G", HEAD, POST, b"\r\n"], ids=["silent", "begun", "head", "body", "line ends"])
def test_whoever_waits_for_nothing_makes_room_for_others(
    port: int, knock: Knock, said: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "MOST", 10)
    crowd = [knock(port, said) for _ in range(30)]

    assert all(is_served(port) for _ in range(5))
    assert is_closed(crowd[0])


@pytest.mark.parametrize(
    ("deadline", "said", "more"),
    [
        ("LONGEST_HEAD", b"G", b""),
        ("LONGEST_HEAD", HEAD, b"X-A: b\r\n"),
        ("LONGEST_HEAD", b"\r\n\r\nGET", b"T"),
        ("LONGEST_REST", b"", b""),
        ("LONGEST_REST", b"\r\n", b"\r\n"),
        ("LONGEST_SILENCE", POST, b""),
        ("LONGEST_SILENCE", POST + b"email=", b""),
    ],
)
def test_what_does_not_come_in_its_time_is_not_waited_for(
    port: int, knock: Knock, deadline: str, said: bytes, more: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, deadline, 0.3)
    connection = knock(port, said)

    eventually(lambda: go_on(connection, more))


def test_a_body_that_gets_on_is_waited_for_however_slow(
    port: int, knock: Knock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for deadline in ("LONGEST_HEAD", "LONGEST_REST"):
        monkeypatch.setattr(door, deadline, 0.3)
    monkeypatch.setattr(door, "LONGEST_SILENCE", 1.0)
    connection = knock(port, POST)

    closed = [go_on(connection, b"x") for _ in range(29)]
    connection.settimeout(10)
    connection.sendall(b"x")

    assert not any(closed)
    assert connection.recv(1_000).startswith(b"HTTP/1.1 200 ")


def test_an_answer_that_nobody_takes_is_not_kept(pages: Flask, knock: Knock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "LONGEST_SILENCE", 0.3)
    with serving(pages) as port:
        greedy = [knock(port, b"GET /large HTTP/1.1\r\nHost: portal\r\n\r\n" * 3) for _ in range(6)]

        eventually(lambda: all(is_gone(one) for one in greedy))
        assert is_served(port)


def is_gone(connection: socket.socket) -> bool:
    """Whether the other side has ended it, without taking anything that it sent."""
    try:
        connection.sendall(b"\r\n")
    except ConnectionError:
        return True
    return False


@pytest.fixture
def nobody_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of 127.0.0.0/8 is foreign, but for a connection to the address that it comes from."""
    monkeypatch.setattr(quotas, "LOOPBACK", ("::1",))


@pytest.mark.usefixtures("nobody_at_home")
def test_a_network_closes_its_own_connections_and_nobody_elses(pages: Flask, knock: Knock) -> None:
    with serving(pages, connections_per_client=3) as port:
        other = knock(port, HEAD, "127.0.2.1")
        crowd = [knock(port, HEAD, f"127.0.1.{number}") for number in range(1, 7)]

        eventually(lambda: all(is_closed(one) for one in crowd[:3]))
        assert not any(is_closed(one) for one in [*crowd[3:], other])
        assert is_served(port, "127.0.1.9")


@pytest.mark.parametrize(
    ("client", "trusted_proxy", "most"),
    [("127.0.1.1", "127.0.1.1", 3), ("127.0.1.1", "*", 3), ("127.0.0.1", None, 3), ("127.0.1.1", None, 0)],
    ids=["proxy", "any proxy", "this very host", "no limit"],
)
@pytest.mark.usefixtures("nobody_at_home")
def test_a_proxy_and_this_very_host_have_as_many_as_they_like(
    pages: Flask, knock: Knock, client: str, trusted_proxy: str | None, most: int
) -> None:
    with serving(pages, trusted_proxy, connections_per_client=most) as port:
        crowd = [knock(port, HEAD, client) for _ in range(6)]

        assert is_served(port, client)
        assert not any(is_closed(one) for one in crowd)
