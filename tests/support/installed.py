"""The portal as its operator has it: a wheel, installed in an environment of its own, run as nobody special."""

import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from support.checkout import HOUSE
from support.servers import as_ordinary_user, run

ROOMS = ("dialogportal", "mailer", "web_archive", "templates", "tickets", "demo")
LIBRARIES = sysconfig.get_path("purelib")
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
BARE = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "ignore"}


def files_of_the_project() -> list[str]:
    """All that a clone holds, or will when this checkout is committed; not what else lies about in it."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [name for name in listed.stdout.split("\0") if name and (HOUSE / name).is_file()]


def build_wheel(folder: Path) -> Path:
    """The wheel that a clone of the project makes."""
    clone = folder / "clone"
    for name in files_of_the_project():
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(HOUSE / name, clone / name)
    alone = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet"]
    run([sys.executable, "-m", "pip", "wheel", *alone, "--wheel-dir", str(folder), str(clone)])
    return next(folder.glob("dialogportal-*.whl"))


@dataclass
class Installed:
    """An environment with the portal in it, and the user who runs it, from a folder where no checkout is."""

    home: Path
    wheel: Path
    who: dict[str, object] = field(default_factory=dict)

    @property
    def python(self) -> Path:
        return self.home / "environment/bin/python"

    @property
    def command(self) -> str:
        return str(self.home / "environment/bin/dialogportal")

    @property
    def how(self) -> dict[str, Any]:
        """Arguments for `subprocess`."""
        return {"cwd": self.home, "env": BARE | {"HOME": str(self.home)}, **self.who}

    def type(self, *words: str) -> subprocess.CompletedProcess[str]:
        """What comes of a command that is typed."""
        return subprocess.run(
            [self.command, *words], capture_output=True, text=True, timeout=60, check=False, **self.how
        )

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [self.command, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **self.how
        )


@contextmanager
def installing() -> Iterator[Installed]:
    """The wheel in a bare environment, which borrows the tests' own libraries instead of asking a registry."""
    home = Path(tempfile.mkdtemp(prefix="portal-installed-"))  # not in the folder of a test, which others cannot enter
    try:
        wheel = build_wheel(home)
        who = as_ordinary_user(home)
        python = next((one for one in (sys.executable, "/usr/bin/python3") if _can_run(one, who)), "")
        installed = Installed(home, wheel, who if python else {})
        run([python or sys.executable, "-m", "venv", "--without-pip", str(home / "environment")], **installed.how)
        packages = home / f"environment/lib/python{VERSION}/site-packages"
        (packages / "borrowed.pth").write_text(f"{LIBRARIES}\n")
        run([str(installed.python), "-m", "pip", "install", "--no-deps", "--no-index", str(wheel)], **installed.how)
        yield installed
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _can_run(python: str, who: dict[str, object]) -> bool:
    """Whether a user may run this Python, and it is of the version that the libraries were built for."""
    look = f"import os, sys; sys.exit('%d.%d' % sys.version_info[:2] != '{VERSION}' or not os.access({LIBRARIES!r}, 4))"
    try:
        return subprocess.run([python, "-c", look], cwd="/", check=False, **who).returncode == 0  # type: ignore[call-overload,no-any-return]
    except OSError:
        return False
