"""Invitations: what a meeting is, where the mail itself does not say it."""

import pytest

from mailer.mime.parts import parse
from mailer.reading.bodies import read_body
from mailer.reading.invitations import tell_invitation
from support.timing import is_linear

EVENT = (
    "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VTIMEZONE\r\nBEGIN:STANDARD\r\nDTSTART:16010101T030000\r\nEND:STANDARD\r\n"
    "END:VTIMEZONE\r\nBEGIN:VEVENT\r\nSUMMARY;LANGUAGE=da-DK:Møde om\\, tilsyn\r\nDTSTART;TZID=\"Romance: Standard\":"
    "20261102T100000\r\nDTEND;TZID=Romance Standard Time:20261102T113000\r\nLOCATION:Rådhuset\\; lokale\r\n  4\r\n"
    "DESCRIPTION:Hej\\n\\nMå vi?\r\nBEGIN:VALARM\r\nDESCRIPTION:NU\r\nEND:VALARM\r\nEND:VEVENT\r\n"
)  # fmt: skip
TOLD = "Møde om, tilsyn\n2.11.2026 kl. 10.00–11.30\nRådhuset; lokale 4\n\nHej\n\nMå vi?"


def test_an_invitation_tells_title_time_and_place() -> None:
    assert tell_invitation(EVENT) == TOLD


@pytest.mark.parametrize(
    ("start", "end", "told"),
    [
        ("20261102T090000Z", "20261102T100000Z", "2.11.2026 kl. 09.00 UTC–10.00 UTC"),
        ("20261102", "20261103", "2.11.2026"),
        ("20261102T090000", "", "2.11.2026 kl. 09.00"),
        ("20261102T220000", "20261103T010000", "2.11.2026 kl. 22.00 – 3.11.2026 kl. 01.00"),
        ("i morgen", "", ""),
    ],
)
def test_times_are_told_as_they_are_written(start: str, end: str, told: str) -> None:
    assert tell_invitation(f"BEGIN:VEVENT\nDTSTART:{start}\nDTEND:{end}\nEND:VEVENT") == told


def mail(text: str) -> bytes:
    return (
        "From: mette@proevested.example.dk\nContent-Type: multipart/alternative; boundary=b\n\n"
        f"--b\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
        f"--b\nContent-Type: text/calendar; charset=utf-8; method=REQUEST\n\n{EVENT}\n--b--\n"
    ).encode()


def test_an_invitation_without_text_shows_the_meeting() -> None:
    assert read_body(parse(mail(" "))).text == TOLD
    assert read_body(parse(mail("Kom nu"))).text == "Kom nu"


@pytest.mark.parametrize("piece", ["BEGIN:VEVENT\n", "SUMMARY:a\n b", "X;A=1", ';A="', "\\n", "\n "])
def test_a_hostile_calendar_costs_linear_time(piece: str) -> None:
    assert is_linear(tell_invitation, f"BEGIN:VEVENT\nSUMMARY:{piece * (20_000 // len(piece))}")
