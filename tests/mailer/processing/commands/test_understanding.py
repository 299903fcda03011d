"""Commands: which lines are one, which are an answer, and which stop the mail."""

from datetime import date

import pytest

from mailer.processing.commands.nearness import Miss, is_one_off
from mailer.processing.commands.understanding import Orders, amend, understand
from mailer.processing.commands.words import LAWYERS, MEMBERS, Verb

MONDAY = date(2026, 11, 23)
AUTHOR = "Anders Holm Jurist"
TICKET = {"dbkal", "logning", "nis", "mette", "sofie", "øby", "kommune"}
HISTORY = (
    "\n\nFra: databeskyttelse <databeskyttelse@example.dk>\nSendt: 23. november 2026 08:00\nTil: Anders\n"
    "Emne: Må vi? [DB-42]\n\nMå vi det?\n"
)


def heard(text: str) -> Orders:
    return understand(text, MONDAY, LAWYERS, TICKET, AUTHOR)


def heard_of_member(text: str) -> Orders:
    return understand(text, MONDAY, MEMBERS, TICKET, "Mette Eksempel")


def told(orders: Orders) -> list[tuple[Verb, str]]:
    return [(one.verb, one.argument or (one.until.isoformat() if one.until else "")) for one in orders.commands]


UNDERSTOOD = [
    ("TAG", [(Verb.TAKE, "")], ""),
    ("Tag", [(Verb.TAKE, "")], ""),
    ("tag.", [(Verb.TAKE, "")], ""),
    ("#tag", [(Verb.TAKE, "")], ""),
    ("/tag", [(Verb.TAKE, "")], ""),
    ("# tag", [(Verb.TAKE, "")], ""),
    ("TAG!", [(Verb.TAKE, "")], ""),
    ("take", [(Verb.TAKE, "")], ""),
    ("*TAG*", [(Verb.TAKE, "")], ""),
    ("\u00a0TAG\u00a0\n\u00a0\n", [(Verb.TAKE, "")], ""),
    ("\u200bTAG", [(Verb.TAKE, "")], ""),
    ("TAG\n\nMvh Anders", [(Verb.TAKE, "")], ""),
    ("TAG\n\nMed venlig hilsen\n\nAnders Holm\nJurist\nForeningen\nTlf. 33 70 33 70", [(Verb.TAKE, "")], ""),
    ("TAG\n\nAnders", [(Verb.TAKE, "")], ""),
    ("TAG\n\n/ahj", [(Verb.TAKE, "")], ""),
    ("TAG\n\nSendt fra min iPhone", [(Verb.TAKE, "")], ""),
    ("TAG\n\nSent from Outlook for iOS", [(Verb.TAKE, "")], ""),
    ("TAG\n\n-- \nAnders Holm\nForeningen", [(Verb.TAKE, "")], ""),
    ("Hej\n\nTAG", [(Verb.TAKE, "")], ""),
    ("Kære alle,\n\nTAG\n\nVh Anders", [(Verb.TAKE, "")], ""),
    ("Hej Mette\n\nTAG\n\nJa, det må I gerne.", [(Verb.TAKE, "")], "Hej Mette\n\nJa, det må I gerne."),
    ("TAG\nJa, det må I gerne.", [(Verb.TAKE, "")], "Ja, det må I gerne."),
    ("TAG\nLUK\n\nJa, det må I gerne.", [(Verb.TAKE, ""), (Verb.CLOSE, "")], "Ja, det må I gerne."),
    ("TAG\n\nLUK", [(Verb.TAKE, ""), (Verb.CLOSE, "")], ""),
    ("TAG\nTAG", [(Verb.TAKE, "")], ""),
    ("TILDEL Sofie", [(Verb.ASSIGN, "Sofie")], ""),
    ("Tildel Sofie Berg.", [(Verb.ASSIGN, "Sofie Berg")], ""),
    ("tildel sofie", [(Verb.ASSIGN, "sofie")], ""),
    ("Tildel til Sofie", [(Verb.ASSIGN, "Sofie")], ""),
    ("assign sofie@forening.example.dk", [(Verb.ASSIGN, "sofie@forening.example.dk")], ""),
    ("NOTAT\nRing til Mette først.", [(Verb.NOTE, "")], "Ring til Mette først."),
    ("NOTAT: Ring til Mette først.", [(Verb.NOTE, "Ring til Mette først.")], "Ring til Mette først."),
    ("Notat\n\nLUK\n\nskal vi, når hun har svaret.", [(Verb.NOTE, "")], "LUK\n\nskal vi, når hun har svaret."),
    ("note\nCall Mette.", [(Verb.NOTE, "")], "Call Mette."),
    ("LUK.", [(Verb.CLOSE, "")], ""),
    ("Close", [(Verb.CLOSE, "")], ""),
    ("GENÅBN", [(Verb.REOPEN, "")], ""),
    ("GENA\u030aBN", [(Verb.REOPEN, "")], ""),
    ("VENT 3 dage", [(Verb.PENDING, "2026-11-26")], ""),
    ("Vent tre dage.", [(Verb.PENDING, "2026-11-26")], ""),
    ("vent i 2 uger", [(Verb.PENDING, "2026-12-07")], ""),
    ("VENT til fredag", [(Verb.PENDING, "2026-11-27")], ""),
    ("VENT til på mandag", [(Verb.PENDING, "2026-11-30")], ""),
    ("VENT til 12. august", [(Verb.PENDING, "2027-08-12")], ""),
    ("VENT til den 1/12", [(Verb.PENDING, "2026-12-01")], ""),
    ("VENT til 1. december 2026", [(Verb.PENDING, "2026-12-01")], ""),
    ("VENT på svar", [(Verb.PENDING, "")], ""),
    ("pending until friday", [(Verb.PENDING, "2026-11-27")], ""),
    ("VENT 3\u00a0dage\n\nVi vender tilbage torsdag.", [(Verb.PENDING, "2026-11-26")], "Vi vender tilbage torsdag."),
    ("STIKORD logning, aktindsigt", [(Verb.TOPICS, "logning, aktindsigt")], ""),
    ("Stikord: art. 32, tv-overvågning", [(Verb.TOPICS, "art. 32, tv-overvågning")], ""),
    ("FLET DB-12", [(Verb.MERGE, "DB-12")], ""),
    ("Flet med db\u201112.", [(Verb.MERGE, "DB-12")], ""),
    ("FLET DB\u201312", [(Verb.MERGE, "DB-12")], ""),
    ("flet [DB-12]", [(Verb.MERGE, "DB-12")], ""),
    ("UDSKIL", [(Verb.SPLIT, "")], ""),
    ("FLYT nis2", [(Verb.MOVE, "nis2")], ""),
    ("Flyt til nis2", [(Verb.MOVE, "nis2")], ""),
    ("FORTROLIG", [(Verb.CONFIDENTIAL, "")], ""),
    ("ÅBEN", [(Verb.OPEN, "")], ""),
    ("OFFENTLIGGØR", [(Verb.PUBLISH, "")], ""),
    ("RET\nKORT: Nej.\n\nDet må I ikke.", [(Verb.SHORT, "Nej."), (Verb.CORRECT, "")], "Det må I ikke."),
    ("RET\n\nKORT: Nej.\nLUK\ndøren.", [(Verb.SHORT, "Nej."), (Verb.CORRECT, "")], "LUK\ndøren."),
    ("SVAR\nKORT: Nej.", [(Verb.ANSWER, "")], "KORT: Nej."),
    ("RET\nDet skulle have været artikel 6.", [(Verb.CORRECT, "")], "Det skulle have været artikel 6."),
    ("SVAR\nLUK\naltid døren.", [(Verb.ANSWER, "")], "LUK\naltid døren."),
    ("FORTRYD", [(Verb.UNDO, "")], ""),
    ("TAG\nKORT: Ja, med hjemmel.\n\nDet …", [(Verb.TAKE, ""), (Verb.SHORT, "Ja, med hjemmel.")], "Det …"),
    ("LUK" + HISTORY, [(Verb.CLOSE, "")], ""),
    ("LUK\n\nMvh Anders" + HISTORY, [(Verb.CLOSE, "")], ""),
    ("> Må vi det?\n\nLUK", [(Verb.CLOSE, "")], ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "commands", "rest"), UNDERSTOOD)
def test_a_whole_line_on_top_is_a_command(text: str, commands: list[tuple[Verb, str]], rest: str) -> None:
    orders = heard(text)

    assert (told(orders), orders.rest, orders.near_miss) == (commands, rest, None)


ANSWERS = [
    "Tag kontakt til jeres DPO.",
    "Tag det op med leverandøren, før I svarer.",
    "Tildel rettigheder efter behov.",
    "Tildel kun Sofie adgang, hvis hun har brug for den.",
    "Notat om sletning er vedhæftet.",
    "Luk adgangen, indtil I har svar.",
    "Luk op for borgerens indsigt.",
    "Genåbn sagen, hvis borgeren beder om det.",
    "Vent med at svare borgeren.",
    "Vent til fredag med at sende brevet.",
    "Vent 3 dage, før I sletter.",
    "Stikord er vigtige, når I søger.",
    "Flet ikke registrene sammen.",
    "Udskil de oplysninger, der er fortrolige.",
    "Flyt data til EU.",
    "Fortrolig behandling kræver en hjemmel.",
    "Åben adgang er ikke nok.",
    "Offentliggør aldrig navne.",
    "Ret henvendelse til Datatilsynet.",
    "Svar borgeren inden for en måned.",
    "Fortryd ikke samtykket på borgerens vegne.",
    "Kort sagt: ja.",
    "Kort fortalt må I gerne.",
    "Take care to inform the citizen.",
    "Close, men ikke helt.",
    "Open source er fint, hvis kilden er kendt.",
    "Note that article 6 applies.",
    "Move fast er ikke en hjemmel.",
    "Split-løsninger kræver to aftaler.",
    "Wait for the answer of the supplier.",
    "TAGER I højde for artikel 5, er svaret ja.",
    "Ja, det må I gerne.\n\nluk døren efter jer",
    "Ja, det må I gerne.\n\n> LUK\n> TAG",
    "Ja, det må I gerne.\n\nMed venlig hilsen\nAnders Holm\nLUK\nForeningen",
    "Ja, det må I gerne." + HISTORY + "\nTAG\n",
    "/m/0123456789abcdef012345 er svaret på det samme.",
    "# Baggrund",
    "1. Tag stilling til hjemlen.\n2. Luk adgangen.",
    "- TAG",
    "“Tag” er et engelsk ord.",
    "Til Odense Kommune",
    "Emne: logning",
    "Del gerne svaret.",
    "",
]
HARMLESS = [
    "Hej", "Hej Mette", "Hej Mette,", "Kære alle", "Kære Mette og Ole", "Goddag", "Godmorgen", "Hi", "Dear all,",
    "Mette", "METTE", "Sofie,", "Anders Holm", "JA", "Ja.", "NEJ", "Nej!", "OK", "Ok.", "TAK", "Tak", "OBS", "OBS!",
    "VIGTIGT", "PS", "PS:", "GDPR", "NIS", "LOGNING", "DBKAL", "HASTER", "Hej Tag,",
]  # fmt: skip


@pytest.mark.parametrize("text", [*ANSWERS, *HARMLESS, *(f"{line}\n\nDet må I gerne." for line in HARMLESS)])
def test_what_is_no_command_is_text_word_for_word(text: str) -> None:
    assert heard(text) == Orders(rest=text)


MISSED = [
    ("LUKK", Miss.SPELLING, "LUK"),
    ("Luuk.", Miss.SPELLING, "LUK"),
    ("TGA", Miss.SPELLING, "TAG"),
    ("#lukk", Miss.SPELLING, "LUK"),
    ("FORTROLI", Miss.SPELLING, "FORTROLIG"),
    ("TILDLE Sofie", Miss.SPELLING, "TILDEL Sofie"),
    ("FLTE DB-12", Miss.SPELLING, "FLET DB-12"),
    ("VENTT 3 dage", Miss.SPELLING, "VENT 3 dage"),
    ("Luk sagen", Miss.FORM, "LUK"),
    ("LUK SAGEN, TAK", Miss.FORM, "LUK"),
    ("Tag den.", Miss.FORM, "TAG"),
    ("#luk sagen", Miss.FORM, "LUK"),
    ("NOTAT Mette har ringet", Miss.FORM, ""),
    ("VENT LIDT", Miss.FORM, ""),
    ("VENT 3 måneder", Miss.FORM, ""),
    ("VENT til i går", Miss.FORM, ""),
    ("TILDEL", Miss.FORM, ""),
    ("FLET", Miss.FORM, ""),
    ("AFSLUT", Miss.UNKNOWN, ""),
    ("FÆRDIG!", Miss.UNKNOWN, ""),
    ("#afslut", Miss.UNKNOWN, ""),
    ("/done", Miss.UNKNOWN, ""),
    ("Hej Mette\n\nLUKK\n\nJa, det må I gerne.", Miss.SPELLING, "LUK"),
    ("TAG\nLUKK", Miss.SPELLING, "LUK"),
    ("Ja, det må I gerne.\n\nLUK", Miss.PLACE, "LUK"),
    ("Ja, det må I gerne.\n\n#luk\n\nMvh Anders", Miss.PLACE, "luk"),
    ("Ja, det må I gerne.\n\nNOTAT\nRing til hende.", Miss.PLACE, ""),
    ("TAG\nLUK\nUDSKIL\nFORTROLIG\nSTIKORD a, b\nFORTRYD", Miss.TOO_MANY, ""),
]


@pytest.mark.parametrize(("text", "miss", "meant"), MISSED)
def test_a_near_miss_stops_the_mail(text: str, miss: Miss, meant: str) -> None:
    orders = heard(text)

    assert orders.near_miss is not None
    assert (orders.near_miss.miss, orders.near_miss.meant) == (miss, meant)
    assert (orders.commands, orders.rest) == ((), text)


@pytest.mark.parametrize(
    ("text", "verb"),
    [("LØST", Verb.SOLVED), ("Løst!", Verb.SOLVED), ("SAMME", Verb.SAME), ("Følg", Verb.FOLLOW),
     ("FØLG IKKE", Verb.UNFOLLOW), ("følg\u00a0ikke.", Verb.UNFOLLOW), ("Træk tilbage", Verb.WITHDRAW),
     ("withdraw", Verb.WITHDRAW), ("Samme her, vi venter også.", None), ("HASTER", None), ("HJÆLP", None)],
)  # fmt: skip
def test_members_have_words_of_their_own(text: str, verb: Verb | None) -> None:
    orders = heard_of_member(text)

    assert [one.verb for one in orders.commands] == ([verb] if verb else [])
    assert orders.near_miss is None


def test_what_was_meant_is_read_as_if_it_had_been_written() -> None:
    text = "Hej Mette\n\nLUKK\n\nJa, det må I gerne."
    miss = heard(text).near_miss
    assert miss is not None

    orders = heard(amend(text, miss, AUTHOR))

    assert told(orders) == [(Verb.CLOSE, "")]
    assert orders.rest == "Hej Mette\n\n\nJa, det må I gerne."


@pytest.mark.parametrize(
    ("written", "word", "is_near"),
    [("lukk", "luk", True), ("lk", "luk", True), ("lul", "luk", True), ("ulk", "luk", True), ("luk", "luk", False),
     ("lkus", "luk", False), ("fltye", "flyt", False), ("flty", "flyt", True), ("", "luk", False)],
)  # fmt: skip
def test_one_letter_off(written: str, word: str, is_near: bool) -> None:
    assert is_one_off(written, word) is is_near
