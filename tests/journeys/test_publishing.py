"""An answer is published by real mail: asked in confidence, allowed by who asked, read by others, and taken down."""

import re
from pathlib import Path

import pytest

from support.household import letter_to, log_in, settle_in
from support.household import sink as sink
from support.portals import RunningPortal, answer, compose, plain_text
from support.servers import Sink
from support.town import ANDERS, METTE, OLE
from support.waiting import eventually

ASKED = "Kære jurister\n\nMå vi i Prøvested gemme optagelser fra genbrugspladsen?\n\nVenlig hilsen\nMette Eksempel"
LAWYER, ASKER = "anders@forening.example.dk", "mette@proevested.example.dk"


@pytest.mark.timeout(300)
def test_an_answer_is_published_with_the_word_of_who_asked_and_taken_down(
    tmp_path: Path, database_url: str, sink: Sink
) -> None:
    with RunningPortal(tmp_path, database_url, sink.port) as portal:
        settle_in(portal)
        portal.start()
        portal.send(compose(METTE, "databeskyttelse+fortrolig@example.dk", "Kameraer i Prøvested", ASKED))
        question = letter_to(sink, ANDERS, "genbrugspladsen")
        portal.send(answer(question, ANDERS, "KORT: Ja, i 30 dage.\n\nJa, men højst i 30 dage."), sender=LAWYER)
        answered = letter_to(sink, METTE, "højst i 30 dage")
        portal.send(answer(question, ANDERS, "OFFENTLIGGØR"), sender=LAWYER)

        draft = letter_to(sink, ANDERS, "SVAR, SOM ALLE LÆSER DET")
        assert "Prøvested" not in plain_text(draft).partition("DET ER TAGET UD")[0].partition("SPØRGSMÅL, SOM")[2]
        portal.send(answer(draft, ANDERS, "OK"), sender=LAWYER)
        asked = letter_to(sink, METTE, "JA alene på første linje")
        portal.send(answer(asked, METTE, "JA"), sender=ASKER)

        told = letter_to(sink, ANDERS, "/svar/")
        found = re.search(r"/svar/\S+", plain_text(told))
        assert found
        ole = log_in(portal, OLE.partition("<")[2].strip(">"))
        page = ole.get(found[0])
        assert "Ja, men højst i 30 dage." in page
        assert [one for one in ("Mette", "Prøvested", "DB-1", "/t/", "/m/") if one in page] == []
        assert eventually(lambda: found[0] in ole.get("/search?q=optagelser"))
        assert ole.status("/t/DB-1") == 404

        portal.send(answer(told, ANDERS, "FORTRYD"), sender=LAWYER)
        letter_to(sink, ANDERS, "står ikke på nogen side")
        assert ole.status(found[0]) == 404
        assert eventually(lambda: found[0] not in ole.get("/search?q=optagelser"))
        assert answered["Reply-To"] != draft["Reply-To"]
