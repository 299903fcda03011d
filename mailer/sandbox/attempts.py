"""Attempts: steps that what strangers wrote may break."""

import traceback
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import structlog
from sqlalchemy.exc import OperationalError

from mailer.sandbox.framing import Failure
from tickets.errors import StorageTrouble

log = structlog.get_logger()

P = ParamSpec("P")
T = TypeVar("T")


def attempt(step: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T | Failure:
    """The step's result, or how it failed. Trouble with the database is not the message's fault and is raised."""
    try:
        return step(*arguments, **named)
    except (StorageTrouble, OperationalError):
        raise
    except Exception as error:
        log.exception("processing failed", error=type(error).__name__)
        return Failure(traceback.format_exc())
