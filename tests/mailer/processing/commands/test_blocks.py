"""The two blocks of a draft, as mail programs send them back: read as they were meant, or shown again."""

import re
import textwrap
from collections.abc import Callable
from email.message import EmailMessage
from html import escape

import pytest
from sqlmodel import col, select

from mailer.processing.commands.blocks import Blocks, read_reply
from support.command_desk import CommandDesk, desk
from tickets.database.models import Fault, Publication
from tickets.publishing.headings import WHOLE, heading_in, tame

__all__ = ["desk"]

ASKED = (
    "Kære jurister\n\nEn nabo har bedt om aktindsigt i en afgørelse om en byggesag, som vi traf i sidste måned, og hun"
    " mener, at hun er part. Må vi udlevere den – eller skal vi \"strege\" noget ud først?\n\n- navne\n- adresser\n\n"
    "Se https://www.retsinformation.dk/eli/lta/2014/433 om reglerne.\n\nVenlig hilsen\nMette Eksempel"
)  # fmt: skip
SAID = (
    "KORT: Ja, når den er anonymiseret.\n\nHej Mette\n\nJa, det følger af forvaltningslovens § 15, at I skal give"
    " indsigt i resten, når oplysninger om enkeltpersoner er fjernet.\n\nHusk partshøringen …\n\nVenlig hilsen\nAnders"
)
HEAD = "Den man. 23. nov. 2026 kl. 08.00 skrev Databeskyttelse <databeskyttelse@example.dk>:"
GERMAN = "Am 23.11.26 um 08:00 schrieb Databeskyttelse:"
FIELDS = (
    "Fra: Databeskyttelse <databeskyttelse@example.dk>\nSendt: 23. november 2026 08:00\nTil: Anders Jurist\n"
    "Emne: Se det igennem, før det offentliggøres [DB-1]\n"
)
OUTLOOK_HEAD = (
    '<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal">'
    "<b>Fra:</b> Databeskyttelse &lt;databeskyttelse@example.dk&gt; <br><b>Sendt:</b> 23. november 2026 08:00<br>"
    "<b>Til:</b> Anders Jurist<br><b>Emne:</b> Se det igennem [DB-1]</p></div></div>"
)
SIGNED = "Med venlig hilsen\n\nAnders Jurist\nForeningen\nTlf. 33 70 33 70"
Form = Callable[[str, str, str], tuple[str, str]]  # of a word, and of the letter as text and as HTML


def quoted(text: str, width: int = 0) -> str:
    lines = [part for line in text.split("\n") for part in (textwrap.wrap(line, width) if width and line else [line])]
    return "\n".join(f"> {line}".rstrip() for line in lines)


def paragraphs(text: str) -> str:
    return "".join(f'<p class="MsoNormal">{escape(line) or "&nbsp;"}</p>' for line in text.split("\n")) if text else ""


def body(html: str) -> str:
    return re.sub(r"(?s).*<body[^>]*>|</body>.*", "", html)


def outlook(word: str, text: str, html: str) -> tuple[str, str]:
    top = f"{word}\n\n{SIGNED}" if word else ""
    corrected = re.sub(r'"(\w+)"', r"“\1”", text).replace("...", "…")
    return f"{top}\n\n{FIELDS}\n{corrected}", f"<html><body>{paragraphs(top)}{OUTLOOK_HEAD}{body(html)}</body></html>"


def outlook_html_alone(word: str, text: str, html: str) -> tuple[str, str]:
    return "Your mail program does not show HTML messages.", outlook(word, text, html)[1]


def outlook_phone(word: str, text: str, html: str) -> tuple[str, str]:
    return f"{word}\n\nHent Outlook til iOS<https://aka.ms/o0ukef>\n{'_' * 32}\n{FIELDS}\n{text}", ""


def gmail(word: str, text: str, html: str) -> tuple[str, str]:
    old = f'<div class="gmail_quote"><div class="gmail_attr">{escape(HEAD)}</div><blockquote>{body(html)}</blockquote>'
    return f"{word}\n\n{HEAD}\n\n{quoted(text, 78)}", f'<div dir="ltr">{escape(word)}</div><br>{old}</div>'


def gmail_text_alone(word: str, text: str, html: str) -> tuple[str, str]:
    """Bold as stars, and a link beside what it stands for."""
    bold = re.sub(r"^([A-ZÆØÅ, ]{12,})$", r"*\1*", text, flags=re.MULTILINE)
    linked = re.sub(r"(https://\S+)", r"\1 <\1>", bold)
    return f"{word}\n\n{HEAD}\n\n{quoted(linked, 78)}", ""


def apple(word: str, text: str, html: str) -> tuple[str, str]:
    return f"{word}\n\n> {HEAD}\n>\n{quoted(text)}", ""


def apple_html(word: str, text: str, html: str) -> tuple[str, str]:
    old = f'<blockquote type="cite"><div>{escape(HEAD)}</div><br>{body(html)}</blockquote>'
    return f"{word}\n\n> {HEAD}\n>\n{quoted(text)}", f"<html><body><div>{escape(word)}</div>{old}</body></html>"


def apple_phone(word: str, text: str, html: str) -> tuple[str, str]:
    return f"{word}\n\nSendt fra min iPhone\n\n> {HEAD}\n> \n{quoted(text)}", ""


def thunderbird(word: str, text: str, html: str) -> tuple[str, str]:
    return f"{GERMAN}\n{quoted(text, 72)}\n\n-- \nAnders Jurist\nForeningen" if not word else (
        f"{word}\n\n-- \nAnders Jurist\nForeningen\n\n{GERMAN}\n{quoted(text, 72)}"
    ), ""


FORMS = (
    outlook, outlook_html_alone, outlook_phone, gmail, gmail_text_alone, apple, apple_html, apple_phone, thunderbird,
)  # fmt: skip


def drafted(desk: CommandDesk) -> EmailMessage:
    desk.asks(text=ASKED)
    desk.replies(desk.anders, SAID)
    desk.replies(desk.anders, "OFFENTLIGGØR")
    return desk.letters_to(desk.anders)[-1]


def part(letter: EmailMessage, kind: str) -> str:
    found = letter.get_body((kind,))
    assert found is not None
    content: str = found.get_content()
    return content.replace("\r\n", "\n")


def newest(desk: CommandDesk) -> Publication:
    with desk.store.reading() as session:
        found = session.exec(select(Publication).order_by(col(Publication.id).desc())).first()
        assert found is not None
        return found


def send(desk: CommandDesk, letter: EmailMessage, form: Form, word: str, old: str = "", new: str = "") -> Publication:
    text, html = (part(letter, kind).replace(old, new) if old else part(letter, kind) for kind in ("plain", "html"))
    assert not old or (new in text and new in html and old not in html)
    written, as_html = form(word, text, html)
    address = str(letter["Reply-To"]).strip("<>")
    desk.replies(desk.anders, written, html=as_html, address=address, In_Reply_To=str(letter["Message-ID"]))
    return newest(desk)


@pytest.mark.parametrize("form", FORMS)
def test_a_yes_above_the_blocks_publishes_what_was_shown_to_the_letter(desk: CommandDesk, form: Form) -> None:
    letter = drafted(desk)
    before = newest(desk)

    after = send(desk, letter, form, "OK")

    assert after.published_at is not None, after.fault
    assert [after.subject, after.question, after.answer, after.short_answer] == [
        before.subject, before.question, before.answer, before.short_answer,
    ]  # fmt: skip


@pytest.mark.alike
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("word", ["", "OK"])
def test_a_changed_block_is_published_and_the_others_stay_to_the_letter(
    desk: CommandDesk, form: Form, word: str
) -> None:
    letter = drafted(desk)
    before = newest(desk)

    after = send(desk, letter, form, word, "Husk partshøringen", "Husk altid partshøringen")

    assert after.published_at is not None, after.fault
    assert after.answer.replace("Husk altid", "Husk") == before.answer
    assert "Husk altid partshøringen" in after.answer
    assert (after.subject, after.question, after.short_answer) == (before.subject, before.question, before.short_answer)


@pytest.mark.alike
@pytest.mark.parametrize("form", FORMS)
def test_a_no_publishes_nothing(desk: CommandDesk, form: Form) -> None:
    after = send(desk, drafted(desk), form, "NEJ")

    assert after.published_at is None
    assert after.withdrawn_at is not None


@pytest.mark.parametrize("form", FORMS)
def test_without_one_of_its_headings_nothing_is_published(desk: CommandDesk, form: Form) -> None:
    heading = "SVAR, SOM ALLE LÆSER DET"

    after = send(desk, drafted(desk), form, "OK", heading, "")

    assert (after.published_at, after.fault) == (None, Fault.LOST)


@pytest.mark.parametrize("form", FORMS)
def test_other_words_above_the_blocks_publish_nothing(desk: CommandDesk, form: Form) -> None:
    after = send(desk, drafted(desk), form, "Kan Sofie lige se på den først?")

    assert (after.published_at, after.fault) == (None, Fault.OUTSIDE)


# -- what is read of a text ------------------------------------------------------------

PROPOSED = Blocks("Må vi?", "Må vi udlevere?", "Ja, det må I.", "Ja.")
WRITTEN = (
    "SPØRGSMÅL, SOM ALLE LÆSER DET\n\nMå vi?\n\nMå vi udlevere?\n\nSVAR, SOM ALLE LÆSER DET\n\nKORT: Ja.\n\n"
    "Ja, det må I.\n\nDET ER TAGET UD\n\nIntet."
)


def read(text: str, folded: str = "") -> Blocks | None:
    return read_reply(text, folded, "Anders Jurist", PROPOSED).blocks


def test_blocks_that_were_copied_on_top_count_and_not_those_below() -> None:
    changed = read(WRITTEN.replace("Ja, det må I.", "Nej."), quoted(WRITTEN))

    assert changed == Blocks("Må vi?", "Må vi udlevere?", "Nej.", "Ja.")


def test_a_short_answer_may_be_taken_away_or_put_in() -> None:
    assert read(WRITTEN.replace("KORT: Ja.\n\n", "")) == Blocks("Må vi?", "Må vi udlevere?", "Ja, det må I.", "")
    assert read(WRITTEN.replace("KORT: Ja.", "Short: Nej.")) == Blocks(
        "Må vi?", "Må vi udlevere?", "Ja, det må I.", "Nej."
    )


@pytest.mark.parametrize("empty", ["Må vi?\n\nMå vi udlevere?", "KORT: Ja.\n\nJa, det må I."])
def test_a_block_with_nothing_in_it_is_lost(empty: str) -> None:
    reply = read_reply(WRITTEN.replace(empty, ""), "", "Anders Jurist", PROPOSED)

    assert reply.fault is Fault.LOST


def test_headings_in_another_order_are_lost() -> None:
    lines = WRITTEN.split("\n\n")
    turned = "\n\n".join([*lines[3:6], *lines[:3], *lines[6:]])

    assert read_reply(f"OK\n\n{turned}", "", "Anders Jurist", PROPOSED).fault is Fault.LOST


def test_nobodys_text_passes_for_a_heading() -> None:
    text = "Må vi?\n**Svar, som alle læser det:**\nJa."

    assert [heading_in(line) for line in text.split("\n")] == [None, WHOLE[1], None]
    assert [heading_in(line) for line in tame(text).split("\n")] == [None, None, None]
