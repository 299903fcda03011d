"""A thousand messages come in and a thousand letters go out while `serve` is killed again and again."""

from pathlib import Path

import pytest

from support.crashing import survive
from tickets.database.store import Store

COUNT, KILLS = 1_000, 8


@pytest.mark.timeout(900)
def test_killed_again_and_again_it_loses_nothing_and_repeats_at_most_what_was_in_flight(
    store: Store, database_url: str, tmp_path: Path
) -> None:
    survive(store, database_url, tmp_path, COUNT, KILLS)
