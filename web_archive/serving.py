"""Serving: the pages over HTTP, by waitress."""

import threading
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.task import ThreadedTaskDispatcher

from tickets.errors import DoorShut
from tickets.people.quotas import USUAL, Quotas
from web_archive.door import LARGEST_BODY, MOST, Door
from web_archive.sections import Web

THREADS = 4
LOOK_EVERY = 0.5  # seconds between two looks at whether to stop
PATIENCE = 5  # seconds that requests under way get to finish
LARGEST_HEAD = 65_536  # octets
PROXY_FIELDS = {"trusted_proxy_headers": "x-forwarded-for x-forwarded-proto", "clear_untrusted_proxy_headers": "1"}


class WebServer:
    """The open web door; raises DoorShut if its port cannot be had."""

    def __init__(self, app: Flask, settings: Web, quotas: Quotas = USUAL, max_size: int = 0) -> None:
        """`max_size` is that of a message with its files, in octets; 0 where none are written here."""
        proxy: dict[str, Any] = {"trusted_proxy": settings.trusted_proxy} if settings.trusted_proxy else {}
        adjustments = Adjustments(
            listen=settings.listen,
            ident="dialogportal",
            connection_limit=2 * MOST,  # never met: the doors keep to fewer themselves
            cleanup_interval=1,
            max_request_header_size=LARGEST_HEAD,
            max_request_body_size=max(LARGEST_BODY, 2 * max_size) + 1,
            **proxy | (PROXY_FIELDS if proxy else {}),
        )
        self._sockets: dict[int, Any] = {}
        self._dispatcher = ThreadedTaskDispatcher()
        try:
            self._doors = [
                Door(
                    app, quotas.connections_per_client, adjustments,
                    map=self._sockets, dispatcher=self._dispatcher, sockinfo=place,
                )
                for place in adjustments.listen
            ]  # fmt: skip
        except OSError as error:
            raise DoorShut("[web] listen", settings.listen, error) from error
        self._dispatcher.set_thread_count(THREADS)

    def run(self, stop: threading.Event) -> None:
        """Serve until told to stop; requests under way are finished."""
        while not stop.is_set():
            wasyncore.loop(timeout=LOOK_EVERY, use_poll=True, map=self._sockets, count=1)
        for door in self._doors:
            door.close()
        self._dispatcher.shutdown(timeout=PATIENCE)
