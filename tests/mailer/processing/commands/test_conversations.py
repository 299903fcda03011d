"""Replies as mail programs form them, through the real processor and distribution: none of a command gets out."""

import re
from datetime import timedelta
from html import escape

import pytest

from mailer.processing.commands.words import WORDS
from support.command_desk import CommandDesk, desk, plain
from tickets.database.models import Disposition, Person

__all__ = ["desk"]

FIELDS = (
    "Fra: databeskyttelse <databeskyttelse@example.dk>\nSendt: 23. november 2026 08:00\nTil: Anders Jurist\n"
    "Emne: Må vi det? [DB-1]\n\nKære jurister. Må vi det?\n"
)
QUOTE = "> Kære jurister\n>\n> Må vi det?\n"
SIGNED = "Med venlig hilsen\n\nAnders Jurist\nForeningen\nTlf. 33 70 33 70"
PARAGRAPH = '<p class="MsoNormal">{}<o:p></o:p></p>'
OUTLOOK_HEAD = (
    '<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal">'
    "<b>Fra:</b> databeskyttelse &lt;databeskyttelse@example.dk&gt; <br><b>Sendt:</b> 23. november 2026 08:00<br>"
    "<b>Til:</b> Anders Jurist<br><b>Emne:</b> Må vi det? [DB-1]</p></div></div><p>Kære jurister. Må vi det?</p>"
)


def outlook(text: str) -> tuple[str, str]:
    """Classic Outlook: a paragraph a line, capital first letters, the old mail below a block of fields."""
    said = re.sub(r"(^|\n)([a-zæøå])", lambda found: found[1] + found[2].upper(), text)
    body = "".join(PARAGRAPH.format(escape(line) or "&nbsp;") for line in f"{said}\n\n{SIGNED}".split("\n"))
    html = f'<html><body lang="DA"><div class="WordSection1">{body}{OUTLOOK_HEAD}</div></body></html>'
    return f"{said}\n\n{SIGNED}\n\n{FIELDS}", html


def outlook_html_alone(text: str) -> tuple[str, str]:
    """The same where the text part says no more than that there is another."""
    return "Your mail program does not show HTML messages.", outlook(text)[1]


def outlook_phone(text: str) -> tuple[str, str]:
    return f"{text}\n\nHent Outlook til iOS<https://aka.ms/o0ukef>\n{'_' * 32}\n{FIELDS}", ""


def gmail(text: str) -> tuple[str, str]:
    lead = "Den man. 23. nov. 2026 kl. 08.00 skrev databeskyttelse <databeskyttelse@example.dk>:"
    lines = "".join(f"<div>{escape(line) or '<br>'}</div>" for line in text.split("\n"))
    old = f'<div class="gmail_quote"><div class="gmail_attr">{escape(lead)}</div><blockquote>Må vi?</blockquote></div>'
    return f"{text}\n\n{lead}\n\n{QUOTE}", f'<div dir="ltr">{lines}</div><br>{old}'


def apple_phone(text: str) -> tuple[str, str]:
    lead = "Den 23. nov. 2026 kl. 08.00 skrev databeskyttelse <databeskyttelse@example.dk>:"
    return f"{text}\n\nSendt fra min iPhone\n\n> {lead}\n> \n{QUOTE}", ""


def apple_mail(text: str) -> tuple[str, str]:
    lead = "Den 23. nov. 2026 kl. 08.00 skrev databeskyttelse <databeskyttelse@example.dk>:"
    lines = "".join(f"<div>{escape(line) or '<br>'}</div>" for line in text.split("\n"))
    old = f'<div><br><blockquote type="cite"><div>{escape(lead)}</div><div>Må vi?</div></blockquote></div>'
    return (
        f"{text}\n\n> {lead}\n> \n{QUOTE}",
        f'<html><body style="line-break: after-white-space;">{lines}{old}</body></html>',
    )


def thunderbird(text: str) -> tuple[str, str]:
    return f"{text}\n\n-- \nAnders Jurist\nForeningen\n\nDen 23.11.2026 kl. 08.00 skrev databeskyttelse:\n{QUOTE}", ""


PROGRAMS = (outlook, outlook_html_alone, outlook_phone, gmail, apple_mail, apple_phone, thunderbird)
CONVERSATIONS = [  # what is written, what is obeyed, and what the asker reads
    ("TAG", "take", ""),
    ("luk", "close", ""),
    ("#stikord logning, art. 32", "topics", ""),
    ("TILDEL Sofie", "assign", ""),
    ("VENT\u00a03\u00a0dage", "pending", ""),
    ("Hej Mette\n\nTAG\nLUK", "take, close", ""),
    ("NOTAT\nRing til hende først.", "note", ""),
    ("TAG\n\nJa, det må I gerne.", "take", "Ja, det må I gerne."),
    ("KORT: Ja.\n\nDet følger af artikel 6.", "short", "Ja.\n\nDet følger af artikel 6."),
    ("VENT til fredag\n\nVi spørger Datatilsynet.", "pending", "Vi spørger Datatilsynet."),
    ("SVAR\n\nLUK adgangen, indtil I ved det.", "answer", "LUK adgangen, indtil I ved det."),
    ("VÆK til 12. december Sofie", "away", ""),
    ("Ja, det må I gerne.", "", "Ja, det må I gerne."),
]  # each as every program forms it: 91 in all
HOSTILE = [  # an answer, or what stops; never a command that is obeyed unseen
    "Tag kontakt til jeres DPO.", "Tildel rettigheder efter behov.", "Notat om sletning er vedhæftet.",
    "Luk adgangen, indtil I har svar.", "Genåbn sagen, hvis borgeren beder om det.", "Vent med at svare borgeren.",
    "Stikord er vigtige, når I søger.", "Flet ikke registrene sammen.", "Udskil de fortrolige oplysninger.",
    "Flyt data til EU.", "Fortrolig behandling kræver en hjemmel.", "Åben adgang er ikke nok.",
    "Offentliggør aldrig navne.", "Ret henvendelse til Datatilsynet.", "Svar borgeren inden for en måned.",
    "Fortryd ikke samtykket på borgerens vegne.", "Kort sagt: ja.", "Take care to inform the citizen.",
    "Close, men ikke helt.", "Open source er fint.", "Note that article 6 applies.", "Vent til fredag med brevet.",
    "Ja, det må I.\n\nluk døren efter jer", "Ja, det må I.\n\n> LUK\n> TAG",
    f"Ja, det må I.\n\n{SIGNED}\nLUK",
    "Ja, det må I.\n\n---------- Videresendt besked ----------\nFra: Bo\n\nTAG\n\nMvh Bo",
    "Ja, det må I.\n\nLUK", "Ja, det må I.\n\n#luk", "Ja, det må I.\n\nNOTAT\nHun er presset.", "LUKK",
    "Luk sagen, tak", "Væk fra kontoret gælder samme regler.", "Away is no excuse under article 33.",
    "TGA", "AFSLUT", "#færdig", "/done", "TAG DEN", "TILDEL Karl", "FLET DB-999", "FLYT ingensteds", "VENT LIDT",
    "UDSKIL", "TAG\nLUK\nGENÅBN\nSTIKORD a\nFORTROLIG\nVENT 3 dage",
]  # fmt: skip
COMMANDS = re.compile(rf"^\s*[#/]?(?:{'|'.join(map(re.escape, WORDS))})\b", re.IGNORECASE)


def heard_by(desk: CommandDesk, person: Person, since: int) -> str:
    """All letters to somebody after the first so many."""
    return "\n".join(map(plain, desk.letters_to(person)[since:]))


@pytest.mark.alike
@pytest.mark.parametrize("program", PROGRAMS)
def test_every_command_is_understood_and_none_gets_out(desk: CommandDesk, program: object) -> None:
    for text, obeyed, answer in CONVERSATIONS:
        question = desk.asks()
        letters = {one.id: len(desk.letters_to(one)) for one in (desk.mette, desk.ole)}
        written, html = program(text)  # type: ignore[operator]

        arrival = desk.replies(desk.anders, written, to=question, html=html)

        told = "" if arrival.reason_details is None else arrival.reason_details.get("commands", "")
        assert (told, arrival.disposition in (Disposition.FILED, Disposition.OBEYED)) == (obeyed, True), text
        for reader in (desk.mette, desk.ole):
            heard = heard_by(desk, reader, letters[reader.id])
            assert not [
                line for line in text.split("\n") if COMMANDS.match(line) and line not in answer and line in heard
            ]
        assert answer in heard_by(desk, desk.mette, letters[desk.mette.id])
        assert bool(answer) is bool(heard_by(desk, desk.mette, letters[desk.mette.id])), text


@pytest.mark.any_database
def test_no_answer_is_swallowed_and_nothing_doubtful_gets_out(desk: CommandDesk) -> None:
    for text in HOSTILE:
        desk.now += timedelta(hours=6)  # nobody is asked about more than ten mails a day
        question = desk.asks()
        before, for_anders = len(desk.letters_to(desk.mette)), len(desk.letters_to(desk.anders))

        arrival = desk.replies(desk.anders, text, to=question)

        heard = heard_by(desk, desk.mette, before)
        if arrival.disposition is Disposition.FILED:
            assert text.split("\n")[0] in heard, text
            assert "Hun er presset" not in heard
        else:
            assert arrival.disposition is Disposition.HELD, text
            assert heard == ""
            assert text.split("\n")[0] in heard_by(desk, desk.anders, for_anders), text
