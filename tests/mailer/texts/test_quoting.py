import os
import quopri
import random
import re
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailer.texts.quoting import Layer, SplitText, fold, fold_forward, read_layers
from mailer.texts.signatures import is_phone_footer
from support.timing import costing_at_most, is_linear
from tickets.text.greetings import is_closing

TOKENS = [
    "\n\n\x1e\n", "\xa0\n\n", "\n \n", ">\n \n", "a\n\n\n",
    "\n", " ", "\t", ">", "> ", ">\n", "> a\nb\n", "-", "-- \n", "--\n", "_", "____________________\n", "a\n", "*",
    "<", ":", ":\n", "@", "A", "A.", "AB ", "/", ",", ".", "!", "\x1e", "\x1ea\n", "<a@b.dk> ", "Den ",
    "Den 1 skrev\n", "On ", "On On\n", "skrev ", "wrote ", "wrote:\n", "On skrev wrote:\n", "man kl. ",
    "Den man. 1. maj 2026 kl. 10.12 ", "Den 1. maj 2026 kl. 10.12 skrev A <a@b.dk>:\n",
    "Den 1. maj 2026 kl. 10.12 skrev A <\na@b.dk>:\n> a\nb\n", "Fra: ", "Fra:\n", "Fra: a\nb\n", "*Fra:* ",
    "Fra: a@b.dk\nTil: c\n\n", "A: a@b.dk\nB: 10:12\n", "Fra", "-----Oprindelig meddelelse-----\n", "-----Oprindelig ",
    "Oprindelig meddelelse\n", "Videresendt ", "---------- Forwarded message ---------\n", "Svar ", "nedenfor ",
    "svar svar nedenfo\n", "A · 1. maj 2026 kl. 10.12\n", "a\nA · 10.12\n", "Med venlig hilsen\n",
    "Med venlig hilsen ", "Mvh\n", "mvh ", "Hilsen A ", "Hilsen AAAA ", "Sendt fra min ", "Sendt fra min iPhone\n",
    "Hent Outlook til iOS\n", "[EKSTERN] ", "[", "caution ", "CAUTION outside\n", "Denne mail ", "PS\n", "?\n",
    "Tak\n", "æ", "\u00a0", "----\nhttp\n", "* * * *\n", "=====\nDenne e-mail er fortrolig\n", "A B skrev den 1 ",
    "Denne mail er scannet\n", "Links:\n----\n[1] a\n", "## Svar over denne linje\n", "A skrev ", "på vegne af ",
]  # fmt: skip


@pytest.mark.parametrize("token", TOKENS)
def test_much_of_one_token_is_folded_in_no_time(token: str) -> None:
    with costing_at_most(1):  # 0.1 s on a machine that has nothing else to do
        fold(token * (300_000 // len(token.encode())))


@pytest.mark.parametrize("seed", range(12))
def test_much_of_some_tokens_by_turns_is_folded_in_no_time(seed: int) -> None:
    chance = random.Random(seed)
    piece = "".join(chance.choices([*TOKENS, *["\n"] * 15, *LEAD_INS], k=4))

    with costing_at_most(1):
        fold(piece * (300_000 // len(piece.encode())), author="A B")


@pytest.mark.parametrize("token", TOKENS)
def test_twice_the_text_takes_twice_the_time_and_no_more(token: str) -> None:
    assert is_linear(fold, token * (60_000 // len(token)))


def written(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def is_part_in_order(part: list[str], whole: list[str]) -> bool:
    rest: Iterable[str] = iter(whole)
    return all(line in rest for line in part)


PIECES = st.one_of(
    st.sampled_from([token for token in TOKENS if "\x1e" not in token]),
    st.sampled_from(
        [
            "[A] ja\n",
            "Mvh\nA\n\n",
            "Fra: a@b.dk\nEmne: c\n\n",
            "Tak for svaret.\n",
            "Den 20-11-2026 kl. 14:03 skrev A:\n",
            "\n\n",
            "\r\n",
            "\x0b",
            "\u2028",
            " \n",
        ]
    ),
    st.text(alphabet=st.characters(exclude_characters="\x1e"), max_size=8),
)


@given(st.lists(PIECES, max_size=40), st.sampled_from([fold, fold_forward, partial(fold, author="A B")]))
@settings(max_examples=500, deadline=None)
def test_every_line_is_shown_or_folded_in_its_order_and_only_once(
    pieces: list[str], folding: Callable[[str], SplitText]
) -> None:
    text = "".join(pieces)

    folded = folding(text)

    assert sorted(written("\n".join(folded))) == sorted(written(text))
    assert all(is_part_in_order(written(part), written(text)) for part in folded)
    assert bool(folded.text.strip()) == bool(text.strip())


@pytest.mark.parametrize("start", ["Tak", "Tak for svaret", "Hilsen til alle", "Fra: i dag", "Den 1. maj skrev I:"])
def test_an_answer_may_start_with_any_word(start: str) -> None:
    text = f"{start}\n\nDet giver god mening, og vi har ændret vores praksis som foreslået."

    assert fold(text) == SplitText(text)


OWN = [
    "Vi skal bruge listen for perioden\n\nFra: 1. januar 2026\nTil: 1. marts 2026\n\nKan I hjælpe?",
    "Den 20. november 2026 kl. 14.03 skrev borgeren til os:\n\nJeg vil slettes.\n\nSkal vi slette?",
    "Den 20. nov. 2026 kl. 14.03 skrev borger@example.org til os følgende:\n\nJeg vil slettes.\n\nSkal vi slette?",
    "On 1 May 2026 at 14.03 the citizen wrote:\n\nPlease delete me.\n\nMust we?",
    "Fristen er kl. 12.00, og vi har skrevet til mette@example.dk:\n\nSe vores brev.",
    "Hej\n\n--------------------\n\nNavn: Mette\nSag: 14\n\nKan I hjælpe?",
    "Vi følger rådet.\n\nMvh\nMette\n\nJeg glemte at sige, at fristen er den 1. december.",
    "Vi følger rådet.\n\nMvh\nMette\n\nNB Fristen er den 1. december",
    "Hilsen fra os alle i forvaltningen, som er glade for svaret.\n\nVi har ændret praksis.",
    "Sendt fra min chef i dag. Hvad siger I?",
    "Ekstern bistand er dyr. Må vi bruge den?",
    "Denne mail er sendt fra en afsender uden for kommunen. Må vi svare?",
    "Videresendt til jer efter aftale.\n\nHvad siger I?",
    "Oprindelig meddelelse\n\nDen er slettet. Må vi det?",
]


@pytest.mark.parametrize("text", OWN)
def test_what_only_looks_like_old_text_stays(text: str) -> None:
    assert fold(text) == SplitText(text)


def test_nothing_but_a_greeting_stays() -> None:
    assert fold("Med venlig hilsen\nMette") == SplitText("Med venlig hilsen\nMette")


def test_history_without_a_word_above_it_stays() -> None:
    text = "Fra: Borger <borger@example.org>\nSendt: i går\nTil: Mette\nEmne: Indsigt\n\nJeg vil se mine oplysninger."

    assert fold(text) == SplitText(text)


def test_a_signature_above_the_history_is_folded_apart_from_it() -> None:
    folded = fold("Ja.\n\nMvh\nMette\n\nDen 20-11-2026 kl. 14:03 skrev Anders:\n> Må vi?")

    assert folded.text == "Ja."
    assert folded.signature == "Mvh\nMette"
    assert folded.quoted == "Den 20-11-2026 kl. 14:03 skrev Anders:\n> Må vi?"


LEAD_INS = [
    "Fra: Anders Jurist <anders@example.dk>\nSendt: 20. november 2026 14:03\nTil: Mette\nCc: Ole\nEmne: Må vi det?",
    "*Fra:* Anders\n*Sendt:* 20. november 2026\n*Til:* Mette\n*Emne:* Må vi det?",
    "**Fra:** Anders\n**Dato:** 20. november 2026\n**Til:** Mette",
    "________________________________\nFra: Anders\nSendt: 20. november 2026",
    "--------------------------------\nTil: Mette\nFra: Anders",
    "Dato: 20-11-2026 14:03\nFra: Anders\nTil: Mette\nEmne: Må vi det?",
    "From: Anders\nDate: Friday, 20 November 2026 at 14.03\nTo: Mette\nSubject: Re: Must we?",
    "Von: Anders\nGesendet: Freitag, 20. November 2026 14:03\nAn: Mette\nBetreff: AW: Ja",
    "De : Anders\nEnvoyé : vendredi 20 novembre 2026 14:03\nÀ : Mette\nObjet : Oui",
    "Feladó: Anders <anders@example.dk>\nElküldve: 2026. november 20. 14:03\nCímzett: Mette",
    "-----Oprindelig meddelelse-----\nFra: Anders", "-------- Oprindelig besked --------\nFra: Anders",
    "Oprindelig meddelelse\nFra: Anders", "-----Original Message-----\nAnders",
    "Den fre. 20. nov. 2026 kl. 14.03 skrev Anders Jurist <anders@example.dk>:",
    "Den fre. 20. nov. 2026 kl. 14.03 skrev Anders Jurist via Databeskyttelse <\nanders@example.dk>:",
    "Den fre. 20. nov. 2026 kl. 14.03 skrev Anders\nJurist via Databeskyttelse <\nanders@example.dk>:",
    "fre. 20. nov. 2026 kl. 14.03 skrev Anders Jurist <anders@example.dk>:",
    "fredag den 20. november 2026 kl. 14.03 skrev Anders Jurist <anders@example.dk>:",
    "Den 20-11-2026 kl. 14:03 skrev Anders Jurist:",
    "Den 20/11/2026 14.03 skrev \"Anders Jurist\" <anders@example.dk>:",
    "On Fri, Nov 20, 2026 at 2:03 PM Anders Jurist <anders@example.dk> wrote:",
    "On Nov 20, 2026, at 14:03, Anders <anders@example.dk> wrote:",
    "Anders Jurist <anders@example.dk> skrev den 20. nov. 2026 kl. 14.03:",
    "2026-11-20 14:03 GMT+01:00 Anders Jurist <anders@example.dk>:", "Am 20.11.2026 um 14:03 schrieb Anders Jurist:",
    "Le ven. 20 nov. 2026 à 14:03, Anders <anders@example.dk> a écrit :",
    "Fra: Anders Jurist\n\nSendt: 20. november 2026 14:03\n\nTil: Mette\n\nEmne: Må vi det?",
    "Sendt: 20. november 2026 14:03\nFra: Anders\nTil: Mette\nEmne: Ja",
    "------ Oprindelig meddelelse ------\nFra \"Anders\" <anders@example.dk>\nDato 20-11-2026 14:03:03",
    "Den fre. 20. nov. 2026 kl. 14.03 skrev <anders@example.dk>:",
    "Den 20. nov. 2026 14.03 skrev Anders Jurist <anders@example.dk>:",
    "Den fre. d. 20. nov. 2026 kl. 14.03 skrev anders jurist <anders@example.dk>:",
    "Fra: anders@example.dk <anders@example.dk> På vegne af Databeskyttelse\nSendt: fredag den 20. november 2026 14:03",
    "From: Anders [mailto:anders@example.dk] \nSent: 20. november 2026 14:03",
    "Original Message processed by a program\nSV: Ja 20. November 2026, 14:03 Uhr\nVon Anders",
    "Anders Jurist <anders@example.dk> wrote (20.11.2026, 14:03):",
    "Svar fra juristerne på listen\nAnders Jurist, Foreningen · 20. nov. 2026 kl. 14.03",
]  # fmt: skip


@pytest.mark.parametrize("lead_in", LEAD_INS)
def test_an_old_mail_is_known_by_what_programs_put_above_it(lead_in: str) -> None:
    old = f"{lead_in}\n\nHej Mette\n\nNej.\n\nVenlig hilsen\nAnders"

    assert fold(f"Tak for svaret.\n\n{old}") == SplitText("Tak for svaret.", quoted=old)


def test_an_answer_below_a_quote_is_the_new_text() -> None:
    folded = fold("Den 20-11-2026 kl. 14:03 skrev Anders:\n> Må vi?\n\nJa.\n\n-- \nMette")

    assert folded == SplitText("Ja.", "-- \nMette", "Den 20-11-2026 kl. 14:03 skrev Anders:\n> Må vi?")


def test_an_attribution_that_the_quote_breaks_off_has_no_answer_below_it() -> None:
    first, second = "On Dec 16, 2011 4:22 PM, Anders", "> det om> wrote:"

    assert fold(f"{first}\n{second}") == SplitText(first, quoted=second)


def test_answers_between_the_lines_keep_the_quotes() -> None:
    text = "Den 20-11-2026 kl. 14:03 skrev Anders:\n> Hvor gamle?\n\n13 år.\n\n> Hvem?\n\nSkolen."

    assert fold(f"{text}\n\nMvh\nMette") == SplitText(text, "Mvh\nMette")


@pytest.mark.parametrize(
    "hint",
    ["Se mine svar nedenfor.", "Jeg har svaret med rødt.", "Mine kommentarer står herunder", "See answers inline"],
)
def test_an_old_mail_stays_if_the_answers_stand_in_it(hint: str) -> None:
    old = "Fra: Anders <anders@example.dk>\nSendt: i går\n\nHvor gamle er de? 13 år."

    assert fold(f"{hint}\n\nMvh\nMette\n\n{old}") == SplitText(f"{hint}\n\n{old}", "Mvh\nMette")


PASTED = (
    "Fra: Borger <borger@example.org>\nSendt: 20. november 2026 14:03\nTil: Mette\nEmne: Indsigt\n\nSlet mig.\n\nBorger"
)


@pytest.mark.parametrize(
    "above", ["Kære jurister", "Hej Anders,", "Hej,", "Vi har fået denne henvendelse:", "Hej\n\nSe:"]
)
def test_a_mail_that_was_put_in_stays_where_what_its_author_says_stands_below(above: str) -> None:
    text = f"{above}\n\n{PASTED}\n\nSkal vi slette?"

    assert fold(f"{text}\n\nMvh\nMette") == SplitText(f"{text}\n\nMvh\nMette")


OURS = (
    "Fra: Databeskyttelse <db@example.dk>\nSendt: 20. november 2026 14:03\nEmne: Indsigt [DB-1]\n\n"
    "Svar fra juristerne på listen\nAnders Jurist, Foreningen · 20. nov. 2026 kl. 14.03\n\nNej."
)


@pytest.mark.parametrize("history", ["", f"\n\n{OURS}"])
def test_a_mail_that_its_author_put_between_their_words_and_signature_stays(history: str) -> None:
    text = f"Den kom i går.\n\n{PASTED}\n\nSkal vi slette?"

    folded = fold(f"{text}\n\nMvh\nMette{history}", "Mette Eksempel")

    assert folded == SplitText(text, "Mvh\nMette", history.lstrip("\n"))
    assert fold(f"{text}\n\nMvh\nMette{history}", "Eksempel, Mette")[0] == text
    assert fold(f"{text}\n\nMvh\nMette{history}", "Karen Kollega")[0] == "Den kom i går."


@pytest.mark.parametrize("above", ["Enig.", "Enig.\n\nMvh\nMette"])
def test_what_a_colleague_wrote_stays_folded_whoever_signed_above_or_forwarded(above: str) -> None:
    forwarded = "Fra: Mette <mette@example.dk>\nSendt: i går\nTil: Karen\nEmne: VS\n\nHvad siger du?\n\nMvh\nMette"
    internal = "Fra: Karen <karen@example.dk>\nSendt: i går\nTil: Mette\nEmne: SV\n\nDet er for dumt.\n\nMvh\nKaren"

    for chain in (internal, f"{internal}\n\n{forwarded}"):
        assert fold(f"{above}\n\n{chain}\n\n{OURS}", "Mette Eksempel")[0] == "Enig."


@pytest.mark.parametrize("mark", ["[Mette]", "[Mette Eksempel]", "[Mette:]"])
def test_an_old_mail_stays_if_its_authors_name_stands_in_brackets_in_it(mark: str) -> None:
    old = f"Fra: Anders <anders@example.dk>\nSendt: i går\n\nHvor gamle er de?\n{mark} 13 år.\n\n[Anders] Ja."

    assert fold(f"Tak.\n\n{old}", "Mette Eksempel") == SplitText(f"Tak.\n\n{old}")
    assert fold(f"Tak.\n\n{old}", "Karen Kollega") == SplitText("Tak.", quoted=old)


@pytest.mark.parametrize(
    "above", ["Hej", "Hej Anders\n\nJa.", "Tak for hjælpen", "Hej igen. Vi sletter.", "Kære alle vi er enige"]
)
def test_an_answer_however_short_is_one(above: str) -> None:
    assert fold(f"{above}\n\n{PASTED}") == SplitText(above, quoted=PASTED)


def test_a_mail_that_is_passed_on_is_the_question() -> None:
    passed_on = "---------- Forwarded message ---------\nFra: Borger <borger@example.org>\nDate: i går\n\nSlet mig."

    assert fold(f"Hvad gør vi?\n\nMvh\nMette\n\n{passed_on}") == SplitText(f"Hvad gør vi?\n\n{passed_on}", "Mvh\nMette")


def test_a_forward_keeps_whatever_it_holds() -> None:
    passed_on = "Fra: Borger <borger@example.org>\nSendt: i går\n\nSlet mig.\n\nHilsen\nBorger"

    assert fold_forward(f"Hvad gør vi?\n\nMvh\nMette\n\n{passed_on}") == SplitText(
        f"Hvad gør vi?\n\n{passed_on}", "Mvh\nMette"
    )


@pytest.mark.parametrize(
    "banner",
    [
        "[EKSTERN]",
        "[EKSTERN E-MAIL] Denne e-mail er sendt fra en afsender uden for kommunen.",
        "CAUTION: This email originated from outside of the organization. Do not click links.",
        "ADVARSEL: Denne mail kommer udefra.\nKlik ikke på links, medmindre du kender afsenderen.",
        "Denne mail kommer udefra",
        "Du modtager ikke ofte mails fra anders@example.dk. Få mere at vide om, hvorfor dette er vigtigt",
        "You don't often get email from anders@example.dk. Learn why this is important",
    ],
)
def test_a_banner_of_the_mail_system_is_folded(banner: str) -> None:
    assert fold(f"{banner}\n\nHej\n\nMå vi det?") == SplitText("Hej\n\nMå vi det?", banner)


@pytest.mark.parametrize(
    "line",
    ["Med venlig hilsen", "Mvh Mette", "M.v.h.", "Venlig hilsen / Kind regards", "De bedste hilsner fra Mette og Ole",
     "Hilsen Mette Eksempel, Prøvested Kommune", "Kh", "*Venlig hilsen*", "De bedste hilsener",
     "Med venlig hilsen / Við vinarligari heilsan", "Vinarliga", "Inussiarnersumik inuulluaqqusillunga",
     "Best regards,"],
)  # fmt: skip
def test_a_closing_greeting(line: str) -> None:
    assert is_closing(line)


@pytest.mark.parametrize(
    "line",
    ["Tak", "Tak for hjælpen", "Hilsen til alle", "Hilsenen var venlig", "Regards to all", "vh er en forkortelse", ""],
)
def test_no_closing_greeting(line: str) -> None:
    assert not is_closing(line)


@pytest.mark.parametrize(
    "line",
    ["Hent Outlook til iOS", "Få Outlook til iOS<https://aka.ms/o0ukef>", "Hämta Outlook för Android",
     "Hent Outlook til Android<https://aka.ms/AAb9ysg>", "Sendt fra min iPhone",
     "Sendt fra Outlook", "Sendt fra min Samsung Galaxy-smartphone.", "Sendt fra Mail til Windows 10",
     "Sent from my iPad", "Get Outlook for Android<https://aka.ms/ghei36>",
     "Sendt fra Yahoo Mail til iPhone", "Sendt fra min mobil"],
)  # fmt: skip
def test_a_phone_footer(line: str) -> None:
    assert is_phone_footer(line)


@pytest.mark.parametrize(
    "line",
    ["Sendt fra min chef", "Sendt fra min chef, som har en iPhone", "Sent from my desk, not my phone", "Hent det", ""],
)
def test_no_phone_footer(line: str) -> None:
    assert not is_phone_footer(line)


@pytest.mark.parametrize(
    "line",
    [
        "Prøvested Kommune | Stab og Jura | Rådhuspladsen 1 | Tlf. 99 99 99 99 | proevested.example.dk",
        "www.proevested.example.dk<https://links.example.org/?url=https%3A%2F%2Fwww.proevested.example.dk%2F&data="
        + "a" * 400,
        "[Et billede, der indeholder tekst, skrifttype, logo, Grafik\n\nAutomatisk genereret beskrivelse]",
        "[cid:image001.png@01DC5A2B.3C4D5E60]",
    ],
)
def test_a_signature_may_hold_long_lines_that_say_little(line: str) -> None:
    signature = f"Med venlig hilsen\n\nMette Eksempel\n{line}"

    assert fold(f"Ja.\n\n{signature}") == SplitText("Ja.", signature)


def test_a_disclaimer_is_folded_with_the_signature_however_long() -> None:
    disclaimer = (
        "Denne e-mail og eventuelle vedhæftede filer er fortrolige.\n" + "Slet den, hvis den ikke er til dig.\n" * 9
    )
    signature = f"Med venlig hilsen\nMette Eksempel\n\n{disclaimer}".strip()

    assert fold(f"Ja.\n\n{signature}") == SplitText("Ja.", signature)


# How many words of each foreign text are its author's own, as read by a person; where a text is nothing but history, or
# its answers stand between the lines, all of it.
OWN_WORDS = {
    "begins_with_signature": 19, "caution": 524, "caution2": 53, "correct_sig": 9, "email_1_1": 30, "email_1_3": 10,
    "email_1_4": 8, "email_1_5": 87, "email_1_6": 13, "email_1_7": 1, "email_1_8": 110, "email_2_1": 4,
    "email_2_2": 7, "email_2_3": 9, "email_3_1": 10, "email_bullets": 20, "email_danish_1": 9, "email_danish_2": 6,
    "email_danish_3": 2, "email_danish_4": 2, "email_danish_5": 2, "email_gmail": 11, "email_headers_no_delimiter": 3,
    "email_ja_1_1": 1, "email_ja_1_2": 6, "email_nl_1_1": 33, "email_nl_1_2": 4, "email_one_is_not_on": 16,
    "email_partial_quote_header": 29, "email_pl_1_1": 20, "email_pl_1_2": 50, "email_pl_1_3": 21,
    "email_sent_from_BlackBerry": 4, "email_sent_from_iPhone": 4, "email_sent_from_multi_word_mobile_device": 4,
    "email_sent_from_not_signature": 15, "email_sig_delimiter_in_middle_of_line": 16, "email_sv_anon_1": 22,
    "email_swedish_1": 19, "email_swedish_2": 41, "forward": 38, "greedy_on": 29, "multi_header": 8,
    "multiline_on": 52, "multiline_on_de": 59, "outlook": 28, "pathological": 21,
}  # fmt: skip
ANSWERS_BETWEEN_LINES = {"email_1_8"}
LEAD_IN = re.compile(
    r"[> *_]*(?:fra|sendt|til|cc|emne|dato|from|sent|to|subject|date|von|gesendet|an|betreff|van|verzonden|aan"
    r"|onderwerp|od|do|wysłano|temat) ?\*{0,2}:|.*\b(?:skrev|wrote|schrieb|napisał)\b.*:\s*$|.*<\S+@\S+>:\s*$",
    re.IGNORECASE,
)


def test_foreign_replies_keep_their_own_words_and_no_line_that_leads_to_a_quote() -> None:
    if not os.environ.get("MAIL_CORPUS"):
        pytest.skip("MAIL_CORPUS names no folder of foreign mail")
    kept, leaked, seen = {}, 0, 0
    for path in sorted((Path(os.environ["MAIL_CORPUS"]) / "replies/test/emails").glob("*.txt")):
        octets = path.read_bytes()
        octets = quopri.decodestring(octets) if b"=\n" in octets else octets  # one was saved as it was sent
        new, *folded = fold(octets.decode("utf-8", "replace"))
        kept[path.stem] = len(new.split())
        if any(folded) and path.stem not in ANSWERS_BETWEEN_LINES:
            leaked += sum(LEAD_IN.match(line) is not None for line in new.split("\n"))
            seen += sum(LEAD_IN.match(line) is not None for line in "\n".join(folded).split("\n"))

    assert kept == OWN_WORDS
    assert (leaked, seen > 50) == (0, True)


FIELDS = "________________________________\nFra: {}\nSendt: 2. november 2026 09:12\nTil: DB\nEmne: SV: Lønsedler\n\n"


@pytest.mark.parametrize(
    ("writer", "signed"),
    [
        ("Lars Eksempel <lars@forening.example.dk>", "Lars Eksempel"),  # one name in common with the author
        ("Mette Sørensen <ms@forening.example.dk>", "Mette Sørensen"),
        ("Mette Eksempel <mette@proevested.example.dk>", "Mette"),  # the author's own, earlier mail
        ("Anders Jurist <anders@forening.example.dk>", "Anders\n(cc Mette Eksempel)"),
    ],
)
def test_an_old_mail_is_its_writers_who_has_a_name_of_the_authors(writer: str, signed: str) -> None:
    text = f"Tak, det var godt.\n\n{FIELDS.format(writer)}Hej Mette\n\nJa, det må I.\n\nVenlig hilsen\n{signed}"

    assert fold(text, "Mette Eksempel")[0] == "Tak, det var godt."


def test_an_attribution_within_an_old_mail_ends_what_could_have_been_put_in() -> None:
    inner = "Den 2. nov. 2026 kl. 08.43 skrev Mette Eksempel <mette@proevested.example.dk>:\n\nMå vi?\n\nHilsen\nMette"
    text = f"Tak.\n\n{FIELDS.format('Anders Jurist <a@x.dk>')}Ja, det må I.\n\nSendt fra min iPhone\n\n{inner}"

    assert fold(text, "Mette Eksempel")[0] == "Tak."


@pytest.mark.parametrize(
    "lead_in",
    [
        "Anders Jurist skrev den 2026-11-02 09:12:",
        "Anders Jurist wrote on 2026-11-02 09:12:",
        "## Svar venligst over denne linje ##",
        "##- Please type your reply above this line -##",
    ],
)
def test_what_other_systems_put_above_an_old_mail_is_known(lead_in: str) -> None:
    assert fold(f"Tak for svaret.\n\n{lead_in}\n\nJa, det må I gerne.")[0] == "Tak for svaret."


def test_an_answer_below_roundcubes_attribution_is_the_new_text() -> None:
    text = "Anders Jurist skrev den 2026-11-02 09:12:\n> Ja, det må I gerne.\n\nTak for svaret."

    assert fold(text)[0] == "Tak for svaret."


@pytest.mark.parametrize(
    "said", ["Borgeren skrev den 1. maj kl. 10.30:", "Han skrev den 1. maj 2026 kl. 10.30:", "Der skrev 10.30:"]
)
def test_what_somebody_tells_of_anothers_words_stays(said: str) -> None:
    assert fold(f"Kære jurister\n\n{said}\n\nJeg vil slettes.\n\nMå han det?").quoted == ""


def test_anothers_signature_stays_below_anothers_mail() -> None:
    text = "Tak.\n\nMvh\nMette\n\nAeg: i går\n\nJa, det må I gerne.\n\nMed venlig hilsen\nAnders Jurist"

    assert fold(text, "Mette Eksempel")[0].endswith("Anders Jurist")
    assert fold(text.replace("Anders Jurist", "Mette Eksempel"), "Mette Eksempel")[0].endswith("Ja, det må I gerne.")


def test_the_layers_of_a_message_can_be_told_apart() -> None:
    footer = "_______________________________________________\nDatabeskyttelse mailing list"
    layers = read_layers(f"[EKSTERN]\n\nJa.\n\nMvh\nMette\n\n-----Oprindelig meddelelse-----\nMå vi?\n\n{footer}")

    assert [layers.pick({layer}) for layer in Layer] == [
        "[EKSTERN]", "Ja.", "Mvh\nMette", "-----Oprindelig meddelelse-----\nMå vi?", footer
    ]  # fmt: skip
