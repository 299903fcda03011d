"""Serving: the pages over HTTP, by waitress."""

import threading
from typing import Any

from flask import Flask
from waitress import create_server, wasyncore

from web_archive.app import Web

THREADS = 4
LOOK_EVERY = 0.5  # seconds between two looks at whether to stop
PATIENCE = 5  # seconds that requests under way get to finish
PROXY_FIELDS = {"trusted_proxy_headers": "x-forwarded-for x-forwarded-proto", "clear_untrusted_proxy_headers": "1"}


class WebServer:
    """The open web door; raises OSError if its port is taken."""

    def __init__(self, app: Flask, settings: Web) -> None:
        proxy: dict[str, Any] = {"trusted_proxy": settings.trusted_proxy} if settings.trusted_proxy else {}
        self._sockets: dict[int, Any] = {}
        self._server = create_server(
            app,
            map=self._sockets,
            listen=settings.listen,
            threads=THREADS,
            ident="dialogportal",
            **proxy | (PROXY_FIELDS if proxy else {}),
        )

    def run(self, stop: threading.Event) -> None:
        """Serve until told to stop; requests under way are finished."""
        while not stop.is_set():
            wasyncore.loop(timeout=LOOK_EVERY, map=self._sockets, count=1)
        self._server.close()
        self._server.task_dispatcher.shutdown(timeout=PATIENCE)
