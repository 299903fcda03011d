"""A process that serves pages has nothing loaded that takes mail apart."""

import subprocess
import sys
from pathlib import Path

import pytest

from support.servers import free_port

TAKE_APART = (  # rooms of ours, and libraries that open files
    "mailer.authorship", "mailer.files", "mailer.history", "mailer.letters", "mailer.mime", "mailer.privacy",
    "mailer.processing", "mailer.reading", "mailer.texts", "mailer.sandbox.message", "mailer.sandbox.incoming",
    "aiosmtpd", "dkim", "flufl", "imapclient", "lxml", "olefile", "pypdf", "pypdfium2", "xlrd",
)  # fmt: skip
SERVING = """
import sys
from contextlib import ExitStack
from pathlib import Path
from dialogportal.commands.running import serve
from dialogportal.opening import open_house
from dialogportal.settings import read_settings
with open_house(read_settings(Path(sys.argv[1]))) as house:
    service = serve.choose_service(house, tuple(sys.argv[2].split(",")))
    service.start()
    print(*sys.modules)
    service.stop()
"""


def loaded(folder: Path, parts: str) -> set[str]:
    """The modules that a portal has loaded which runs these parts."""
    settings = folder / "dialogportal.toml"
    settings.write_text(
        f'[portal]\ndata_dir = "{folder / "data"}"\n[listen]\nsmtp = "127.0.0.1:{free_port()}"\n'
        f'[web]\nlisten = "127.0.0.1:{free_port()}"\n'
    )
    command = [sys.executable, "-c", SERVING, str(settings), parts]
    return set(subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.split())


def taking_apart(modules: set[str]) -> set[str]:
    return {one for one in modules if any(one == name or one.startswith(f"{name}.") for name in TAKE_APART)}


@pytest.mark.any_database
def test_pages_alone_take_no_mail_apart(tmp_path: Path) -> None:
    modules = loaded(tmp_path, "web")

    assert "web_archive.app" in modules
    assert taking_apart(modules) == set()


@pytest.mark.any_database
def test_whoever_processes_mail_has_what_that_takes(tmp_path: Path) -> None:
    assert "mailer.processing" in taking_apart(loaded(tmp_path, "web,process"))
