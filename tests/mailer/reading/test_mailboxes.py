"""Who a field names: what people's programs write is read, what could name two people names nobody."""

import string
from email.utils import formataddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.mime.parts import parse
from mailer.reading.mailboxes import ADDRESS, find_authors, read_mailboxes
from support.timing import costing_at_most
from tickets.alignment import normal_address
from tickets.post import Mailbox

METTE = "mette@proevested.example.dk"
USUAL = {
    f"Mette Eksempel <{METTE}>": "Mette Eksempel",
    f"<{METTE}>": "",
    METTE: "",
    "mette at proevested.example.dk (Mette Eksempel)": "Mette Eksempel",
    " mette at proevested.example.dk": "",
    f"{METTE} (Mette Eksempel)": "Mette Eksempel",
    f'"Eksempel, Mette" <{METTE}>': "Eksempel, Mette",
    f"Eksempel, Mette <{METTE}>": "Eksempel, Mette",
    f'"Mette \\"M\\" Eksempel" <{METTE}>': 'Mette "M" Eksempel',
    f"{METTE} <{METTE}>": METTE,
    f"'{METTE}' <{METTE}>": f"'{METTE}'",
    f'"chef@example.org" <{METTE}>': "chef@example.org",
    "METTE@Proevested.Example.DK": "",
    f"=?utf-8?Q?Mette_=C3=98ster?= <{METTE}>": "Mette Øster",
    f"=?utf-8?Q?chef=40example.org=2C?= <{METTE}>": "chef@example.org,",
    f"Mette\r\n Eksempel\r\n <{METTE}>": "Mette Eksempel",
    f"Mette <{METTE}>,": "Mette",
    f"Mette (ferie) Eksempel <{METTE}>": "Mette Eksempel",
    # not well formed, but nobody else could be meant
    f'"Mette Eksempel <{METTE}>': "Mette Eksempel",
    f"Mette <{METTE}": "Mette",
    f"Mette Eksempel {METTE}": "Mette Eksempel",
    f"<<{METTE}>>": "",
    f"Mette <{METTE}> (uden for huset": "Mette",
    f"Kommune: Mette <{METTE}>": "Kommune: Mette",
}


@pytest.mark.parametrize("raw", sorted(USUAL))
def test_what_mail_programs_write_is_read(raw: str) -> None:
    named = read_mailboxes(raw)

    assert named.mailboxes == (Mailbox(USUAL[raw], METTE),)
    assert named.fault == "" or raw.count("@") == 1


AMBIGUOUS = [
    '"x@evil.dk"@proevested.example.dk',
    f'"{METTE}"@evil.dk',
    f"{METTE}@evil.dk",
    f"<{METTE}@evil.dk>",
    f"<@evil.dk:{METTE}>",
    f"<@evil.dk,@b.dk:{METTE}>",
    f"<evil@evil.dk> <{METTE}>",
    f"evil@evil.dk <{METTE}> <a@b.dk>",
    f'"<{METTE}" a@evil.dk',
    f'"Mette <{METTE}>, <evil@evil.dk>',
    f"Mette ({METTE} <evil@evil.dk>",
    "mette(@evil.dk)@proevested.example.dk",
    f'<"{METTE}"@evil.dk>',
    f"<evil@evil.dk\0{METTE}>",
    f"<{METTE}\r\nevil@evil.dk>",
    "m\0ette@proevested.example.dk",
    "mette\u200b@proevested.example.dk",
    "mette@proevested.example.dk\u202e",
    "mette@proevested.example.dk\\",
    "mette@proe\u212aommune.example.dk",
    "\u212a@proevested.example.dk",
    "mette@pr\u043eevested.example.dk",
    "m\u0435tte@proevested.example.dk",
    "\uff4dette@proevested.example.dk",
    "mette@proevested..example.dk",
    "mette\uff20proevested.example.dk@evil.dk",
    "mette@",
    "@proevested.example.dk",
    "mette@[192.0.2.1]",
]


@pytest.mark.parametrize("raw", AMBIGUOUS)
def test_what_could_be_read_as_two_authors_names_none(raw: str) -> None:
    named = find_authors(parse(b"From: " + raw.encode().replace(b"\r\n", b"\r\n ") + b"\r\n\r\nhej"))

    assert named.mailboxes == ()
    assert named.fault


@pytest.mark.parametrize(
    ("header", "fault"),
    [
        (f"From: Alle: {METTE};", "has a From that is a group"),
        (f"From: Alle: Mette <{METTE}>, Ole <ole@example.org>;", "has a From that is a group"),
        (f"From: {METTE}\r\nFrom: ole@example.org", "has more than one From"),
        (f"From: {METTE}\r\nFrom: {METTE}", "has more than one From"),
        ("From: Mette Eksempel", "has a From without an address"),
        ("From: <>", "has a From without an address"),
        ("From:", "has a From without an address"),
        ("To: a@b.dk", "has no From"),
    ],
)
def test_a_field_that_names_no_single_author_says_why(header: str, fault: str) -> None:
    named = find_authors(parse(header.encode() + b"\r\n\r\nhej"))

    assert (named.mailboxes, named.fault) == ((), fault)


def test_two_authors_are_two() -> None:
    assert len(find_authors(parse(f"From: {METTE}, ole@example.org\r\n\r\n".encode())).mailboxes) == 2


def test_recipients_come_out_of_groups_and_of_lists_with_semicolons() -> None:
    assert [box.email for box in read_mailboxes("Alle: a@example.dk, B <b@example.dk>;").mailboxes] == [
        "a@example.dk",
        "b@example.dk",
    ]
    assert len(read_mailboxes("A <a@example.dk>; b@example.dk; <c@example.dk>").mailboxes) == 3
    assert read_mailboxes("undisclosed-recipients:;").mailboxes == ()


def test_one_recipient_that_cannot_be_read_does_not_hide_the_others() -> None:
    named = read_mailboxes('a@example.dk, "x@evil.dk"@example.dk, c@example.dk')

    assert [box.email for box in named.mailboxes] == ["a@example.dk", "c@example.dk"]


@given(st.text(max_size=60), st.text(string.ascii_letters + string.digits + "._+-", min_size=1, max_size=20))
def test_whatever_name_a_program_quotes_the_address_is_the_one_behind_it(name: str, local: str) -> None:
    name = "".join(one for one in name if one.isprintable())

    named = read_mailboxes(formataddr((name, f"{local}@example.dk"), "utf-8"))

    assert [box.email for box in named.mailboxes] == [f"{local.lower()}@example.dk"]
    assert named.fault == ""


@given(st.text(st.sampled_from('ab@.<>()",;:\\ \t\r\n\0æ\u0430='), max_size=60))
def test_no_field_makes_an_author_of_a_domain_that_it_does_not_end_with(raw: str) -> None:
    """Whoever has no fault is named by an address that stands in the field, whole, between its marks."""
    named = read_mailboxes(raw)

    for box in named.mailboxes:
        assert box.email in raw.lower() or box.email in map(normal_address, ADDRESS.findall(raw))
        assert box.email.count("@") == 1
        assert not named.fault or raw.count("@") >= 1


@pytest.mark.parametrize("token", ["(", '"', "<", ",", "a@b.dk,", "\\", ";", ":", "@", "a", "<a@b.dk> ", "'"])
def test_an_address_field_costs_little_whatever_it_repeats(token: str) -> None:
    with costing_at_most(2):  # in quadratic time it would be minutes
        read_mailboxes(token * (32_768 // len(token)))
