"""Munging: the author of the past whom a list hid behind its own address is found, and nobody else is put in place."""

from email.message import EmailMessage

import pytest

from mailer.mime.parts import parse
from mailer.reading.mailboxes import find_authors
from mailer.reading.munging import find_author_behind
from support.builders import a_message

LIST = "databeskyttelse@lists.example.org"
METTE = "mette@proevested.example.dk"
OLE = "ole@odense.example.dk"


def author_of(written: EmailMessage) -> str:
    message = parse(bytes(written))
    found = find_author_behind(message, find_authors(message).mailboxes[0])
    return str(found) if found is None else f"{found.name} <{found.email}>"


@pytest.mark.parametrize(
    "fields",
    [
        {"From": f'"Mette Eksempel via Databeskyttelse" <{LIST}>', "X_Original_From": f"Mette Eksempel <{METTE}>"},
        {"From": f"Mette Eksempel via Databeskyttelse <{LIST}>", "Reply_To": f"Mette Eksempel <{METTE}>"},
        {"From": f"Mette Eksempel <{LIST}>", "List_Post": f"<mailto:{LIST}>", "Reply_To": f"{LIST}, {METTE}"},
        {"From": f"Mette Eksempel <{LIST}>", "X_BeenThere": LIST, "X_MailFrom": METTE},
        {"From": f"'Mette Eksempel' via DB <{LIST}>", "List_Id": "DB <databeskyttelse.lists.example.org>",
         "X_MailFrom": METTE, "Reply_To": OLE},
        {"From": f"Mette Eksempel <{LIST}>", "Sender": "databeskyttelse-bounces@lists.example.org", "Reply_To": METTE},
        {"From": f"Mette Eksempel <{LIST}>", "Sender": "owner-databeskyttelse@lists.example.org", "Reply_To": METTE},
        {"From": f"Mette Eksempel gennem Databeskyttelse <{LIST.upper()}>", "Reply_To": METTE.upper()},
        {"From": "databeskyttelse at lists.example.org (Mette Eksempel via DB)",
         "Reply_To": "mette at proevested.example.dk (Mette Eksempel)"},
    ],
)  # fmt: skip
def test_who_wrote_is_found_behind_the_list(fields: dict[str, str]) -> None:
    assert author_of(a_message(**fields)) == f"Mette Eksempel <{METTE}>"


@pytest.mark.parametrize(
    "fields",
    [
        {"From": METTE, "List_Post": f"<mailto:{LIST}>", "X_MailFrom": OLE, "Reply_To": OLE},
        {"From": METTE, "To": METTE, "Reply_To": OLE},
        {"From": LIST, "List_Post": f"<mailto:{LIST}>", "X_MailFrom": "databeskyttelse-bounces@lists.example.org"},
        {"From": LIST, "List_Post": f"<mailto:{LIST}>", "Reply_To": LIST},
        {"From": f"Via Eksempel <{METTE}>", "Reply_To": OLE},
    ],
)
def test_whoever_from_names_stays_the_author_where_nothing_tells_more(fields: dict[str, str]) -> None:
    assert author_of(a_message(**fields)) == "None"
