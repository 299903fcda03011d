"""Contents are laid down once, files are found in them, and what is forgotten is gone with all that was kept of it."""

from datetime import datetime

import pytest
from sqlmodel import Session, select

from support.builders import a_filed_message as filed
from support.builders import a_list, a_person, store_content
from tickets.database import contents
from tickets.database.models import Content, Part
from tickets.errors import NotFound
from tickets.portal import Portal
from tickets.post import KeptFile

RAW = b"Subject: x\r\n\r\nQmlsYWcgw6bDuMOl\r\n\x00\xff|klar tekst|"


def test_octets_are_laid_down_once(session: Session, now: datetime) -> None:
    keys = {contents.lay_down(session, RAW, now) for _ in range(2)}

    assert keys == {store_content(session, RAW, now)}
    assert len(session.exec(select(Content)).all()) == 1
    assert contents.octets_at(session, keys.pop()) == RAW


def test_a_file_is_found_where_it_lies(session: Session, now: datetime) -> None:
    key = contents.lay_down(session, RAW, now)
    places = {
        2: KeptFile(14, 18, is_base64=True),
        3: KeptFile(RAW.index(b"klar"), 10),
        4: KeptFile(octets=b"for sig selv"),
        5: KeptFile(0, 0),
        6: KeptFile(32, 2),
    }

    contents.note_files(session, key, places, now)
    contents.note_files(session, key, {2: KeptFile(octets=b"anden")}, now)

    found = {number: contents.find_file(session, key, number) for number in (*places, 7)}
    assert found == {
        2: "Bilag æøå".encode(), 3: b"klar tekst", 4: b"for sig selv", 5: b"", 6: b"\x00\xff", 7: None,
    }  # fmt: skip


def test_a_file_that_nobody_could_look_into_is_no_file(session: Session, now: datetime) -> None:
    key = contents.lay_down(session, RAW, now)
    contents.note_files(session, key, {2: KeptFile()}, now)

    with pytest.raises(NotFound):
        contents.find_file(session, key, 2)


def test_what_was_kept_of_forgotten_octets_is_gone_too(session: Session, now: datetime) -> None:
    key = contents.lay_down(session, RAW, now)
    contents.note_files(session, key, {2: KeptFile(octets=b"010190-1234"), 3: KeptFile(0, 2)}, now)

    contents.forget(session, key)

    assert session.exec(select(Content)).all() == []
    assert session.exec(select(Part)).all() == []


def test_what_others_have_too_stays(session: Session, portal: Portal, now: datetime) -> None:
    key, other = contents.lay_down(session, RAW, now), contents.lay_down(session, b"en anden", now)
    for one in (key, other):
        contents.note_files(session, one, {2: KeptFile(octets=b"samme bilag")}, now)
    message = filed(session, portal, a_list(session), a_person(session), now)
    contents.note_files(session, key, {3: KeptFile(octets=contents.octets_at(session, message.content_key))}, now)

    contents.forget(session, key)

    assert contents.find_file(session, other, 2) == b"samme bilag"
    assert session.get(Content, message.content_key) is not None
    assert session.get(Content, key) is None
