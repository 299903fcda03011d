"""Crashes: `serve` is killed at any moment, and nothing that was accepted is lost or sent to everybody again."""

from pathlib import Path

import pytest
from sqlalchemy import make_url

from support import postgres
from support.crashing import AUTHOR, LONG, NEWS, Senders, is_delivered, news_received, settle_in, stored, survive
from support.portals import RunningPortal, compose
from support.sinks import scripted_relay
from support.waiting import eventually
from tickets.database.store import Store, resolve_url
from tickets.database.upgrading import migrate

FEW, KILLS = 120, 2  # a thousand, killed more often, are among the proofs


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_killed_again_and_again_it_loses_nothing_and_repeats_at_most_what_was_in_flight(
    store: Store, database_url: str, tmp_path: Path
) -> None:
    survive(store, database_url, tmp_path, FEW, KILLS)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_database_server_that_falls_over_again_and_again_delays_and_loses_nothing(
    database_url: str, tmp_path: Path
) -> None:
    if make_url(database_url).get_backend_name() == "sqlite":
        pytest.skip("SQLite has no server")
    with postgres.run_cluster(postgres.DURABLE) as cluster, scripted_relay() as (relay, port):
        url = postgres.create_database(cluster.url, "portal")
        store = Store(resolve_url(url, tmp_path))
        migrate(store)
        readers = settle_in(store, FEW)
        with RunningPortal(tmp_path, url, port) as portal:
            portal.start()
            portal.send(compose(AUTHOR, NEWS, "Ny vejledning", "Den kommer til juni."), sender=AUTHOR)
            senders = Senders(portal.smtp_port, FEW)
            with senders.at_work():
                for moment in (FEW // 3, FEW):
                    eventually(lambda moment=moment: len(senders.ledger) + len(relay.received) >= moment)  # type: ignore[misc]
                    cluster.restart()
                eventually(lambda: len(senders.ledger) == FEW, LONG)
            eventually(lambda: is_delivered(store, FEW), LONG)
            portal.stop()
        arrived = stored(store)
        store.close()

    assert arrived.keys() == set(range(FEW))
    assert news_received(relay) == dict.fromkeys(readers, 1)
