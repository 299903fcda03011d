"""Who the portal is on the net, and the secret it keeps."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from tickets.portal import SECRET_FILE, Portal, load_secret


def test_links_are_made_without_two_slashes() -> None:
    assert Portal(base_url="https://portal.example.dk/").base_url == "https://portal.example.dk"


@pytest.mark.parametrize(("month", "hour"), [pytest.param(7, 9, id="summer"), pytest.param(12, 8, id="winter")])
def test_people_read_the_time_of_copenhagen(month: int, hour: int) -> None:
    assert Portal().local(datetime(2026, month, 1, 7, 0, tzinfo=UTC)).hour == hour


@pytest.mark.parametrize(
    "wrong",
    [
        {"timezone": "Europe/Atlantis"},
        {"timezone": "Europe"},
        {"timezone": "../../etc/passwd"},
        {"language": "de"},
        {"domian": "x"},
    ],
)
def test_settings_that_mean_nothing_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Portal.model_validate(wrong)


def test_the_secret_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"

    first, second = load_secret(folder), load_secret(folder)

    assert first == second
    assert len(first) == 32
    assert stat.S_IMODE((folder / SECRET_FILE).stat().st_mode) == 0o600
    assert os.listdir(folder) == [SECRET_FILE]


def test_portals_have_secrets_of_their_own(tmp_path: Path) -> None:
    assert load_secret(tmp_path / "a") != load_secret(tmp_path / "b")


def test_processes_that_start_at_once_agree_on_the_secret(tmp_path: Path) -> None:
    for attempt in range(20):
        folder = tmp_path / str(attempt)
        with ThreadPoolExecutor(8) as pool:
            secrets = list(pool.map(load_secret, [folder] * 8))

        assert len(set(secrets)) == 1
        assert len(secrets[0]) == 32
