"""Masking: what names an asker is found in every shape, and nothing else is touched."""

import time
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from mailer.message import read_message
from tickets.masking import Mask, Names, fold, make_mask, plain, undress

ASKER = Names(
    people=("Mette Sofie Klitgaard", "Klitgaard, Mette (DPO)"),
    emails=("mette.klitgaard@proevested.example.dk",),
    organisation="Prøvested Kommune",
    domains=("proevested.example.dk", "pvk.example.org"),
    colleagues=("Peter Nabo",),
    signature=("Rådgiver, Stab og Jura", "Rådhuspladsen 2, Prøvested", "Tlf. 65 51 12 34"),
)
TELLING = ("mette", "klitgaard", "proevested", "pvk.example", "peter nabo", "65511234", "65 51 12 34", "raadhuspladsen")
QUESTION = "Må vi udlevere logfiler til en leverandør uden for EU?"


@pytest.fixture
def mask() -> Mask:
    return make_mask(ASKER)


def mask_of(organisation: str = "", *people: str, domain: str = "") -> Mask:
    return make_mask(Names(people=people, organisation=organisation, domains=(domain,) if domain else ()))


def raw(text: str, *, subject: str = "Logfiler", charset: str = "utf-8", html: str = "", **fields: str) -> bytes:
    message = EmailMessage()
    message["From"] = fields.pop("From", "Mette Klitgaard <mette.klitgaard@proevested.example.dk>")
    message["To"] = "databeskyttelse+anonym@example.dk"
    message["Subject"] = subject
    message["Message-ID"] = "<20261123075500.4711@mail.proevested.example.dk>"
    for name, value in fields.items():
        message[name.replace("_", "-")] = value
    if text:
        message.set_content(text, charset=charset)
    if html and text:
        message.add_alternative(html, subtype="html")
    elif html:
        message.set_content(html, subtype="html")
    return bytes(message)


COLLEAGUE = "Fra: Peter Nabo <peter@proevested.example.dk>\nSendt: 23. november 2026\nTil: Mette Klitgaard\n"
OUTLOOK = """Med venlig hilsen

Mette Klitgaard
Databeskyttelsesrådgiver
Prøvested Kommune
Tlf. 65 51 12 34
www.proevested.example.dk"""
FOOTER = "Prøvested Kommune behandler oplysninger om dig som beskrevet i vores politik. " * 3
SHAPES = {
    "Outlook's signature": raw(f"Hej KL\n\n{QUESTION}\n\n{OUTLOOK}"),
    "a signature mark": raw(f"{QUESTION}\n\n-- \nMette Klitgaard\nPrøvested Kommune"),
    "a short closing": raw(f"{QUESTION}\n\nMvh Mette"),
    "a name as closing": raw(f"{QUESTION}\n\nMette"),
    "initials as closing": raw(f"{QUESTION} – spørger /MK\n/MK"),
    "closing in English": raw(f"{QUESTION}\n\nKind regards,\nMette Klitgaard\nData Protection Officer"),
    "a phone's footer": raw(f"{QUESTION}\n\nMette\n\nSendt fra min iPhone"),
    "Outlook on a phone": raw(f"{QUESTION}\n\nMvh Mette Klitgaard\nHent Outlook til iOS<https://aka.ms/o0ukef>"),
    "a long signature with questions": raw(
        f"{QUESTION}\n\nMed venlig hilsen\nMette Klitgaard\nPrøvested Kommune\nKender du vores selvbetjening?\n"
        + "Læs mere på proevested.example.dk\n" * 20
    ),
    "a confidentiality footer": raw(f"{QUESTION}\n\nVenlig hilsen\nMette\n\n{FOOTER}"),
    "a greeting that names": raw(f"Kære kolleger i KL, her er Mette fra Prøvested\n\n{QUESTION}"),
    "a greeting and more in one line": raw(f"Hej, jeg hedder Mette Klitgaard og er i Prøvested. {QUESTION}"),
    "the organisation in the text": raw(f"I Prøvested Kommune undrer vi os. {QUESTION}"),
    "the organisation's genitive": raw(f"Prøvesteds borgere og Prøvested Kommunes ansatte: {QUESTION}"),
    "upper case": raw(f"PRØVESTED KOMMUNE / METTE KLITGAARD: {QUESTION}"),
    "compounds": raw(f"Prøvestedborgere, Prøvested-borgere, prøvestedkommune, MidtPrøvested: {QUESTION}"),
    "hyphenation": raw(f"Vi i Prøve-\nsted Kommune og Klit-\ngaard spørger: {QUESTION}"),
    "soft hyphens": raw(f"Vi i Prøve\u00adsted og Met\u200bte spørger: {QUESTION}"),
    "other letters": raw(f"Vi i Ｐｒｏevested og Pröv\u0065\u0301sted: {QUESTION}"),
    "written without ø": raw(f"Vi i Proevested: {QUESTION}"),
    "a zip code": raw(f"Vi i 5999 Prøvested og DK-5999 Prøvested: {QUESTION}"),
    "wrapped names": raw(f"Vi er Mette\nKlitgaard fra Prøvested\nKommune. {QUESTION}"),
    "a web address": raw(f"Se https://www.proevested.example.dk/gdpr?id=1 og intra.pvk.example.org. {QUESTION}"),
    "a web address elsewhere": raw(f"Se https://sag.example.net/sites/proevested-dpo/x.aspx og {QUESTION}"),
    "a mail address": raw(f"mailto:mette.klitgaard@proevested.example.dk; dpo@jura.pvk.example.org. {QUESTION}"),
    "a private address": raw(f"Skriv til mette.klitgaard@gmail.example.com. {QUESTION}"),
    "a phone number": raw(f"Ring på 6551 1234, 65511234 eller +45 65 51 12 34. {QUESTION}"),
    "a colleague": raw(f"Min kollega Peter Nabo (peter@proevested.example.dk) og jeg spørger: {QUESTION}"),
    "a name in another order": raw(f"Klitgaard, Mette og M. Klitgaard og mette_klitgaard spørger: {QUESTION}"),
    "a subject that names": raw(QUESTION, subject="[EKSTERN] Prøvested Kommune: Logfiler (Mettes spørgsmål)"),
    "quoted history": raw(f"{QUESTION}\n\n{COLLEAGUE}Emne: Logfiler\n\nMette, spørg KL.\n\nPeter Nabo\nPrøvested"),
    "a quote with answers between": raw(
        "> Hej Mette\n> Hvad gør Prøvested?\n\nDet spørger jeg KL om:\n\n"
        f"> Peter Nabo\n> Rådhuspladsen 2, Prøvested\n\n{QUESTION}"
    ),
    "a forward and nothing else": raw(f"{COLLEAGUE}Emne: Spørg\n\n{QUESTION}"),
    "a reply chain": raw(
        f"{QUESTION}\n\nDen man. 23. nov. 2026 kl. 08.00 skrev Peter Nabo <peter@proevested.example.dk>:\n"
        "> Prøvested?\n>> Mette?"
    ),
    "Latin-1": raw(f"Vi i Prøvested Kommune på æøå: {QUESTION}\n\nMed venlig hilsen\nMette", charset="iso-8859-1"),
    "HTML alone": raw("", html=f"<p>Hej</p><p>I <b>Prøve</b>sted Kommune: {QUESTION}</p><p>Mvh<br>Mette Klitgaard</p>"),
    "a logo with a text": raw(
        "", html=f'<p>{QUESTION}</p><p>Mvh</p><img alt="Prøvested Kommune" src="cid:logo@proevested.example.dk">'
    ),
    "a display name with more": raw(
        QUESTION, From='"Mette Klitgaard (Prøvested Kommune)" <mette.klitgaard@proevested.example.dk>'
    ),
    "fields of the gateway": raw(
        QUESTION,
        Received="from mail.proevested.example.dk (10.0.0.1) by gw.proevested.example.dk",
        Organization="Prøvested Kommune",
        User_Agent="Prøvested Outlook",
        Thread_Topic="Prøvested: Logfiler",
        X_Originating_IP="10.0.0.1",
        Reply_To="mette@pvk.example.org",
    ),
    "company numbers": raw(f"Prøvested har CVR-nr. 12 34 56 78 og EAN 5790001234567. {QUESTION}"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_that_names_the_asker_is_left_of_a_letter(mask: Mask, shape: str) -> None:
    post = read_message(SHAPES[shape], datetime(2026, 11, 23, tzinfo=UTC)).post

    text = mask.apply_to_letter(post.text, is_askers=True).text
    subject = mask.apply(post.subject).text

    told = plain(f"{subject}\n{text}")
    assert [word for word in TELLING if word in told] == []
    assert "logfiler til en leverandør uden for EU?" in " ".join(text.split())
    assert "12 34 56 78" not in text


def test_there_are_forty_shapes() -> None:
    assert len(SHAPES) >= 40


def test_what_was_masked_is_told_as_it_stood(mask: Mask) -> None:
    masked = mask.apply("Mette fra Prøvested Kommune, mette.klitgaard@proevested.example.dk, tlf. 65 51 12 34")

    assert masked.text == "[navn] fra [kommunen], [e-mail], [telefon]"
    assert masked.replacements == (
        ("Mette", "[navn]"),
        ("Prøvested Kommune", "[kommunen]"),
        ("mette.klitgaard@proevested.example.dk", "[e-mail]"),
        ("tlf. 65 51 12 34", "[telefon]"),
    )


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("I Prøvested Kommune", "I [kommunen]"),
        ("Prøvesteds regler", "[kommunen]s regler"),
        ("Prøvested Kommunes regler", "[kommunen]s regler"),
        ("Mettes spørgsmål", "[navn]s spørgsmål"),
        ("Mette S. Klitgaard skriver", "[navn] skriver"),
        ("Prøvested, Aarhus og Odense", "[kommunen], Aarhus og Odense"),
    ],
)
def test_what_is_left_reads_as_danish(mask: Mask, text: str, masked: str) -> None:
    assert mask.apply(text).text == masked


@pytest.mark.parametrize(
    ("organisation", "text", "masked"),
    [
        ("Vejle Kommune", "Efter vejledning fra Vejle", "Efter vejledning fra [kommunen]"),
        ("Vejle Kommune", "Vejle Kommune, vejle kommune, Vejleborgere", "[kommunen], [kommunen], [kommunen]"),
        ("Vejen Kommune", "Vi er på vejen i Vejen", "Vi er på vejen i [kommunen]"),
        ("Skive Kommune", "en skive brød i Skive", "en skive brød i [kommunen]"),
        ("Assens Kommune", "klassens lærer i Assens", "klassens lærer i [kommunen]"),
        ("Københavns Kommune", "København og københavnere", "[kommunen] og [kommunen]"),
        ("Aarhus Kommune", "Århus, AARHUS og århusianere", "[kommunen], [kommunen] og [kommunen]"),
        ("Fanø Kommune", "på Fanø og Fanøs strand", "på [kommunen] og [kommunen]s strand"),
        ("Læsø Kommune", "læsøboere læser", "[kommunen] læser"),
        ("Ringkøbing-Skjern Kommune", "Skjern og Ringkøbing Skjern Kommune", "[kommunen] og [kommunen]"),
        ("Høje-Taastrup Kommune", "høje krav i Tåstrup og Høje Taastrup", "høje krav i [kommunen] og [kommunen]"),
        ("Lyngby-Taarbæk Kommune", "Lyngby–Taarbæk", "[kommunen]"),
        ("Lolland Kommune", "Holland og Lolland", "Holland og [kommunen]"),
        ("Region Syddanmark", "regionen Syddanmark i Danmark", "regionen [kommunen] i Danmark"),
        ("Bornholms Regionskommune", "Bornholm er en ø", "[kommunen] er en ø"),
    ],
)
def test_places_that_are_ordinary_words_are_masked_as_names_only(organisation: str, text: str, masked: str) -> None:
    assert mask_of(organisation).apply(text).text == masked


def test_names_that_are_ordinary_words_are_masked_as_names_only() -> None:
    mask = mask_of("", "Bo Lund")

    assert mask.apply("Bo vil bo i en lund. Lunds sag, BO LUND").text == "[navn] vil bo i en lund. [navn]s sag, [navn]"


def test_a_desk_is_no_person() -> None:
    names = Names(people=("Databeskyttelse Prøvested",), emails=("databeskyttelse@proevested.example.dk",))

    masked = make_mask(names).apply("Spørgsmål om databeskyttelse; skriv til databeskyttelse@proevested.example.dk")

    assert masked.text == "Spørgsmål om databeskyttelse; skriv til [e-mail]"


def test_text_that_names_nobody_is_left_as_it_is(mask: Mask) -> None:
    text = (
        "Efter artikel 6, stk. 1, litra e, og sag 2018-41-0015 af 25. maj 2018 kan kommunen videregive oplysninger.\n"
        "Skriv til dt@example.org, eller se https://www.example.org/vejledning. Frist: 01.02.2026 kl. 12.00.\n"
    )

    assert mask.apply(text).text == text


def test_the_asker_is_known_again_in_what_others_quote(mask: Mask) -> None:
    reply = "Kære Mette\n\n> Rådgiver, Stab og Jura\n> Må vi i Prøvested?\n\nJa, det må I."

    masked = mask.apply_to_letter(reply, is_askers=False)

    assert masked.text == "Kære [navn]\n\n> Må vi i [kommunen]?\n\nJa, det må I."


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("referat.pdf", "referat.pdf"),
        ("prøvested-referat.docx", "[kommunen]-referat.docx"),
        ("Proevested_kommune_2026.docx", "[kommunen]_2026.docx"),
        ("MetteKlitgaard.pdf", "[navn].pdf"),
        ("xmettex.pdf", "bilag-3.pdf"),
        ("notat PVK.docx", "notat [kommunen].docx"),
    ],
)
def test_file_names_are_masked_or_lose_their_meaning(mask: Mask, name: str, masked: str) -> None:
    assert mask.file_name(name, 3) == masked


def test_a_text_that_hides_a_name_is_known() -> None:
    mask = make_mask(ASKER)

    assert mask.is_named_in("C:\\Users\\mklitgaardx\\dokument")
    assert mask.is_named_in("Udarbejdet af Mette")
    assert not mask.is_named_in("Referat af mødet i kommunen")


def test_a_greeting_alone_is_no_reason_to_say_nothing() -> None:
    assert undress("Hej Anders") == ["Hej Anders"]
    assert undress("Hej Anders\n\nMå vi?\n\nMvh\nMette") == ["Må vi?"]


def test_a_folded_text_knows_where_it_was() -> None:
    folded = fold("Ærø og Prøve-\n> sted")

    assert folded.text == "aeroe og proevested"
    assert folded.origin(folded.text.index("sted")) == len("Ærø og Prøve-\n> ")


@pytest.mark.parametrize(
    "token", ["o", "@", "mette ", "prøvested", "[", "a-\n", "> ", "klitgaard@", "Ø", "12 ", "Hej\n", "tlf. 1"]
)
def test_masking_takes_linear_time(mask: Mask, token: str) -> None:
    def seconds(length: int) -> float:
        text = (token * length)[:length]
        started = time.process_time()
        mask.apply_to_letter(text, is_askers=True)
        return time.process_time() - started

    assert seconds(100_000) < max(1.5, 20 * seconds(10_000))
