"""Settings: one file, overridden by the environment; a key that nobody knows stops the start."""

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
from web_archive.sections import Web

USUAL_FILE = Path("dialogportal.toml")
PATHS = {  # that are relative to the folder of the settings file; what lies in data_dir is not among them
    "portal": ("data_dir",),
    "listen": ("certificate", "key"),
    "relay": ("password_file", "ca_file"),
    "mailbox": ("password_file", "ca_file"),
    "dkim": ("key_file", "ed25519_key_file"),
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
    """The settings of a file, or of `dialogportal.toml` if there is one here; relative paths are seen from its folder.

    Raises BadInput with a line for every fault in them.
    """
    if path is None and USUAL_FILE.exists():
        path = USUAL_FILE
    if path is not None and not path.is_file():
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
    return _seen_from(path.parent, settings) if path else settings


def _seen_from(folder: Path, settings: Settings) -> Settings:
    """The settings with their relative paths placed in this folder, so that they mean the same wherever one stands."""
    placed = {}
    for section, keys in PATHS.items():
        if (model := getattr(settings, section)) is not None:
            paths = {key: folder / path for key in keys if (path := getattr(model, key, None)) is not None}
            placed[section] = model.model_copy(update=paths)
    return settings.model_copy(update=placed)


def read_settings_of_a_portal(path: Path | None) -> Settings:
    """The same, if a file or the environment says anything at all: defaults alone are no portal, but a wrong folder.

    Raises BadInput.
    """
    settings = read_settings(path)
    if path is None and not USUAL_FILE.exists() and not settings.model_fields_set:
        raise BadInput(
            f"There is no {USUAL_FILE} here: go to the folder of your portal, or name its settings with --config FILE"
        )
    return settings


def _describe(fault: Any) -> str:
    section, *key = (str(part) for part in fault["loc"])
    name = f"[{section}] {'.'.join(key)}".strip() if key else f"[{section}]"
    if fault["type"] == "extra_forbidden":
        return f"  {name}: there is no such key; dialogportal.example.toml has them all"
    return f"  {name}: {fault['msg'].removeprefix('Value error, ')}"
