"""The four pictures of the README, taken of the demonstration; `make screenshots` runs this.

Needs Chromium and the extra `test`. Each picture has few colours, so that the repository stays small.
"""

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).parent / "pictures"
SIZE = {"width": 1280, "height": 800}
COLOURS = 96
LARGEST = 150_000  # octets
READY = "Ctrl-C"  # what the demonstration says last
PICTURES = {  # what the picture is called, whose page it is, and which
    "front": ("mette", "/"),
    "case": ("mette", "/t/DB-7"),
    "search": ("mette", "/search?q=fratr%C3%A5dt+medarbejders+mail"),
    "desk": ("anders", "/desk"),
}


@contextmanager
def running_demo(port: int) -> Iterator[None]:
    """The demonstration, with its year behind it."""
    command = [sys.executable, "-m", "dialogportal", "demo", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as demo:
        try:
            assert demo.stdout
            if not any(READY in line for line in demo.stdout):
                raise SystemExit("the demonstration did not start")
            yield
        finally:
            demo.terminate()


def take(base_url: str) -> None:
    """Take all pictures of a portal at this address."""
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-quic"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        for name, (who, path) in PICTURES.items():
            page = browser.new_context(locale="da-DK", viewport=SIZE).new_page()  # type: ignore[arg-type]
            page.goto(f"{base_url}/demo/be/{who}")
            page.goto(base_url + path)
            keep(FOLDER / f"{name}.png", page.screenshot())
        browser.close()


def keep(path: Path, octets: bytes) -> None:
    """Lay a picture down with few colours."""
    picture = Image.open(BytesIO(octets)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    picture.save(path, optimize=True)
    if path.stat().st_size > LARGEST:
        raise SystemExit(f"{path} is larger than {LARGEST} octets")


def main() -> None:
    """Start the demonstration on a port that is free, and take the pictures."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with running_demo(port):
        take(f"http://127.0.0.1:{port}")


if __name__ == "__main__":
    main()
