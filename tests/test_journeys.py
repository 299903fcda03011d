"""The main job, end to end: a question by mail becomes a ticket, an answer, a line in the digest and a search hit."""

import email
import email.policy
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from email.message import EmailMessage
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
from portals import RunningPortal, answer, compose, plain_text
from servers import Dovecot, Sink
from waiting import PATIENCE, eventually

from mailer.intake.fetcher import LOOK_EVERY

METTE = "Mette Eksempel <mette@proevested.example.dk>"
ANDERS = "Anders Jurist <anders@forening.example.dk>"
KAREN = "Karen Program <karen@forening.example.dk>"
OLE = "Ole Følger <ole@oeby.example.dk>"
ULLA = "Ulla Ugebrev <ulla@oeby.example.dk>"
BO = "Bo Drift <bo@forening.example.dk>"
LIST = "databeskyttelse@example.dk"


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
        body = urllib.parse.urlencode(fields).encode()
        request = urllib.request.Request(urllib.parse.urljoin(self.base_url, url), data=body)
        request.add_header("Referer", self.base_url + "/")
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


@pytest.mark.timeout(300)
def test_a_question_by_mail_becomes_an_answer_a_digest_and_a_search_hit(
    tmp_path: Path, database_url: str, sink: Sink
) -> None:
    with (
        Dovecot(tmp_path / "dovecot") as dovecot,
        RunningPortal(tmp_path, database_url, sink.port, dovecot.settings(LIST)) as portal,
    ):
        settle_in(portal)
        portal.start()

        portal.send(
            compose(METTE, LIST, "Må vi udlevere en afgørelse?", "Kære jurister\n\nMå vi give en afgørelse til naboen?")
        )
        receipt = letter_to(sink, METTE, "DB-1")
        question = letter_to(sink, ANDERS, "give en afgørelse til naboen")
        letter_to(sink, OLE, "give en afgørelse til naboen")
        assert receipt["Auto-Submitted"] == "auto-replied"
        assert question["From"].addresses[0].display_name == "Mette Eksempel, Prøvested Kommune via Databeskyttelse"
        assert question["From"].addresses[0].addr_spec == LIST
        assert str(question["Subject"]).endswith("[DB-1]")

        portal.send(
            answer(question, ANDERS, "Nej, ikke uden hjemmel, se artikel 6."), sender="anders@forening.example.dk"
        )
        answered = letter_to(sink, METTE, "ikke uden hjemmel")
        letter_to(sink, OLE, "ikke uden hjemmel")
        assert eventually(lambda: portal.ask("show", "DB-1")["status"] == "answered")

        dovecot.deliver(bytes(answer(answered, METTE, "En ting mere: gælder det også fuldmagter?")))
        letter_to(sink, ANDERS, "gælder det også fuldmagter", LOOK_EVERY + PATIENCE)  # where a push is missed
        shown = portal.ask("show", "DB-1")
        assert shown["status"] == "open"
        assert [one["kind"] for one in shown["messages"]] == ["question", "answer", "follow_up"]

        again = letter_to(sink, ANDERS, "gælder det også fuldmagter", LOOK_EVERY + PATIENCE)  # where a push is missed
        portal.send(answer(again, ANDERS, "Ja, en fuldmagt ændrer det."))
        letter_to(sink, METTE, "en fuldmagt ændrer det")
        portal.send(compose(METTE, LIST, "Hvor længe gemmer vi logfiler?", "Hvor længe må vi gemme logfiler?"))
        letter_to(sink, ANDERS, "gemme logfiler")
        portal.send(
            compose(KAREN, "databeskyttelse+nyt@example.dk", "Ny vejledning om sletning", "Datoen er sat til juni.")
        )
        letter_to(sink, OLE, "Datoen er sat")

        portal.run("digest", "Databeskyttelse", "--now", "2099-01-05T08:00:00+01:00")
        digest = letter_to(sink, ULLA, "Ny vejledning om sletning")
        text = plain_text(digest)
        assert "Må vi udlevere en afgørelse?" in text
        assert "Hvor længe gemmer vi logfiler?" in text
        assert not [
            one for one in letters_to(sink, ULLA) if one is not digest and "digest" not in str(one["Message-ID"])
        ][1:]

        hits = eventually(lambda: portal.ask("search", "afgørelser", "--as", "ulla@oeby.example.dk"))
        assert hits[0]["ticket"] == "DB-1"

        browser = log_in(portal, "ulla@oeby.example.dk")
        assert "DB-1" in browser.get("/search?" + urllib.parse.urlencode({"q": "afgørelser"}))
        link = re.search(r"http://127\.0\.0\.1:\d+/t/DB-1\b", text)
        assert link
        page = browser.get(link.group())
        assert "give en afgørelse til naboen" in page
        assert "en fuldmagt ændrer det" in page
        assert Browser(portal.base_url).status("/t/DB-1") == 403
        assert "naboen" not in Browser(portal.base_url).get("/")

        status = portal.ask("status")
        assert status["arrivals"]["waiting"] == 0
        assert status["tickets"]["answered"] == 1
        assert status["tickets"]["open"] == 1
        assert portal.stop() < 10
