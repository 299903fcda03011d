"""The logbook: what the portal and its libraries say while they run, on standard error, an entry to a line."""

import logging
import sys

import structlog
from structlog.typing import EventDict, WrappedLogger

from dialogportal.muffler import Muffler
from dialogportal.printing import visible, write_traceback
from tickets.numbers.cpr import mask_cpr


class Readable(logging.Formatter):
    """Formats what libraries log, so that no terminal obeys a stranger's words and no CPR number is shown."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a log record, without CPR numbers, its control characters spelled out."""
        return visible(mask_cpr(super().format(record)))


def open_logbook() -> None:
    """Let everything that is logged in this process be written so; to be called once, at the start."""
    renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=write_traceback)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            _muffle,
            structlog.processors.TimeStamper(fmt="iso"),
            spell_out,
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    MUFFLER.start()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Readable("%(asctime)s [%(levelname)s] %(name)s: %(message)s"))
    handler.addFilter(_is_new)
    logging.basicConfig(handlers=[handler], level=logging.WARNING)


def _tell(line: str, times: int, seconds: float) -> None:
    structlog.get_logger().info("said again and again", line=line, times=times, within=f"{seconds:.0f} s")


MUFFLER = Muffler(_tell)


def _muffle(_logger: WrappedLogger, method: str, entry: EventDict) -> EventDict:
    """Drop a warning or an error that was written a moment ago; one with a number to ask for is always written."""
    if method not in ("info", "debug") and "incident" not in entry and not MUFFLER.lets_through(_name_of(entry)):
        raise structlog.DropEvent
    return entry


def _name_of(entry: EventDict) -> str:
    kind = sys.exc_info()[0] if entry.get("exc_info") else None
    return f"{entry['event']} ({kind.__name__})" if kind else str(entry["event"])


def _is_new(record: logging.LogRecord) -> bool:
    return MUFFLER.lets_through(f"{record.name}: {record.msg}")


def spell_out(_logger: WrappedLogger, _method: str, entry: EventDict) -> EventDict:
    """The entry with strangers' words on one line, their control characters spelled out."""
    return {name: one_line(value) if isinstance(value, str) else value for name, value in entry.items()}


def one_line(text: str) -> str:
    """A text on one line, its control characters spelled out."""
    return visible(text).replace("\n", "\\n").replace("\t", "\\t")
