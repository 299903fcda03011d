"""The people of a small portal on the command line, their browsers, and the letters that they get."""

import email
import email.policy
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from email.message import EmailMessage
from http.cookiejar import CookieJar

import pytest

from support.portals import RunningPortal, plain_text
from support.servers import Sink
from support.town import ANDERS, BO, KAREN, LIST, METTE, OLE, ULLA
from support.waiting import PATIENCE, eventually


class Browser:
    """A reader's browser: keeps cookies, follows links."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, url: str) -> str:
        with self._opener.open(urllib.parse.urljoin(self.base_url, url), timeout=20) as response:
            return str(response.read().decode())

    def status(self, url: str) -> int:
        try:
            self.get(url)
        except urllib.error.HTTPError as error:
            return error.code
        return 200

    def press_button(self, url: str) -> str:
        """Send the form of a page as it stands."""
        page = self.get(url)
        fields = dict(re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page))
        return self.send(url, urllib.parse.urlencode(fields).encode())

    def send(self, url: str, body: bytes, kind: str = "application/x-www-form-urlencoded") -> str:
        """Send a form that is made already; the page that it leads to."""
        request = urllib.request.Request(urllib.parse.urljoin(self.base_url, url), data=body)
        request.add_header("Referer", self.base_url + "/")
        request.add_header("Content-Type", kind)
        with self._opener.open(request, timeout=20) as response:
            return str(response.read().decode())


def log_in(portal: RunningPortal, address: str) -> Browser:
    browser = Browser(portal.base_url)
    link = re.search(r"https?://\S+/login/\S+", portal.run("login-link", address))
    assert link
    browser.press_button(link.group())
    return browser


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as running:
        yield running


def settle_in(portal: RunningPortal) -> None:
    for name, domain in (("Prøvested Kommune", "proevested"), ("Øby Kommune", "oeby"), ("Foreningen", "forening")):
        portal.run("organisation", "add", name, "--domain", f"{domain}.example.dk")
    for who, *options in (
        (METTE,), (OLE,), (ULLA,), (ANDERS,), (KAREN,), (BO, "--role", "administrator"),
    ):  # fmt: skip
        name, address = re.fullmatch(r"(.+) <(.+)>", who).groups()  # type: ignore[union-attr]
        portal.run("person", "add", address, "--name", name, *options)
    portal.run(
        "list", "add", "Databeskyttelse", "--address", LIST, "--prefix", "DB", "--digest", "mon 08:00",
        "--lawyer", "anders@forening.example.dk", "--editor", "karen@forening.example.dk",
    )  # fmt: skip
    portal.run("subscribe", "ole@oeby.example.dk", "Databeskyttelse", "--mode", "each")
    portal.run("subscribe", "ulla@oeby.example.dk", "Databeskyttelse", "--mode", "weekly")


def letters_to(sink: Sink, address: str) -> list[EmailMessage]:
    bare = address[address.find("<") + 1 :].rstrip(">")
    return [
        email.message_from_bytes(one.octets, policy=email.policy.default)
        for one in sink.messages()
        if bare in one.recipients
    ]


def letter_to(sink: Sink, address: str, words: str, patience: float = PATIENCE) -> EmailMessage:
    """The letter to this person whose text holds these words, as soon as it is there."""
    return eventually(
        lambda: next((one for one in letters_to(sink, address) if words in plain_text(one)), None), patience
    )
