"""Leases: no two who claim have the same name."""

import os

from tickets.database.leases import new_holder


def test_each_holder_has_a_name_of_its_own_that_tells_the_process() -> None:
    holders = {new_holder() for _ in range(100)}

    assert len(holders) == 100
    assert all(f"-{os.getpid()}-" in holder for holder in holders)
