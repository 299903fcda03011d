"""Settings: one file, overridden by the environment; a key that nobody knows stops the start."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from mailer.intake.entrances import Listen
from mailer.sections import DigestTimes, Dkim, LetterTimes, MailboxSettings, Relay
from tickets.database.store import Database
from tickets.errors import BadInput
from tickets.moderation.originals import Privacy
from tickets.people.quotas import Quotas
from tickets.portal import Portal
from web_archive.owner import Owner
from web_archive.sections import Web

USUAL_FILE = Path("dialogportal.toml")
SYSTEM_FILE = Path("/etc/dialogportal/dialogportal.toml")
VARIABLE = "DIALOGPORTAL_CONFIG"  # of the environment: names the file
PATHS = {  # that are relative to the folder of the settings file; what lies in data_dir is not among them
    "portal": ("data_dir",),
    "database": ("password_file",),
    "listen": ("certificate", "key"),
    "relay": ("password_file", "ca_file"),
    "mailbox": ("password_file", "ca_file"),
    "dkim": ("key_file", "ed25519_key_file"),
    "owner": ("logo",),
}


class Settings(BaseSettings):
    """All sections of `dialogportal.toml`; DIALOGPORTAL_RELAY__HOST and the like override it."""

    model_config = SettingsConfigDict(
        env_prefix="DIALOGPORTAL_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    portal: Portal = Field(default_factory=Portal)
    database: Database = Field(default_factory=Database)
    listen: Listen = Field(default_factory=Listen)
    relay: Relay = Field(default_factory=Relay)
    dkim: Dkim = Field(default_factory=Dkim)
    web: Web = Field(default_factory=Web)
    owner: Owner = Field(default_factory=Owner)
    mailbox: MailboxSettings | None = None
    letters: LetterTimes = Field(default_factory=LetterTimes)
    digest: DigestTimes = Field(default_factory=DigestTimes)
    privacy: Privacy = Field(default_factory=Privacy)
    limits: Quotas = Field(default_factory=Quotas)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment, then the file; there are no other sources."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def read_settings(path: Path | None) -> Settings:
    """The settings of a file, or of the usual one; relative paths are seen from its folder.

    Raises BadInput with a line for every fault in them.
    """
    path = path or find_file()
    if path is not None and not os.path.isfile(path):
        raise BadInput(f"There is no settings file {path}; dialogportal.example.toml shows what one looks like")

    class OfThisFile(Settings):
        model_config = SettingsConfigDict(toml_file=path)

    try:
        settings = OfThisFile()
    except ValidationError as error:
        faults = "\n".join(_describe(fault) for fault in error.errors())
        raise BadInput(f"The settings in {path or 'the environment'} cannot be used:\n{faults}") from error
    except ValueError as error:
        raise BadInput(f"{path} is not valid TOML: {error}") from error
    except OSError as error:
        raise BadInput(f"The settings file {path} cannot be read: {error.strerror}") from error
    return _seen_from(path.parent, settings) if path else settings


def find_file() -> Path | None:
    """The file that DIALOGPORTAL_CONFIG names, else `dialogportal.toml` here, else the one of the machine, if any."""
    if named := os.environ.get(VARIABLE):
        return Path(named)
    return next((path for path in (USUAL_FILE, SYSTEM_FILE) if os.path.exists(path)), None)


def faults_of_files(settings: Settings, sections: Iterable[str]) -> list[str]:
    """A line for each file that these sections name and whoever runs this cannot read."""
    named = {
        f"[{section}] {key}": path
        for section in sections
        for key in PATHS[section]
        if (path := getattr(getattr(settings, section), key, None)) is not None
    }
    return [
        f"{key}: {path} {'cannot be read' if os.path.exists(path) else 'is not there'}"
        for key, path in named.items()
        if not os.access(path, os.R_OK)
    ]


def _seen_from(folder: Path, settings: Settings) -> Settings:
    """The settings with their relative paths placed in this folder, wherever the command was typed."""
    placed = {}
    for section, keys in PATHS.items():
        if (model := getattr(settings, section)) is not None:
            paths = {key: folder / path for key in keys if (path := getattr(model, key, None)) is not None}
            placed[section] = model.model_copy(update=paths)
    return settings.model_copy(update=placed)


def read_settings_of_a_portal(path: Path | None) -> Settings:
    """The settings, if a file or the environment has any: defaults alone mean a wrong folder. Raises BadInput.

    Raises BadInput.
    """
    settings = read_settings(path)
    if path is None and find_file() is None and not settings.model_fields_set:
        raise BadInput(
            f"There is no {USUAL_FILE} here, and no {SYSTEM_FILE}: go to the folder of your portal, or name its "
            f"settings with --config FILE, or by {VARIABLE}"
        )
    return settings


def _describe(fault: Any) -> str:
    section, *key = (str(part) for part in fault["loc"])
    name = f"[{section}] {'.'.join(key)}".strip() if key else f"[{section}]"
    if fault["type"] == "extra_forbidden":
        return f"  {name}: there is no such key; dialogportal.example.toml has them all"
    return f"  {name}: {fault['msg'].removeprefix('Value error, ')}"
