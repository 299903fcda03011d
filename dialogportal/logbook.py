"""The logbook: what the portal and its libraries say while they run, on standard error, an entry to a line."""

import logging
import sys

import structlog
from structlog.typing import EventDict, WrappedLogger

from dialogportal.printing import visible, write_traceback
from tickets.cpr import mask_cpr


class Readable(logging.Formatter):
    """What a library logs, in which no stranger's words are obeyed by the terminal and no CPR number is read."""

    def format(self, record: logging.LogRecord) -> str:
        return visible(mask_cpr(super().format(record)))


def open_logbook() -> None:
    """Let everything that is logged in this process be written so; to be called once, at the start."""
    renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=write_traceback)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            spell_out,
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Readable("%(asctime)s [%(levelname)s] %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)


def spell_out(_logger: WrappedLogger, _method: str, entry: EventDict) -> EventDict:
    """The entry with what strangers wrote in it on one line, its control characters spelled out."""
    return {name: one_line(value) if isinstance(value, str) else value for name, value in entry.items()}


def one_line(text: str) -> str:
    return visible(text).replace("\n", "\\n").replace("\t", "\\t")
