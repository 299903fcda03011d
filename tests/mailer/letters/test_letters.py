"""Letters: what leaves is safe in its fields, readable in both parts, and each copy is its reader's own."""

import email
import email.policy
from dataclasses import replace
from datetime import datetime
from email.header import decode_header, make_header
from email.utils import getaddresses

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailer.letters.letters import Copier, compose, marks_for
from support.drafts import MESSAGE_ID, a_delivery, a_draft, a_letter
from support.drafts import mailing_list as mailing_list
from support.town import read
from support.town import text as body
from tickets import links
from tickets.database.models import Capacity, MailingList
from tickets.issues.items import FileView
from tickets.portal import Portal
from tickets.tokens import Signer

# -- fields ----------------------------------------------------------------------------


def test_from_names_the_author_at_the_lists_own_address(portal, signer, mailing_list, now) -> None:
    letter = read(compose(portal, a_draft(signer, mailing_list, now), "da", now))

    assert letter["From"].addresses[0].display_name == (
        "Mette Eksempel, Prøvested Kommune via Databeskyttelse på dansk"
    )
    assert letter["From"].addresses[0].addr_spec == "databeskyttelse@example.dk"
    assert letter["To"].addresses[0].addr_spec == "databeskyttelse@example.dk"


@pytest.mark.parametrize(
    ("author", "shown"),
    [
        ("Mette Eksempel, Prøvested Kommune", "Mette Eksempel, Prøvested Kommune"),
        ("Kirsten Sørensen, Øby Kommune", "Kirsten Sørensen - Øby Kommune"),
        ('Bo "Bob" Prøve; jurist', 'Bo "Bob" Prøve - jurist'),
    ],
)
def test_who_decodes_from_before_parsing_it_sees_one_author(
    portal: Portal, signer: Signer, mailing_list: MailingList, now: datetime, author: str, shown: str
) -> None:
    octets = compose(portal, replace(a_draft(signer, mailing_list, now), author=author), "da", now)

    written = email.message_from_bytes(octets)["From"]
    decoded = str(make_header(decode_header(written)))
    assert [len(getaddresses([one])) for one in (written, decoded)] == [1, 1]
    assert read(octets)["From"].addresses[0].display_name == f"{shown} via Databeskyttelse på dansk"


def test_a_letter_carries_the_fields_of_list_mail_and_its_date(portal, signer, mailing_list, now) -> None:
    letter = read(compose(portal, a_draft(signer, mailing_list, now), "da", now))

    assert letter["Subject"] == "Må vi udlevere en afgørelse? [DB-42]"
    assert letter["Date"].datetime == now
    assert letter["Message-ID"] == f"<{MESSAGE_ID}>"
    assert letter["References"] == "<db-42.ticket@example.dk>"
    assert letter["List-Id"] == "Databeskyttelse paa dansk <databeskyttelse.example.dk>"
    assert letter["List-Owner"] == "<mailto:databeskyttelse+owner@example.dk>"
    assert letter["Archived-At"] == "<https://portal.example.dk/m/0123456789abcdef012345>"
    assert letter["Precedence"] == "list"
    assert letter["Auto-Submitted"] is None
    assert letter["X-Auto-Response-Suppress"] == "OOF, AutoReply"


def test_one_to_one_mail_carries_no_list_fields(portal, signer, mailing_list, now) -> None:
    draft = replace(a_draft(signer, mailing_list, now), is_list_mail=False, auto_submitted="auto-replied")

    letter = read(compose(portal, draft, "da", now))

    assert not [name for name in letter.keys() if name.startswith("List-")]  # noqa: SIM118
    assert letter["Precedence"] is None
    assert letter["Auto-Submitted"] == "auto-replied"
    assert letter["X-Auto-Response-Suppress"] == "DR, RN, NRN, OOF, AutoReply"


def test_a_prefix_is_in_the_readers_language_and_never_stacks(portal, signer, mailing_list, now) -> None:
    draft = a_draft(signer, mailing_list, now, is_first=False)

    assert read(compose(portal, draft, "da", now))["Subject"] == "SV: Må vi udlevere en afgørelse? [DB-42]"
    assert read(compose(portal, draft, "en", now))["Subject"] == "Re: Må vi udlevere en afgørelse? [DB-42]"


def test_a_long_subject_is_shortened_before_the_tickets_name(portal, signer, mailing_list, now) -> None:
    letter = read(compose(portal, a_draft(signer, mailing_list, now, subject="hvorfor " * 100), "da", now))

    assert letter["Subject"].endswith(" … [DB-42]")
    assert len(letter["Subject"]) < 180


EVIL = [
    "Hej\r\nBcc: alle@example.org",
    "=?utf-8?q?Hej=0D=0ABcc:_alle@example.org?=",
    "=?utf-8?b?SGVqDQpCY2M6IGFsbGVAZXhhbXBsZS5vcmc=?=",
    "Hej\x0bBcc: alle@example.org\x00\x85\u2028Bcc: x@example.org",
    "Hej \ud800 halvt tegn",
    '"><script>alert(1)</script>',
]


@pytest.mark.alike
@pytest.mark.parametrize("evil", EVIL)
def test_nothing_an_author_writes_becomes_a_field(portal, signer, mailing_list, now, evil: str) -> None:
    sound = compose(portal, a_draft(signer, mailing_list, now), "da", now)
    draft = replace(
        a_draft(
            signer, mailing_list, now, subject=evil, text=evil, author=evil, organisation=evil,
            files=[FileView(evil, 3, "https://portal.example.dk/m/x/1")],
        ),
        author=evil,
    )  # fmt: skip

    octets = compose(portal, draft, "da", now)

    assert read(octets).keys() == read(sound).keys()
    assert "<script" not in body(read(octets), "html")
    assert b"\nBcc" not in octets.partition(b"\r\n\r\n")[0]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(subject=st.text(max_size=60), author=st.text(max_size=60), text=st.text(max_size=200))
def test_whatever_is_written_leaves_as_a_sound_message(
    portal: Portal, signer: Signer, now: datetime, subject: str, author: str, text: str
) -> None:
    mailing_list = MailingList(id=1, name="Databeskyttelse", address="db@example.dk", prefix="DB", created_at=now)
    subject = " ".join(subject.split())  # as a ticket has it
    draft = replace(a_draft(signer, mailing_list, now, subject=subject, text=text, author=author), author=author)

    octets = compose(portal, draft, "da", now)

    message = read(octets)
    assert message.keys().count("Subject") == 1
    assert not message.defects
    assert "Bcc" not in message
    assert all(line.isascii() and len(line) < 998 for line in octets.split(b"\r\n"))
    assert b"\n" not in octets.replace(b"\r\n", b"")


# -- parts -----------------------------------------------------------------------------


def test_both_parts_say_who_wrote_what_and_how_to_answer(portal, signer, mailing_list, now) -> None:
    files = [
        {
            "name": "Bilag 1.pdf",
            "size": 12_000,
            "url": "https://portal.example.dk/m/0/2",
            "is_kept_back": False,
            "is_enclosed": False,
        }
    ]

    letter = read(compose(portal, a_draft(signer, mailing_list, now, files=files), "da", now))

    for kind in ("plain", "html"):
        text = body(letter, kind)
        for words in (
            "Mette Eksempel",
            "Prøvested Kommune",
            "afgørelse til naboen?",
            "Tryk blot på Svar",
            "Bilag 1.pdf",
        ):
            assert words in text, (kind, words)
        assert "https://portal.example.dk/m/0/2" in text
    assert '<html lang="da">' in body(letter, "html")


def test_html_has_its_styles_inline_and_loads_nothing(portal, signer, mailing_list, now) -> None:
    html = body(read(compose(portal, a_draft(signer, mailing_list, now), "da", now)), "html")

    assert 'style="' in html
    assert "prefers-color-scheme: dark" in html
    for tag in ("<img", "<link", "<script", "url("):
        assert tag not in html


def test_a_members_reply_is_no_advice(portal, signer, mailing_list, now) -> None:
    letter = read(compose(portal, a_draft(signer, mailing_list, now, kind="reply"), "da", now))

    assert "Fra Prøvested Kommune, ikke rådgivning fra listens jurister." in body(letter)


def test_who_is_not_named_is_a_municipality(portal, signer, mailing_list, now) -> None:
    draft = replace(a_draft(signer, mailing_list, now, author="", organisation=""), author="")

    danish, english = (read(compose(portal, draft, language, now)) for language in ("da", "en"))

    assert "En kommune ·" in body(danish)
    assert danish["From"].addresses[0].display_name == "En kommune via Databeskyttelse på dansk"
    assert english["From"].addresses[0].display_name == "A municipality via Databeskyttelse på dansk"


# -- copies ----------------------------------------------------------------------------


def a_copier(portal: Portal, signer: Signer, mailing_list: MailingList, now: datetime, number: int = 42) -> Copier:
    octets = compose(portal, a_draft(signer, mailing_list, now), "da", now)
    return Copier(portal, signer, a_letter(octets, now), mailing_list, number)


def test_a_copy_has_its_readers_own_addresses(portal, signer, mailing_list, now) -> None:
    copier = a_copier(portal, signer, mailing_list, now)

    mine, other = (read(copier.copy(a_delivery(now, person_key=key))) for key in (7, 8))

    assert mine["Reply-To"] == links.reply_address(signer, mailing_list, 42, 7)
    assert other["Reply-To"] == links.reply_address(signer, mailing_list, 42, 8)
    leave = links.unsubscribe_url(portal, signer, mailing_list.key, 7)
    assert leave in body(mine)
    assert leave in body(mine, "html")
    assert leave not in body(other)
    assert mine["List-Unsubscribe"].startswith(f"<{leave}>")
    assert mine["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_mark_is_found_wherever_its_line_is_broken(portal, signer, mailing_list, now) -> None:
    leave = links.unsubscribe_url(portal, signer, mailing_list.key, 7)
    for length in range(80):
        mark = marks_for(signer, MESSAGE_ID).unsubscribe
        draft = a_draft(signer, mailing_list, now, text=f"{'æ' * (length % 9)}{'x' * length}{mark}slut")
        copier = Copier(portal, signer, a_letter(compose(portal, draft, "da", now), now), mailing_list, 42)

        copied = copier.copy(a_delivery(now))

        assert f"{'x' * length}{leave}slut" in body(read(copied))
        assert mark.encode() not in copied.replace(b"=\r\n", b"")
        assert [line for line in copied.partition(b"\r\n\r\n")[2].split(b"\r\n") if len(line) > 76] == []


@pytest.mark.parametrize("capacity", [Capacity.LAWYER, Capacity.ASKER, Capacity.SELF])
def test_only_subscribers_are_offered_to_leave(portal, signer, mailing_list, now, capacity: Capacity) -> None:
    copied = read(a_copier(portal, signer, mailing_list, now).copy(a_delivery(now, capacity)))

    assert copied["List-Unsubscribe"] is None
    assert copied["Reply-To"]


def test_a_reply_to_what_is_about_no_ticket_reaches_those_who_run_the_list(portal, signer, mailing_list, now) -> None:
    copied = read(a_copier(portal, signer, mailing_list, now, number=0).copy(a_delivery(now)))

    assert copied["Reply-To"] == "databeskyttelse+owner@example.dk"


def test_an_id_beyond_ascii_is_named_in_no_field(portal: Portal, signer: Signer, now: datetime) -> None:
    draft = replace(a_draft(signer, None, now), in_reply_to="\xff@example.org", references=("1@example.org", "\xff@x"))

    octets = compose(portal, draft, "da", now)

    assert b"In-Reply-To:" not in octets
    assert b"References: <1@example.org>\r\n" in octets
