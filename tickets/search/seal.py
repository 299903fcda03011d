"""A seal on the search index: it holds as long as every file is there, and as it was written."""

import json
import zlib
from pathlib import Path

NAME = "SEAL"
SEALED = (".toc", ".seg")
PIECE = 1 << 20  # octets


class Seal:
    """What was written into a folder, by length and checksum; a file that did not change is read once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, tuple[int, int, int]] = {}  # by file: octets, when it changed, checksum

    def write(self) -> None:
        """Seal the files as they are now."""
        fresh = self._folder / f"{NAME}.new"
        fresh.write_text(json.dumps(self._sums()))
        fresh.replace(self._folder / NAME)

    def holds(self) -> bool:
        """Whether every file of the index is as it was written; False if the seal cannot be read."""
        try:
            return bool(json.loads((self._folder / NAME).read_bytes()) == self._sums())
        except (OSError, ValueError):
            return False

    def _sums(self) -> dict[str, list[int]]:
        paths = [path for path in self._folder.iterdir() if path.suffix in SEALED]
        self._read = {path.name: self._look_at(path) for path in paths}
        return {name: [size, checksum] for name, (size, _, checksum) in self._read.items()}

    def _look_at(self, path: Path) -> tuple[int, int, int]:
        found = path.stat()
        known = self._read.get(path.name)
        if known and known[:2] == (found.st_size, found.st_mtime_ns):
            return known
        return found.st_size, found.st_mtime_ns, _checksum(path)


def _checksum(path: Path) -> int:
    checksum = 0
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            checksum = zlib.crc32(piece, checksum)
    return checksum
