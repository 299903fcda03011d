"""Initials: what calls an asker by a few letters is found, and what means something else stays."""

import pytest

from tickets.masking.initials import is_made_of_beginnings
from tickets.masking.masking import Mask, make_mask
from tickets.masking.names import Names


def mask_of(*people: str, email: str = "") -> Mask:
    return make_mask(Names(people=people, emails=(email,) if email else ()))


@pytest.fixture
def mask() -> Mask:
    return mask_of("Mette Østergaard Klitgaard", email="mette.klitgaard@proevested.example.dk")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Arrangør: MØK", "Arrangør: [navn]"),
        ("Mail fra MØK", "Mail fra [navn]"),
        ("Deltagere: MØK, PN", "Deltagere: [navn], PN"),
        ("spørg MØK.", "spørg [navn]."),
        ("MØKs notat og MØK's svar", "[navn]s notat og [navn]s svar"),
        ("Som MK skrev; se MK-notatet", "Som [navn] skrev; se [navn]-notatet"),
        ("MKL1234 er logget på", "[navn] er logget på"),
        ("MeKl og MKlit, M Ø K", "[navn] og [navn], [navn]"),
        ("SPØRG MØK OM REGLERNE", "SPØRG [navn] OM REGLERNE"),
        ("mk skrev, og mkl svarede", "[navn] skrev, og [navn] svarede"),
        ("@metteklit, @mkl og møk@", "@[navn], @[navn] og [navn]@"),
        ("brugeren mok og initialerne: møk", "brugeren [navn] og initialerne: [navn]"),
    ],
)
def test_initials_are_masked_wherever_they_stand(mask: Mask, text: str, masked: str) -> None:
    assert mask.apply(text).text == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("spørg mekl om det", "spørg [navn] om det"),
        ("Mekl skrev, og mekl svarede", "[navn] skrev, og [navn] svarede"),
        ("Kan I hjælpe? /mekl", "Kan I hjælpe? /[navn]"),
        ("Mvh metk\nmetk\n", "Mvh [navn]\n[navn]\n"),
        ("sagsbehandler: mekli, att. mekl", "sagsbehandler: [navn], att. [navn]"),
        ("M/K spørger, M-K og M&K", "[navn] spørger, [navn] og [navn]"),
        ("Spørg MKG eller mkg og MØKG", "Spørg [navn] eller [navn] og [navn]"),
        ("Et A/S, I/S og A-B-test (m/k)", "Et A/S, I/S og A-B-test (m/k)"),
        ("Mere om mel og melk", "Mere om mel og melk"),
    ],
)
def test_initials_are_masked_in_every_form(mask: Mask, text: str, masked: str) -> None:
    assert mask.apply(text).text == masked


@pytest.mark.parametrize(
    ("person", "text"),
    [
        ("Tina Mentz", "En time til; time for time. Halvanden time"),
        ("Sara Gert", "En sage, sager og en sag"),
        ("Kim Lohse", "Et kilo og 2 kilo mel"),
        ("Anne Sørensen", "Et A/S er et aktieselskab"),
        ("Kaja Ranum", "kr. 100 pr. time/uge"),
    ],
)
def test_initials_that_are_words_when_small_stay(person: str, text: str) -> None:
    assert mask_of(person).apply(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        r"\\srv\home\mettek\notat.docx", r"C:\Users\mok\Desktop", r"H:\mkl\a.docx", "/home/mettek/a",
        "https://x-my.sharepoint.example.net/personal/mkl_example_dk/Documents/a",
        "https://teams.example.net/l/meetup/mettek/0", "https://x.example.net/~klitgm/",
    ],
)  # fmt: skip
def test_the_user_of_a_place_on_a_disk_or_on_the_net_is_masked(mask: Mask, text: str) -> None:
    masked = mask.apply(text).text

    assert "[navn]" in masked
    assert not [code for code in ("mettek", "mok", "mkl", "klitgm") if code in masked]


@pytest.mark.parametrize(
    "text",
    [
        "MetteKlitgaard",
        "klitgaardmette",
        "metteklit",
        "mklitgaard",
        "KlitgaardM",
        "METTEKLIT",
        "MetteØstergaardKlitgaard",
    ],
)
def test_names_that_run_together_are_masked(mask: Mask, text: str) -> None:
    assert mask.apply(f"Se {text} i dag").text == "Se [navn] i dag"
    assert mask.file_name(f"{text}.pdf", 3) == "[navn].pdf"


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("møk_notat.docx", "[navn]_notat.docx"),
        ("notat-mk-2026.docx", "notat-[navn]-2026.docx"),
        ("notatMKL2.docx", "notat[navn]2.docx"),
        ("Referat MØK.docx", "Referat [navn].docx"),
        ("OK-aftale og DPIA v2.docx", "OK-aftale og DPIA v2.docx"),
    ],
)
def test_initials_are_masked_in_the_names_of_files(mask: Mask, name: str, masked: str) -> None:
    assert mask.file_name(name, 3) == masked


@pytest.mark.parametrize(
    ("person", "text"),
    [
        ("Erik Uhrskov", "EU, fra EU og EU-retten"),
        ("Karl Lund", "KL og KL's vejledning, kl. 12"),
        ("Ida Thomsen", "IT, IT-sikkerhed og it"),
        ("Ole Kjær", "Det er OK og ok"),
        ("Hanne Andersen", "HAN HAR ANSVARET; han har"),
        ("Helle Rasmussen", "Hun vil heller ikke"),
        ("Mads Andersen", "Man maa; MA og mad"),
        ("Dorte Poulsen", "DPO og DP"),
        ("Susanne Vestergaard", "SV: Svar\nSV: Re: Igen"),
    ],
)
def test_what_is_short_for_something_else_stays(person: str, text: str) -> None:
    assert mask_of(person).apply(text).text == text


def test_initials_that_mean_something_else_are_doubted_where_people_are_told_of() -> None:
    mask = mask_of("Ole Kjær")

    assert mask.find_doubts("Deltagere: PN, OK og AB. Det er OK") == ("OK",)
    assert mask.find_doubts("Det er OK") == ()
    assert mask_of("Mette Østergaard Klitgaard").find_doubts("Spørg Møk eller (møk)") == ("Møk", "møk")


@pytest.mark.parametrize(
    ("person", "text", "masked"),
    [
        ("Vi Tran", "Vi har spurgt. Vi ved det\nVi spørger", "Vi har spurgt. Vi ved det\nVi spørger"),
        ("Vi Tran", "Kære Vi\nVi Tran", "Kære [navn]\n[navn]"),
        ("Man Le", "KAN MAN BEHANDLE OPLYSNINGER", "KAN MAN BEHANDLE OPLYSNINGER"),
        ("Bo Sten", "Bo spørger, om vi bor på sten", "[navn] spørger, om vi bor på sten"),
        ("Lise Dag", "En dag i ugen", "En dag i ugen"),
    ],
)
def test_a_person_with_an_everyday_name_leaves_the_text_readable(person: str, text: str, masked: str) -> None:
    assert mask_of(person).apply(text).text == masked


def test_codes_of_users_are_the_beginnings_of_their_names() -> None:
    words = ("mette", "oestergaard", "klitgaard")

    for code in ("mk", "mok", "moek", "mettek", "klitm", "klmette"):
        assert is_made_of_beginnings(code, words)
    for code in ("m", "mette", "mat", "kmk", "klitgaard"):
        assert not is_made_of_beginnings(code, words)
