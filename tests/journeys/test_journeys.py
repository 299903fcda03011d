"""The main job, end to end: a question by mail becomes a ticket, an answer, a line in the digest and a search hit."""

import re
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from mailer.intake.fetcher import LOOK_EVERY
from support.household import Browser, letter_to, letters_to, log_in, settle_in
from support.household import sink as sink
from support.portals import RunningPortal, answer, compose, plain_text
from support.servers import Dovecot, Sink
from support.town import ANDERS, KAREN, LIST, METTE, OLE, ULLA
from support.waiting import PATIENCE, eventually


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
        portal.stop(patience=10)
