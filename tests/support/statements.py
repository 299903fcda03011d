"""The engines of tests: statements are compiled once, not for every engine anew, and nobody writes the journal anew."""

import re
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Dialect

WRITING_ANEW = re.compile(r"\s*(?:UPDATE|DELETE\s+FROM)\s+events\b", re.IGNORECASE)
_dialects: dict[str, Dialect] = {}
_compiled: dict[Any, Any] = {}


def open_engine(url: str, **how: Any) -> Engine:
    """An engine that takes over what those before it compiled for the same kind of database."""
    engine = create_engine(url, **how)
    if (known := _dialects.get(engine.dialect.name)) is not None:
        engine.dialect = known
        engine.update_execution_options(compiled_cache=_compiled)
    event.listen(engine, "before_cursor_execute", _keep_the_journal)
    return engine


def _keep_the_journal(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
    """Nothing in any test may change or delete what stands in the journal."""
    assert not WRITING_ANEW.match(statement), f"The journal would be written anew: {statement}"


def pass_on(engine: Engine) -> None:
    """Let later engines speak as this one does, which has met its database."""
    _dialects.setdefault(engine.dialect.name, engine.dialect)
