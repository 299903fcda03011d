"""Settings: the example works, faults are told in a line each."""

import re
import sys
import tomllib
from pathlib import Path

import pytest
from sqlalchemy import make_url
from typer.testing import CliRunner

from dialogportal.menu import app
from dialogportal.opening import open_house
from dialogportal.settings import Settings, read_settings, read_settings_of_a_portal
from support.checkout import HOUSE
from tickets.database.store import Database
from tickets.errors import BadInput

EXAMPLE = HOUSE / "dialogportal.example.toml"


def test_the_example_has_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXAMPLE.parent)

    assert read_settings(Path(EXAMPLE.name)).model_dump() == Settings().model_dump()


def test_the_example_names_every_key() -> None:
    uncommented = re.sub(r"^# (?=\w+ = |\[)", "", EXAMPLE.read_text(), flags=re.MULTILINE)
    written = tomllib.loads(uncommented)

    for section, model in Settings().model_dump().items():
        fields = model or Settings.model_fields[section].annotation.__args__[0].model_fields  # type: ignore[union-attr]
        assert set(fields) == set(written[section]), section


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[relay]\nhots = "x"', "[relay] hots: there is no such key"),
        ('[rely]\nhost = "x"', "[rely]: there is no such key"),
        (
            "[letters]\nundo_seconds = -1",
            "[letters] undo_seconds: -1 is no time to wait: 0 sends at once, 3600 (an hour) is",
        ),
        ("[letters]\nundo_seconds = 3601", "[letters] undo_seconds: 3601 is no time to wait"),
        ('[listen]\nsmtp = "nowhere"', "[listen] smtp: 'nowhere' is not host:port"),
        ('[portal]\nlanguage = "fr"', "[portal] language"),
        ("[portal\n", "not valid TOML"),
        ('[listen]\nlmtp = "127.0.0.1:99999"', "[listen] lmtp: '127.0.0.1:99999' has no port: they go up to 65535"),
        ('[web]\nlisten = "127.0.0.1:99999"', "[web] listen: '127.0.0.1:99999' has no port"),
    ],
)
def test_a_fault_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "dialogportal.toml"
    path.write_text(text)

    with pytest.raises(BadInput) as fault:
        read_settings(path)

    assert told in str(fault.value)


@pytest.mark.parametrize(
    "url", ["mysql://u:hemmeligt@x/y", "sqlite+nothing:///x", "postgresql://u:hemmeligt@x:port/y", "hemmeligt", ""]
)
def test_a_database_of_another_kind_is_told_without_its_password(tmp_path: Path, url: str) -> None:
    (tmp_path / "portal.toml").write_text(f'[database]\nurl = "{url}"\n')

    with pytest.raises(BadInput) as fault:
        read_settings(tmp_path / "portal.toml")

    assert "[database] url: that is no database here: give sqlite:///FILE or postgresql://" in str(fault.value)
    assert "hemmeligt" not in str(fault.value)


def test_postgresql_without_its_library_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "portal.toml").write_text('[database]\nurl = "postgresql://u:hemmeligt@x/y"\n')
    assert read_settings(tmp_path / "portal.toml").database.url
    monkeypatch.setitem(sys.modules, "psycopg", None)  # as where the extra is not installed

    with pytest.raises(BadInput, match=r"\[database\] url: .*pip install 'dialogportal\[postgres\]'"):
        read_settings(tmp_path / "portal.toml")


def test_authors_are_not_checked_halfway_where_a_library_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "portal.toml").write_text('[listen]\nverify = "dmarc"\n')
    assert read_settings(tmp_path / "portal.toml").listen.verify == "dmarc"
    monkeypatch.setattr("mailer.intake.entrances.find_spec", lambda _name: None)

    with pytest.raises(BadInput, match=r"\[listen\] verify: .*pip install 'dialogportal\[dmarc\]'"):
        read_settings(tmp_path / "portal.toml")


def test_a_server_in_front_is_not_judged_as_if_it_were_the_senders(tmp_path: Path) -> None:
    (tmp_path / "portal.toml").write_text('[listen]\nverify = "dmarc"\nauthserv_id = "mx.example.dk"\n')

    with pytest.raises(BadInput, match=r"\[listen\]: .*set one of them"):
        read_settings(tmp_path / "portal.toml")


def test_the_environment_overrides_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "dialogportal.toml"
    path.write_text('[relay]\nhost = "file"\nport = 2525\n')
    monkeypatch.setenv("DIALOGPORTAL_RELAY__HOST", "environment")

    relay = read_settings(path).relay

    assert (relay.host, relay.port) == ("environment", 2525)


def test_paths_are_seen_from_the_file_wherever_the_operator_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir()
    elsewhere.mkdir()
    (home / "dialogportal.toml").write_text(
        '[listen]\ncertificate = "portal.pem"\nkey = "/etc/portal.key"\n[relay]\npassword_file = "relay-password"\n'
        '[mailbox]\nhost = "x"\nusername = "x"\npassword_file = "mailbox-password"\nlist = "x@example.dk"\n'
    )
    monkeypatch.chdir(elsewhere)

    settings = read_settings(Path("../home/dialogportal.toml"))

    assert settings.mailbox
    assert (settings.listen.certificate, settings.listen.key) == (Path("../home/portal.pem"), Path("/etc/portal.key"))
    assert settings.relay.password_file == Path("../home/relay-password")
    assert settings.mailbox.password_file == Path("../home/mailbox-password")
    with open_house(settings):
        assert not list(elsewhere.iterdir())
    assert (home / "data" / "secret").is_file()
    assert (home / "data" / "dialogportal.sqlite3").is_file()


def test_without_a_file_paths_are_seen_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert read_settings(None).portal.data_dir == Path("data")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="There is no settings file"):
        read_settings(tmp_path / "none.toml")


def test_the_machines_file_counts_where_none_is_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/dialogportal.toml").write_text('[portal]\nlanguage = "en"\n')
    monkeypatch.setattr("dialogportal.settings.SYSTEM_FILE", tmp_path / "etc/dialogportal.toml")
    monkeypatch.chdir(tmp_path)

    assert read_settings_of_a_portal(None).portal.data_dir == tmp_path / "etc/data"
    (tmp_path / "dialogportal.toml").touch()
    assert read_settings_of_a_portal(None).portal.language == "da"


@pytest.mark.parametrize(
    ("section", "parts", "told"),
    [
        ('[listen]\nsmtp = ""\nlmtp = "127.0.0.1:0"\ncertificate = "/intet.pem"', "lmtp", "certificate: /intet"),
        ('[relay]\nhost = "x"\npassword_file = "hemmeligt"', "smtp,deliver", "[relay] password_file: "),
        (
            '[database]\nurl = "postgresql://portal@127.0.0.1:1/x"\npassword_file = "y"',
            "web",
            "[database] password_",
        ),
        ('[database]\nurl = "postgresql://portal@127.0.0.1:1/x"', "web", "([database] url) does not answer"),
    ],
)
def test_what_keeps_the_portal_from_starting_is_told_by_its_key(
    tmp_path: Path, section: str, parts: str, told: str
) -> None:
    file = tmp_path / "portal.toml"
    file.write_text(f"{section}\n")

    done = CliRunner().invoke(app, ["serve", "--only", parts, "--config", str(file)])

    assert done.exit_code == 1
    assert told in str(done.exception)


def test_the_databases_password_lies_in_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "kode").write_text("hemmelig/@æ\n")
    (tmp_path / "portal.toml").write_text('[database]\nurl = "postgresql://portal@db/x"\npassword_file = "kode"\n')

    database = read_settings(tmp_path / "portal.toml").database

    assert make_url(database.whole_url()).password == "hemmelig/@æ"
    assert "hemmelig" not in str(database)
    assert Database(password_file=tmp_path / "kode").whole_url() == Database().url
