"""Names that machines give, which look like numbers of people."""

import random
from datetime import date, timedelta

import pytest

from mailer.privacy.findings import lines_with_numbers
from support.timing import costing_at_most
from tickets.numbers.cpr import find_cpr
from tickets.numbers.stamps import is_in_stamp, is_stamp

TODAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    "name",
    [
        "241126-1530.pdf", "Scan 241126-1530.pdf", "SCAN_241126-0001.pdf", "Scannet 010324-0812 (2).pdf",
        "IMG_241126-0001.jpg", "IMG_241126-5530.jpg", "251103-0930_side-2.tiff", "fax-181225-0087.tif",
        "261124-1530.pdf", "240512-0930", "SV: Scan 241126-1530", "Skærmbillede 241126-1530.png", "DOC241126-0042.pdf",
        "Optagelse 241126-1000.m4a", "241126-1530_241126-1545.pdf", "241126-1530 referat.pdf",
        "241126-1530_referat.pdf",
        "Referat 241126-1530.docx", "SV: 241126-1530 referat", "241126.1530.pdf", "Scan 241126 - 1530.pdf",
        "261124-1530 Mødereferat udkast v2.docx",
    ],
)  # fmt: skip
def test_what_scanners_and_cameras_call_their_files_is_a_stamp(name: str) -> None:
    assert is_stamp(name, TODAY)


@pytest.mark.parametrize(
    "name",
    [
        "010180-1234 referat.pdf", "010180-1234.pdf", "scan 010180-1234.pdf", "241126-1530 Karen Hansen.pdf",
        "241126-1530 cpr.pdf", "cpr 241126-1530.pdf", "billede 241118-5123.jpg", "241118-5123.pdf",
        "241130-1530 referat.pdf", "241126-2530 referat.pdf", "231126-4530 referat.pdf", "241126-1530 brev.pdf",
        "271128-1530.pdf", "IMG_010180-1234.jpg", "241126-1530 010180-1234.pdf", "310226-1530.pdf", "rapport.pdf", "",
    ],
)  # fmt: skip
def test_a_name_that_may_be_about_a_person_is_none(name: str) -> None:
    assert not is_stamp(name, TODAY)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Vedhæftet: 241126-1530.pdf", []),
        ("<Scan_241126-0001.pdf>, [241126-1531.pdf].", []),
        ("Vedhæftet: 241126-1530 referat.pdf, 241126-1531_dagsorden.pdf", []),
        ("Om 241126-1530 Karen Hansen.pdf", [1]),
        ("Se 241126-1530 referat", [1]),
        ("Se 241126-1530.", [1]),
        ("Se 241126-1530", [1]),
        ("Se 010180-1234.pdf", [1]),
        ("241126-1530.pdf og\n010180-1234", [2]),
        ("241126-1530.pdf 010180-1234", [1]),
    ],
)
def test_in_a_text_only_the_name_of_a_file_is_one(text: str, lines: list[int]) -> None:
    assert lines_with_numbers(text, TODAY) == lines


@pytest.mark.parametrize(
    "name",
    [
        "cpr 0101801234.pdf",
        "cpr_0101801234.pdf",
        "sag_cpr_0101801234.pdf",
        "010180_1234_cpr.pdf",
        "CPR_010180_1234.jpg",
    ],
)
def test_a_number_that_a_file_is_named_after_is_found_however_its_words_are_joined(name: str) -> None:
    assert len(find_cpr(name)) == 1


NAMES = (
    "IMG_{iso}_{clock}{two}.jpg", "IMG-{iso}-WA{four}.jpg", "IMG_{four}.HEIC", "PXL_{iso}_{clock}{two}{three}.jpg",
    "Screenshot_{iso}-{clock}{two}_Chrome.jpg", "Skærmbillede {dashed} kl. {dotted}.png", "DSC{four}{one}.JPG",
    "Scan_{stamp}.pdf", "Scan {stamp}.pdf", "{stamp}.pdf", "{stamp}_{four}.pdf", "doc{eight}{iso}{clock}{two}.pdf",
    "SKM_C250i{iso}{clock}.pdf", "[Untitled]_{iso}{clock}{two}.pdf", "{dashed} Referat af møde.docx",
    "Dagsorden {date}.docx", "Sag {year}-{six}.pdf", "J.nr. {two}.{two}.{two}-K08-{one}-{two}.pdf", "{year}/{five}.pdf",
    "Bilag {one} - {year}-{six}-{four}.pdf", "Faktura {ten}.pdf", "Aktliste {iso}-{four}.xlsx", "{iso}-{clock}.mp4",
    "WhatsApp Image {dashed} at {dotted}.jpeg", "VID_{iso}_{clock}{two}.mp4", "image{three}.png", "Fax {stamp}.tif",
    "Optagelse {iso} {clock}.m4a", "{six}-{five}.pdf", "EAN {thirteen}.pdf", "Tilbud {eight}-{two}.pdf",
    "Lyd {stamp}.wav",
)  # fmt: skip


def test_ten_thousand_names_of_files_hold_no_number() -> None:
    chance = random.Random(20_261_124)
    counts = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "eight": 8, "ten": 10, "thirteen": 13}

    def a_name() -> str:
        day = TODAY - timedelta(days=chance.randrange(3_000))
        hour, minute = chance.randrange(24), chance.randrange(60)
        digits = {name: "".join(chance.choices("0123456789", k=count)) for name, count in counts.items()}
        return chance.choice(NAMES).format(
            iso=f"{day:%Y%m%d}", dashed=f"{day:%Y-%m-%d}", date=f"{day:%d%m%y}", year=day.year,
            clock=f"{hour:02}{minute:02}", dotted=f"{hour:02}.{minute:02}",
            stamp=f"{chance.choice([f'{day:%d%m%y}', f'{day:%y%m%d}'])}-{hour:02}{minute:02}", **digits,
        )  # fmt: skip

    names = [a_name() for _ in range(10_000)]

    assert len(set(names)) > 9_000
    assert [name for name in names if find_cpr(name) and not is_stamp(name, TODAY)] == []
    assert lines_with_numbers("\n".join(names), TODAY) == []


@pytest.mark.parametrize(
    "token", ["241126-1530.pdf ", "241126-1530", "241126-1530.", "a" * 50 + "241126-1530.pdf", "-"]
)
def test_much_of_one_token_is_looked_through_in_no_time(token: str) -> None:
    text = token * (200_000 // len(token))
    with costing_at_most(1):
        lines_with_numbers(text, TODAY)
        is_stamp(text, TODAY)
        is_in_stamp(text, 100_000, 100_011, TODAY)
