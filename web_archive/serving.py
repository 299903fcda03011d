"""Serving: the pages over HTTP, by waitress."""

import threading

from flask import Flask
from waitress import create_server

from web_archive.app import Web

THREADS = 4


class WebServer:
    """The open web door; raises OSError if its port is taken."""

    def __init__(self, app: Flask, settings: Web) -> None:
        proxy = {"trusted_proxy": settings.trusted_proxy} if settings.trusted_proxy else {}
        if proxy:
            proxy |= {
                "trusted_proxy_headers": "x-forwarded-for x-forwarded-proto",
                "clear_untrusted_proxy_headers": "1",
            }
        self._server = create_server(app, listen=settings.listen, threads=THREADS, ident="dialogportal", **proxy)

    def run(self, _stop: threading.Event) -> None:
        """Serve until closed."""
        self._server.run()

    def close(self) -> None:
        self._server.close()
        self._server.task_dispatcher.shutdown(timeout=5)
        self._server.trigger.pull_trigger() if hasattr(self._server, "trigger") else None
