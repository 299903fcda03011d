"""What the portal needs of others: declared, locked, and no more of their insides than is named here."""

import ast
import asyncio
import re
import sys
from configparser import ConfigParser
from importlib.metadata import packages_distributions

import aiosmtplib
import pypdf
import pypdf.generic
import pytest
from aiosmtpd.smtp import SMTP

from support.checkout import HOUSE

ROOMS = ("dialogportal", "mailer", "web_archive", "templates", "tickets", "demo")
BY_NAME = {
    "holidays": "loaded when the first day is asked for",
    "psycopg": "SQLAlchemy loads it",
    "pyspf": "an extra, loaded where it is there",
    "tzdata": "zoneinfo reads it",
}
OWN = {*ROOMS, *sys.stdlib_module_names}
NAME = re.compile(r"^([A-Za-z0-9._-]+)")


def normal(name: str) -> str:
    """A distribution's name in one spelling (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(*extras: str) -> dict[str, str]:
    """The requirements of the portal and of these extras, by the name of what is required."""
    settings = ConfigParser()
    settings.read(HOUSE / "setup.cfg")
    lines = settings["options"]["install_requires"].split("\n")
    for extra in extras:
        lines += settings["options.extras_require"][extra].split("\n")
    return {normal(NAME.match(line)[1]): line for line in lines if line}  # type: ignore[index]


def imported() -> set[str]:
    """The modules of others that the product imports, by their first names."""
    found = set()
    for path in (path for room in ROOMS for path in (HOUSE / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.split(".")[0])
            elif isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
    return found - OWN


def test_what_is_imported_is_declared_and_what_is_declared_is_imported() -> None:
    distributions = packages_distributions()
    needed = {normal(name) for module in imported() for name in distributions[module]}

    assert needed - set(declared("postgres", "dmarc")) == set()
    assert set(declared("postgres", "dmarc")) - needed == set(BY_NAME)


def test_what_is_locked_is_what_is_declared_with_hashes_and_without_an_address() -> None:
    lock = (HOUSE / "requirements.lock").read_text()
    locked = {normal(name): version for name, version in re.findall(r"^([\w.-]+)==([\w.]+) \\$", lock, re.MULTILINE)}
    entries = re.split(r"\n(?=[\w.-]+==)", lock)[1:]

    assert set(declared("postgres", "test")) - set(locked) == set()
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert "//" not in lock
    assert "--index" not in lock


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (SMTP, "_getaddr"),
        (SMTP, "_set_post_data_state"),
        (pypdf.PdfWriter, "_add_object"),
        (pypdf.PdfWriter, "_replace_object"),
    ],
)
def test_the_methods_of_others_that_are_theirs_alone_are_still_there(owner: type, name: str) -> None:
    assert callable(getattr(owner, name))


def test_the_values_of_others_that_are_theirs_alone_are_still_there() -> None:
    async def door() -> SMTP:
        return SMTP(object())

    session = asyncio.run(door())

    assert "EHLO" in session._smtp_methods
    assert session._original_transport is None
    assert isinstance(pypdf.generic.StreamObject()._data, bytes)
    assert isinstance(asyncio.StreamReader(loop=asyncio.new_event_loop())._buffer, bytearray)
    assert aiosmtplib.SMTP().transport is None


@pytest.mark.parametrize("name", ["aiosmtpd", "aiosmtplib", "pypdf"])
def test_whose_insides_are_used_is_held_at_a_minor_version(name: str) -> None:
    low, high = re.search(r">=(\d+\.\d+)[.\d]*,<(\d+\.\d+)$", declared()[name]).groups()  # type: ignore[union-attr]

    major, minor = low.split(".")
    assert high == f"{major}.{int(minor) + 1}"
