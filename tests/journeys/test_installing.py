"""What `pip install` makes of the project: a portal that works wherever it is put."""

import ast
import re
import signal
import subprocess
import sys
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Iterator
from configparser import ConfigParser
from importlib.metadata import packages_distributions
from pathlib import Path
from smtplib import SMTP

import pytest

from dialogportal import surroundings
from support.installed import HOUSE, LIBRARIES, ROOMS, Installed, files_of_the_project, installing
from support.portals import compose
from support.servers import free_port
from support.waiting import eventually

METTE = "Mette Eksempel <mette@odense.example.dk>"
LIST = "databeskyttelse@example.dk"
STYLE = re.compile(r'<link rel="stylesheet" href="([^"]+)">')
REQUIREMENT = re.compile(r"[A-Za-z0-9._-]+")

pytestmark = pytest.mark.any_database


@pytest.fixture(scope="module")
def installed() -> Iterator[Installed]:
    with installing() as made:
        yield made


def read_until(process: "subprocess.Popen[str]", words: str) -> str:
    """What a command prints until it says these words."""
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if words in line:
            return "".join(lines)
    raise AssertionError("".join(lines))


def get(url: str) -> tuple[str, str]:
    """The kind and the text of what is served there."""
    with urllib.request.urlopen(url, timeout=20) as response:
        return response.headers.get_content_type(), response.read().decode()


def get_style(url: str, page: str) -> str:
    """The style sheet of a page."""
    found = STYLE.search(page)
    assert found
    kind, style = get(urllib.parse.urljoin(url, found.group(1)))
    assert kind == "text/css"
    return style


def end(process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)


def test_a_wheel_holds_every_file_of_the_rooms_and_nothing_else(installed: Installed) -> None:
    ours = {name for name in files_of_the_project() if name.partition("/")[0] in ROOMS}

    with zipfile.ZipFile(installed.wheel) as wheel:
        held = {name for name in wheel.namelist() if ".dist-info/" not in name}

    assert held == ours


def test_an_installed_portal_takes_a_mail_and_serves_its_pages(installed: Installed) -> None:
    smtp, web = free_port(), free_port()
    settings = installed.home / "dialogportal.toml"
    settings.write_text(
        f'[portal]\ndomain = "example.dk"\nbase_url = "http://127.0.0.1:{web}"\n'
        f'[listen]\nsmtp = "127.0.0.1:{smtp}"\n[web]\nlisten = "127.0.0.1:{web}"\n'
    )

    for words in (
        ["--help"],
        ["organisation", "add", "Odense", "--domain", "odense.example.dk"],
        ["list", "add", "Databeskyttelse", "--address", LIST, "--prefix", "DB"],
    ):
        typed = installed.type(*words)
        assert (typed.returncode, typed.stderr) == (0, "")
    checked = installed.type("check")
    assert "database" in checked.stdout
    assert checked.stderr == ""

    serving = installed.start("serve")
    try:
        read_until(serving, "dialogportal is ready")
        with SMTP("127.0.0.1", smtp, timeout=30) as client:
            client.send_message(compose(METTE, LIST, "Må vi filme på torvet?", "Kære jurister. Må vi filme på torvet?"))
        ticket = eventually(lambda: installed.type("show", "DB-1").stdout)
        kind, front = get(f"http://127.0.0.1:{web}/")
        style = get_style(f"http://127.0.0.1:{web}/", front)
    finally:
        end(serving)

    assert "Må vi filme på torvet?" in ticket
    assert kind == "text/html"
    assert "font" in style


@pytest.mark.parametrize("words", [["--help"], ["check"]])
def test_a_portal_among_the_packages_of_everybody_says_what_may_happen(installed: Installed, words: list[str]) -> None:
    [packages] = (installed.home / "environment/lib").glob("python*/site-packages")
    python = installed.python.resolve()
    how = installed.how | {"env": installed.how["env"] | {"PYTHONPATH": f"{packages}:{LIBRARIES}"}}

    typed = subprocess.run(
        [python, "-m", "dialogportal", *words], capture_output=True, text=True, timeout=60, check=False, **how
    )

    assert "demo,\nmailer, templates and tickets have names that other packages use too" in typed.stderr
    assert "pipx install" in typed.stderr


def test_the_warning_comes_even_where_a_room_was_overwritten(installed: Installed, tmp_path: Path) -> None:
    """Another package's `tickets` lies where ours was."""
    [packages] = (installed.home / "environment/lib").glob("python*/site-packages")
    others = installed.home / "others/tickets"
    others.mkdir(parents=True)
    (others / "__init__.py").write_text("")
    path = f"{others.parent}:{packages}:{LIBRARIES}"
    how = installed.how | {"env": installed.how["env"] | {"PYTHONPATH": path}}

    typed = subprocess.run(
        [installed.python.resolve(), "-m", "dialogportal", "--help"],
        capture_output=True, text=True, timeout=60, check=False, **how,
    )  # fmt: skip

    assert typed.returncode == 1
    assert typed.stderr.startswith("dialogportal is installed in")


def test_in_an_environment_of_its_own_or_from_a_checkout_nothing_is_said(
    installed: Installed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert installed.type("--help").stderr == ""

    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    assert not surroundings.is_among_others(HOUSE)
    assert surroundings.is_among_others(tmp_path)


def test_what_the_rooms_import_is_named_among_the_requirements() -> None:
    """The tests' own environment has more: what is missing from the list would be found in no other."""
    setup = ConfigParser()
    setup.read(HOUSE / "setup.cfg")
    extras = setup["options.extras_require"]
    lines = f"{setup['options']['install_requires']}\n{extras['postgres']}\n{extras['dmarc']}".split("\n")
    named = {found.group().lower() for line in lines if (found := REQUIREMENT.match(line))}
    belongs = packages_distributions()
    imported = {
        name
        for path in files_of_the_project()
        if path.endswith(".py") and path.partition("/")[0] in ROOMS
        for name in imported_names((HOUSE / path).read_text())
    }

    foreign = {name: belongs[name] for name in imported - set(ROOMS) if name in belongs}

    assert {name for name, makers in foreign.items() if not named & {maker.lower() for maker in makers}} == set()


def imported_names(text: str) -> set[str]:
    """The first name of every import."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
        elif isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
    return found


def test_what_make_sets_up_is_nobody_elses_environment() -> None:
    [made] = re.findall(r"^VENV = (\S+)$", (HOUSE / "Makefile").read_text(), re.MULTILINE)
    pages = [HOUSE / "README.md", *(HOUSE / "docs").glob("*.md")]

    assert [page.name for page in pages if re.search(rf"(venv |^|[\s/]){re.escape(made)}\b", page.read_text())] == []
