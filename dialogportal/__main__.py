"""`python -m dialogportal`, the same as the command `dialogportal`."""

import gc
import importlib

from dialogportal.surroundings import warn_outside_environment


def main() -> None:
    """Run a command. The warning comes before the rooms are imported: what it warns of may have overwritten them."""
    gc.disable()  # nothing of what is imported is garbage; looking through it takes a tenth of a command's time
    warn_outside_environment()
    importlib.import_module("dialogportal.menu").main()


if __name__ == "__main__":
    main()
