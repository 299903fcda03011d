"""Statements are compiled once: SQLAlchemy does so anew for every engine, and most tests open one of their own."""

from typing import Any

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import Dialect

_dialects: dict[str, Dialect] = {}
_compiled: dict[Any, Any] = {}


def open_engine(url: str, **how: Any) -> Engine:
    """An engine that takes over what those before it compiled for the same kind of database."""
    engine = create_engine(url, **how)
    if (known := _dialects.get(engine.dialect.name)) is not None:
        engine.dialect = known
        engine.update_execution_options(compiled_cache=_compiled)
    return engine


def pass_on(engine: Engine) -> None:
    """Let later engines speak as this one does, which has met its database."""
    _dialects.setdefault(engine.dialect.name, engine.dialect)
