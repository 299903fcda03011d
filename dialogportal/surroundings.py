"""Where the command is installed: its rooms have everyday names, so it wants an environment of its own."""

import sys
from pathlib import Path

HOUSE = Path(__file__).parent.parent
WARNING = f"""\
dialogportal is installed in {HOUSE}, among the packages of everybody who uses this Python. Its folders demo,
mailer, templates and tickets have names that other packages use too: whichever is installed last overwrites the other.
Give it an environment of its own, by `pipx install .` or `python3 -m venv` (README.md, Setting one up).
"""


def warn_outside_environment() -> None:
    """Say so if the portal is neither in a virtual environment nor run from its checkout."""
    if is_among_others(HOUSE):
        print(WARNING, file=sys.stderr)


def is_among_others(house: Path) -> bool:
    """Whether the portal is installed among the system's own packages, in no environment of its own."""
    return sys.prefix == sys.base_prefix and not (house / "setup.cfg").is_file()
