import random

import pytest

from support.repetitions import OF_NUMBERS
from support.timing import costing_at_most, is_linear
from tickets.numbers.cpr import MASK, find_cpr, find_in_name, mask_cpr, mask_name

# Dates of people who are none: each number has a day that was, and a running number that was not checked.
NUMBERS = ["010170-1234", "010170\u22121234", "290200-4321", "311299-0001", "010136\u20114321", "150857-5678"]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_whose_date_there_was_is_found(number: str) -> None:
    text = f"Sagen om {number} er afsluttet."

    (place,) = find_cpr(text)

    assert text[place.start : place.end] == number


@pytest.mark.parametrize(
    "text",
    [
        "cpr 0101701234",
        "CPR-nr.: 0101701234",
        "cpr.nr. 010170 1234",
        "personnummer 0101701234",
        "CPR 010170 - 1234",
        "cpr-nummeret er 010170.1234",
        "personnr.\n0101701234",
        "Cpr-nr (010170\u00a01234)",
        "0101701234 (cpr)",
        "CPR-nummer\t0101701234",
        "cpr010170-1234",
        "Borgerens CPR: 0101701234.",
        "Borgerens CPR står i brevet af 4. maj, og det er 0101701239",
        "<PersonCivilRegistrationIdentifier>0101701234",
        '"borgerCpr": 101701234',
        "PNR: 0101701234",
        "erstatningspersonnummer 6101701234",
        "Person nr. 0101701234",
        'root="1.2.208.176.1.2" extension="0101701234"',
    ],
)
def test_a_number_named_as_such_is_found_without_its_hyphen(text: str) -> None:
    assert len(find_cpr(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "320170-1234", "300200-4321", "290201-4321", "0101701234", "sag 26/010170-12345", "sag 2026-010170-1234",
        "010170-123", "010203-12345", "cpr-kontoret, konto 1234 0101701234", "j.nr. 26/010170-1234",
        "CPR-registret svarede den 4. maj; sag 0101701234", "cpr-opslag 5798000010170",
        "https://doi.example.org/10.1145/010170.1234", "010170 - 1234 5678", "version 2.010170.1234", "010170 1234",
        "DK50 0101 7012 3400 00", "P-nr. 1001701239", "010170 12:34", "4f010170-1234-4f5e-8d1c-0101701239ab",
        "CPR-loven, lovbekendtgørelse nr. 1010 af 23. juni 2023", "nr. 289 af 8. marts 2024", "100%20101701234",
        "CPR-kontoret +45 72 12 34 56", "CPR-kontoret: 33 12 34 56 / 33 12 34 57",
        "Brug af CPR\nFaktura nr. 1002304567", "Sagsnr Navn\n0101701234 Bo", "CPR den 01-01-2024 12:34:56",
        "Navn;Konto\nBo;0101701234", "PNR-direktivet 0101701234",
        "Vejledning om CPR, 12-10-2023, 1234 sider", "CPR-data pr. 01.01.2024 1234 borgere",
        "CPR 1. januar 2026: 2.345",
        "cpr-udtræk 2024-01-01 12:34", "CPR_udtraek_01012024_1234.csv",
        "Emne: CPR i mails\n\nFaktura 1002304567 til jer",
        "Vi må ikke skrive CPR her\nRef. 0101701234 Bo", "Tlf. 99 99 99 99", "EAN 5798000000000",
        "konto 1234-0101701234", "den 01-01-1970", "journalnr. 01.01.70-1234",
    ],
)  # fmt: skip
def test_dates_case_and_account_numbers_are_none(text: str) -> None:
    assert find_cpr(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "010170 - 1234", "010170 \u2013 1234", "010170\xa0-\xa01234", "010170--1234", "010170\uff0d1234", "010170.1234",
        "010170-\n1234", "010170-\n> 1234", "010170-1\u200b234", "0101\u00ad70-1234", "\u2066010170\u2069-1234",
        "０１０１７０\uff0d１２３４", "https://x.example.org/Borger%20010170-1234.pdf", "?n=010170%2D1234",
        "010190\u2e3a1234", "010190%E2%80%911234", "010190&ndash;1234", "010190&#45;1234", "01\u033201\u033290-1234",
        "CPR 010190 12 34", "CPR 01-01-1990-1234", "CPR 01.01.1990 1234", "CPR 1.1.1990-1234", "cpr 010119901234",
        "CPR 010190+1234", "CPR 010190\t1234", "CPR 010190  1234", "CPR 010190 \u2014 1234", "CPR 010190\n1234",
        "CPR 101901234", "CPR-nr. 10190-1234", "CPR 610190-1234", "cpr 9101901234", "cpr: 010190 / 1234",
        "borgeren (0101701239)", "født 010170 1239", "010170 1239",
        "CPR 01 01 70 12 34", "CPR-nr. 01.01.70-1234", "cpr: 01-01-70 - 1234", "c.p.r. 0101701234", "cpr%200101701234",
    ],
)  # fmt: skip
def test_a_number_is_found_however_it_is_spaced_wrapped_or_escaped(text: str) -> None:
    assert len(find_cpr(text)) == 1
    assert "123" not in mask_cpr(text)


@pytest.mark.parametrize(
    "text",
    [
        "personnumre: 0101701234, 0202701234 og 0303701234", "CPR\n0101701234\n0202701234\n0303701234",
        "CPR-nr.\tNavn og adresse\n\n0101701234\tBo\n0202701234\tEa\n0303701234\tIb",
        "010170-1234/020270-4321/030370-1234", "CPR-nr. 0101701234, 02 02 70 4321, 03.03.70-1234",
        "010170-1234 (mappe 0101701234, fil 0101701234.pdf)",
        "CPR 0101701234 0202701234 0303701234", "cpr-numre 101701234, 202701234 og 303701234",
        "Navn\tCPR\nBo\t0101701234\nEa\t0202701234\nIb\t0303701234",
        "| Navn | CPR-nr. |\n|---|---|\n| Bo | 010170 1234 |\n| Ea | 0202701234 |\n| Ib | 03 03 70 1234 |",
        "Navn;Personnummer\r\nBo;101701234\r\nEa;202701234\r\nIb;303701234",
        "Navn,By,PNR\nBo,Prøvested,0101701234\nEa,Prøvested,0202701234\nIb,Prøvested,0303701234",
        "Navn CPR-nr Adresse\nBo Bo 0101701234 Vej 1\nEa Ea 0202701234 Vej 2\nIb Ib 0303701234 Vej 3",
        "Navn\n\nCPR-nr\n\nBo\n\n0101701234\n\nEa\n\n0202701234\n\nIb\n\n0303701234",
        "Navn\tFødt\tCPR (sidste fire)\nBo\t010170\t1234\nEa\t020270\t1234\nIb\t030370\t1234",
    ],
)  # fmt: skip
def test_all_numbers_of_a_list_or_column_are_masked_where_the_first_is_named_and_all_repetitions_of_one(
    text: str,
) -> None:
    assert mask_cpr(text).count(MASK) == 3


@pytest.mark.parametrize(
    "text",
    [
        "2001-01-31-4234", "borger 2001-01-31-5678 vil", "2003.05.17-4321", "2001/01/31-9876", "1.1.90-1234",
        "1/1-90-1234", "1-1-1990-1234", "11.1.90-1234", "(01.01.90-1234)", "1. 1. 90-1234", "01.01.90 - 1234",
        "01-01-1990 - 1234", "01 01 90 - 1234", "1.1.90 - 1234", "(1.1.90-1234)",
    ],
)  # fmt: skip
def test_a_number_is_found_whatever_the_date_in_it_looks_like(text: str) -> None:
    assert len(find_cpr(text)) == 1
    assert "90" not in mask_cpr(text)


@pytest.mark.parametrize(
    "text",
    [
        "12/10/23-4567", "sag 12/10-23-4567", "12.10.2023-4567", "1/10-26-4567", "2024-01-31-4567", "2026-11-23-1530",
        "version 2.6.10-1234", "kernel 5.4.62-1034-azure", "1.1.90-1234-5", "sag 1.1.90-1234", "20010131-4321.pdf",
        "At 05:39 AM 11/6/98 -0500, 4819 wrote:", "Den 12/10/97 -0600 skrev", "01.01.99 - 1230 borgere",
        "1.1.1990-2005",         "12.10.95 - 4500 kr.", "den 1.1.90 og 1234", "§ 2.12.2", "10.1.1.90-1234",
    ],
)  # fmt: skip
def test_days_of_late_times_and_versions_are_none(text: str) -> None:
    assert find_cpr(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Navn;Nummer\nBo;0101901238\nEa;0202701248\nIb;2412961237", "0101901238\n0202701248\n2412961237",
        "Navn\tBy\tReference\nBo\tX\t101901238\nEa\tX\t202701248\nIb\tX\t2412961237",
        "Bo Bo 0101901238\nEa Ea 0202701248\nIb Ib 2412961237",
        '"0101901238","Bo"\n"0202701248","Ea"\n"2412961237","Ib"',
        "- 0101901238\n- 0202701248\n- 2412961237", "> | 0101901238 |\n> | 0202701248 |\n> | 2412961237 |",
    ],
)  # fmt: skip
def test_a_column_of_digits_that_all_have_the_check_digit_needs_no_heading(text: str) -> None:
    assert mask_cpr(text).count(MASK) == 3


@pytest.mark.parametrize(
    "text",
    [
        "Faktura\n0101901238\n0202701248", "Navn;Faktura\nBo;0101901238\nEa;0202701247\nIb;2412961237",
        "1001000001\n1001000002\n1001000003\n1001000004", "0101901238\n0101901238\n0101901238\n0101901238",
        "Faktura 0101901238 til Bo\nFaktura 0202701248 til Ea\nFaktura 2412961237 til Ib",
        "P-nr\n1001701238\n1002304567\n1003334445", "0101901238.5\n0202701248.5\n2412961237.5",
    ],
)  # fmt: skip
def test_a_column_of_other_numbers_is_none(text: str) -> None:
    assert find_cpr(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Borgeren 010190-xxxx har spurgt.\n\n> Det er xxxxxx-1234, ikke?", "010190-XXXX og XXXXXX-1234",
        "cpr 010190-****\n******-1234", "Født den 1. januar 1990, cpr: xxxxxx-1234", "født 010190 (●●●●●●-1234)",
        "010190-●●●●, sidste fire: 1234", "1.1.1990-xxxx / xxxxxx1234", "______-1234 hører til 010190-____",
    ],
)  # fmt: skip
def test_a_number_whose_halves_are_masked_in_two_places_is_found(text: str) -> None:
    masked = mask_cpr(text)

    assert MASK in masked
    assert "1234" not in masked
    assert find_cpr(masked) == []


@pytest.mark.parametrize(
    "text",
    [
        "010190-xxxx", "xxxxxx-1234", "Kort 4571 99xx xxxx 1234, født 010190", "Født 010190. Sag 2026-1234",
        "010190-xxxx, og sagen er 1234", "Født 1. januar 1990; bilag xxx-1234", f"Født 010190 ({MASK})",
        "010190-xxxx" + " " * 2_000 + "xxxxxx-1234", "Født 010190, tlf. xxxx1234",
    ],
)  # fmt: skip
def test_a_half_whose_other_half_nobody_tells_is_none(text: str) -> None:
    assert find_cpr(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Født;Nr\n010190;1234",
        "Født;Nr\n010190;1234\n020270;2345\n150880;1234",
        "Navn\tFødselsdag\tNr\nBo\t1.1.1990\t4711",
    ],
)
def test_members_by_birthday_and_number_are_none(text: str) -> None:
    assert find_cpr(text) == []


@pytest.mark.parametrize(
    "text", ["Født;Nr\n150880;1234", "Navn\tFødt\tNr.\nBo\t15-08-1980\t1234\nEa\t02-02-1970\t1248"]
)
def test_birthdays_and_numbers_that_have_the_check_digit_are_ones(text: str) -> None:
    assert find_cpr(text)


@pytest.mark.parametrize("text", ["CPR-010170-1234", "sag-010170-1234-indsigt", "(010170-1234)", "010170-1234\n"])
def test_words_around_a_number_do_not_hide_it(text: str) -> None:
    assert len(find_cpr(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Bo Hansen (0101901238)", "Bo Hansen, 0101901238", "Anne-Marie Lund Hansen \u2013 0101901238",
        "0101901238 Bo Hansen", "Elev: Bo P. Hansen 0101901238", "Sagen vedr. 0101901238", "Vedr.: 0101901238, Bo",
        "Borgeren med nummer 0101901238", "Barnet 0101901238 går i skole", "Login med MitID: 0101901238",
        "Borgeren 010190-12 38 vil", "010190 - 12 38",
    ],
)  # fmt: skip
def test_bare_digits_with_the_check_digit_are_one_beside_somebody(text: str) -> None:
    masked = mask_cpr(text)

    assert MASK in masked
    assert "38" not in masked


@pytest.mark.parametrize(
    "text",
    [
        "Faktura til Bo Hansen 0101901238", "Ordre 0101901238, Bo Hansen", "Bo Hansen 0101901234", "0101901238 til jer",
        "Konto 0101901238", "Ring Bo Hansen 0101901238", "Tlf. Bo Hansen: 0101901238", "Bo Hansen har 0101901238",
        "Sag 0101901238 Bo Hansen", "Bo 0101901238", "KMD Dok 0101901238", "010190-12 38-1", "vedr. 0101901234",
    ],
)  # fmt: skip
def test_bare_digits_that_are_called_otherwise_or_have_none_are_nobodys(text: str) -> None:
    assert find_cpr(text) == []


@pytest.mark.parametrize(
    "name",
    [
        "0101901238.pdf", "brev_0101901238.docx", "0101901238_afg\u00f8relse.pdf", "Bo Hansen-0101901238.pdf",
        "010190_1238.pdf", "20261123_0101901238.pdf", "(0101901238).msg", "cpr0101901234.pdf",
    ],
)  # fmt: skip
def test_the_name_of_a_file_is_a_number_if_its_digits_have_the_check_digit(name: str) -> None:
    masked = mask_name(name)

    assert masked.count(MASK) == 1
    assert find_in_name(masked) == []
    assert not set("38") & set(masked.replace("20261123", ""))


@pytest.mark.parametrize(
    "name",
    [
        "0101901234.pdf", "Faktura_0101901238.pdf", "faktura 0101901238.pdf", "IMG_01019012381.jpg", "a0101901238.pdf",
        "Ordrenr. 0101901238.pdf", "sag 0101901238.pdf", "2026-0101901238.pdf", "5790101901238.pdf", "bilag 12.pdf",
        "20261123-1238.pdf", "scan1701234567.pdf",
    ],
)  # fmt: skip
def test_other_digits_in_the_name_of_a_file_are_none(name: str) -> None:
    assert find_in_name(name) == []
    assert mask_name(name) == name


SENTENCES = (
    "Sagen {case} om aktindsigt blev oprettet den {date} og afsluttet den {date}.",
    "Jf. j.nr. {journal} har kommunen svaret borgeren den {date}.",
    "Vores sagsnr.: {case}, jeres ref. {long}.",
    "Ring på tlf. {phone} eller {phone2} mellem kl. 9 og 12.",
    "EAN-nr. {ean} skal stå på fakturaen, og CVR-nr. {cvr} ligeså.",
    "Beløbet indsættes på konto {reg} {account} senest den {date}.",
    "Kontonr. {reg}-{account}, P-nr. {pno}, faktura {invoice}.",
    "Efter forvaltningslovens § 24, stk. 2, nr. {small}, jf. lov nr. {law} af {date}, gælder fristen.",
    "CPR-kontoret kan kontaktes på {phone}; sagen har nr. {case}.",
    "Databehandleraftalen {case} omfatter ikke cpr-oplysninger, jf. bilag {small}.{small}.",
    "Personnumre må ikke sendes i mail; skriv i stedet sagsnummeret {long}.",
    "Mødet er flyttet fra {date} kl. {clock} til {date} kl. {clock}.",
    "Journalnummer {long}-{five} er sendt til Datatilsynet ({journal}).",
    "Telefax {phone2}, mobil +45 {phone}, lokal {five}.",
    "Ordrenr. {invoice}, bestilt {stamp}, leveret {date}.",
    "Lokalplan {small}.{small} for matr.nr. {small}a, ejendomsnr. {property}, blev vedtaget {date}.",
    "Kære jurister. Må vi udlevere {small} dokumenter fra {year} i sag {year}-{six}?",
    "Se GDPR-artikel {small}, stk. {small}, og præambel {small}-{small}.",
    "Fil: referat_{stamp}_{six}.docx, version {small}.{small}.",
    "KLE-nr. 12.34.56-K08-{small}-{small} og dokument {six}-{small}.",
)


def test_ten_thousand_lines_from_municipalities_hold_no_number() -> None:
    chance = random.Random(20_261_123)

    def digits(count: int) -> str:
        return "".join(chance.choices("0123456789", k=count))

    def a_line() -> str:
        day, month, year = chance.randint(1, 28), chance.randint(1, 12), chance.randint(1990, 2027)
        dates = [f"{day}. {month}. {year}", f"{day:02}-{month:02}-{year}", f"{day:02}{month:02}{year % 100:02}",
                 f"{day:02}.{month:02}.{year % 100:02}", f"{year}-{month:02}-{day:02}",
                 f"{day}/{month}-{year}"]  # fmt: skip
        phone = digits(8)
        return chance.choice(SENTENCES).format(
            case=chance.choice([f"{year}-{digits(6)}", f"{year % 100}/{digits(5)}", f"S{year}-{digits(5)}",
                                f"{year}/{digits(7)}", f"{year}-{digits(6)}-{digits(4)}"]),
            long=f"{day:02}{month:02}{year % 100:02}-{digits(5)}", date=chance.choice(dates),
            small=chance.randint(1, 99),
            journal=f"{digits(2)}.{digits(2)}.{digits(2)}-K{digits(2)}-{chance.randint(1, 9)}-{year % 100}",
            phone=" ".join(phone[at : at + 2] for at in range(0, 8, 2)), phone2=f"{phone[:4]} {phone[4:]}",
            ean=f"57980{digits(8)}", cvr=digits(8), pno=f"1{digits(9)}", reg=digits(4), account=digits(10),
            invoice=digits(10), law=digits(4), clock=f"{day % 24:02}.{month:02}", five=digits(5), six=digits(6),
            stamp=f"{year}{month:02}{day:02}-{digits(4)}", property=f"{digits(6)}", year=year,
        )  # fmt: skip

    lines = [a_line() for _ in range(10_000)]

    assert len(set(lines)) > 9_000
    assert [line for line in lines if find_cpr(line)] == []
    assert find_cpr("\n".join(lines)) == []


def test_what_is_masked_holds_no_number_any_more() -> None:
    chance = random.Random(20_261_125)
    pieces = [
        "010170", "1234", "-", " ", "\n", "cpr ", "CPR-nr. ", "0101701234", "01 01 70 1234", "\u200b", "\xad", "%20",
        "%2D", ".", "/", "_", "2901701234", ">", "\t", "1", " - ", "010170-1234", "og ", "person-nr",
        "Navn\tCPR\n", "|", ";", "+", "01-01-1970", "101701234", "610170", "&#45;", "CPR-nr\n",
    ]  # fmt: skip
    texts = ["".join(chance.choices(pieces, k=chance.randint(1, 9))) for _ in range(20_000)]

    assert [text for text in texts if find_cpr(mask_cpr(text))] == []


def test_every_number_is_masked_and_nothing_else() -> None:
    text = "010190-1234, den 01-01-1990, og cpr 0101901234."

    assert mask_cpr(text) == f"{MASK}, den 01-01-1990, og cpr {MASK}."


@pytest.mark.parametrize("token", OF_NUMBERS)
def test_much_of_one_token_is_looked_through_in_no_time(token: str) -> None:
    with costing_at_most(2):
        assert is_linear(mask_cpr, token * (25_000 // len(token)))
