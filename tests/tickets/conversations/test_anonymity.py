"""Anonymity: who reads what of an anonymous ticket, whatever is written in it and by whomever."""

from collections.abc import Callable

import pytest
from sqlmodel import delete, select

from mailer.privacy.cleaning import clean_files
from mailer.sandbox.message import read_message
from support.builders import a_filed_message, a_person, an_organisation
from support.masked_town import SIGNATURE, Town
from support.masked_town import town as town
from tickets import links
from tickets.archive import rows
from tickets.conversations import anonymity, conversation, threads
from tickets.conversations.filing import merge
from tickets.database.models import Content, MailDomain, Message, Organisation, Person, Ticket, Unmasked, Visibility
from tickets.errors import Conflict
from tickets.people.organisations import organisation_named
from tickets.people.sight import sight_of
from tickets.post import CleanFile, File, Mailbox, Post


def test_everybody_reads_it_masked_but_the_lawyers_and_the_asker(town: Town) -> None:
    ticket, question = town.ask()

    for who in (None, "ole", "peter"):
        shown = town.read(who, ticket, question)
        assert (shown.subject, shown.text, shown.folded) == (
            "[kommunen]: logfiler",
            "I [kommunen] har vi logfiler.",
            "",
        )
        assert shown.replacements == ()
    for who in ("anders", "mette"):
        shown = town.read(who, ticket, question)
        assert (shown.subject, shown.text) == ("Prøvested: logfiler", "I Prøvested har vi logfiler.")
        assert shown.signature == SIGNATURE
        assert shown.replacements == (("Prøvested", "[kommunen]"),)
    assert ticket.subject == "[kommunen]: logfiler"


def test_the_mask_holds_in_replies_both_ways(town: Town) -> None:
    ticket, _ = town.ask()
    answer = town.file(
        "anders",
        "Kære Mette\n\n> Rådhuspladsen 2\n> Tlf. 65511234\n\nI Prøvested Kommune: ja.",
        ticket,
        quoted="> Mette",
    )
    reply = town.file("ole", "Vi gør som Prøvested; ring til Klitgaard på 6551 1234", ticket)
    further = town.file("mette", "Hej Anders\n\nTak, det gør vi i Prøvested.\n\nMvh\nMette K", ticket)

    texts = [town.read("ole", ticket, one).text for one in (answer, reply, further)]

    assert texts == [
        "Kære [navn]\n\n> [telefon]\n\nI [kommunen]: ja.",
        "Vi gør som [kommunen]; ring til [navn] på [telefon]",
        "Tak, det gør vi i [kommunen].",
    ]
    assert "Mette" in town.read("mette", ticket, answer).text
    assert town.read("anders", ticket, answer).quoted == "> Mette"


def test_a_signature_of_another_letter_is_known_again_and_a_closing_greeting_stays(town: Town) -> None:
    town.file("mette", "Åbent", signature="Med venlig hilsen\nMette\nStoregade 7\n8410 Rønde")
    ticket, _ = town.ask("Må vi?\n\nMed venlig hilsen\nMette", signature="")

    answer = town.file("anders", "> Storegade 7\n> 8410 Rønde\n\nJa, i Rønde.\n\nMed venlig hilsen\nAnders", ticket)

    assert answer.text == "\nJa, i [kommunen].\n\nMed venlig hilsen\nAnders"


def test_the_name_in_from_is_masked_though_the_portal_knows_another(town: Town) -> None:
    ticket, _ = town.ask(author=Mailbox("Mette Gift-Sørensen", "mette@proevested.example.dk"))

    answer = town.file("anders", "Kære Mette Gift-Sørensen", ticket)

    assert answer.text == "Kære [navn]"


def test_a_colleague_is_a_municipality_too_but_the_lawyer_has_a_name(town: Town) -> None:
    ticket, _ = town.ask()
    town.file("peter", "Vi har samme spørgsmål", ticket)
    town.file("anders", "Ja.", ticket)

    def names(who: str | None) -> list[str]:
        sight = sight_of(town.session, town.people[who] if who else None)
        nodes = conversation.lay_out(conversation.thread_of(town.session, sight, ticket))
        return [placed.node.author.name for placed in nodes]

    assert names("ole") == names(None) == ["", "", "Anders Jurist"]
    assert names("anders") == ["Mette Klitgaard", "Peter Nabo", "Anders Jurist"]


def test_a_colleague_is_masked_as_carefully_as_the_asker_in_their_own_letter_and_in_answers_to_it(town: Town) -> None:
    ticket, _ = town.ask()
    reply = town.file(
        "peter",
        "Hej alle\n\nJeg er Peter N, og P.N. i logfilerne er mig. Ring på peter@proevested.example.dk\n\n"
        "Varm hilsen\nPeter",
        ticket,
        signature="Jurist i Team Nord",
        author=Mailbox("Peter Kalder Nabo", "peter@proevested.example.dk"),
    )
    thanks = town.file("ole", "Hej Peter\n\nSom PeterN skriver. Tak til Kalder og /PN", ticket)
    answer = town.file("anders", "Kære Mette og Peter\n\n> Jurist i Team Nord\n\nJa.\n\nMvh\nAnders", ticket)

    texts = [town.read("ole", ticket, one).text for one in (reply, thanks, answer)]

    assert texts == [
        "Jeg er [navn], og [navn] i logfilerne er mig. Ring på [e-mail]",
        "Som [navn] skriver. Tak til [navn] og /[navn]",
        "Kære [navn] og [navn]\n\n\nJa.\n\nMvh\nAnders",
    ]
    assert "Peter" in town.read("anders", ticket, reply).text


def test_who_is_no_lawyer_is_hidden_as_the_asker_is_from_wherever_they_write(town: Town) -> None:
    ticket, _ = town.ask()
    first = town.file("ole", "Hej Anders\n\nDet gør vi i Øby.\n\nVarm hilsen\nOle", ticket)
    second = town.file("anders", "Hej Ole, kære M.K. og MetteK\n\nTak, I er flinke i Øby.", ticket)

    assert town.read("peter", ticket, first).text == "Det gør vi i [kommunen]."
    assert (
        town.read("peter", ticket, second).text == "Hej [navn], kære [navn] og [navn]\n\nTak, I er flinke i [kommunen]."
    )
    assert "Ole" in town.read("anders", ticket, first).text


ELSEWHERE = {
    "her own name in another organisation": ("mette@andet.example.org", "Mette Klitgaard", "Andet A/S"),
    "her own name in her own": ("mkl@proevested.example.dk", "Mette Klitgaard", ""),
    "a longer name": ("mette.klitgaard@andet.example.org", "Mette Gift Klitgaard", "Andet A/S"),
    "no name": ("metteklitgaard@andet.example.org", "", "Andet A/S"),
    "an office of the same town": ("ib@proevestedforsyning.example.dk", "Ib Vand", "Prøvested Forsyning"),
    "a domain that holds the town": ("ib@proevestedforsyning.example.dk", "Ib Vand", "Forsyningen"),
    "a guest": ("mette@hjemme.example.org", "Mette Klitgaard", None),
}


@pytest.mark.alike
@pytest.mark.parametrize("case", ELSEWHERE)
def test_who_answers_from_elsewhere_tells_nobody_who_asked(town: Town, case: str) -> None:
    email, name, organisation = ELSEWHERE[case]
    named = an_organisation(town.session, organisation, email.partition("@")[2]) if organisation else None
    town.people["other"] = a_person(
        town.session, email, name, named or (None if organisation is None else town.own), is_guest=organisation is None
    )
    ticket, _ = town.ask()

    reply = town.file("other", "Hej\n\nJeg glemte noget.\n\nHilsen\nMette Klitgaard, Prøvested", ticket)
    answer = town.file("anders", f"Kære {name or 'Mette'}\n\nTak.", ticket)

    for who in ("ole", None):
        sight = sight_of(town.session, town.people[who] if who else None)
        thread = list(conversation.lay_out(conversation.thread_of(town.session, sight, ticket)))
        assert [placed.node.author.name for placed in thread] == ["", "", "Anders Jurist"]
        assert [placed.node.author.organisation for placed in thread][:2] == ["", ""]
        assert town.read(who, ticket, reply).text == "Jeg glemte noget."
    assert not set(answer.text.split()) & {"Mette", "Klitgaard", "Gift", "Ib", "Vand"}


OWN = [
    "Se DB-1 og [DB-1].", "Se db-1", "Se DB 1 og DB1", "Se DB-\n1", "Se {url}", "Se <{thread}>.", "Se {link}",
    "DB-1: {url}",
]  # fmt: skip


@pytest.mark.alike
@pytest.mark.parametrize("who", ["mette", "peter"])
@pytest.mark.parametrize("text", OWN)
def test_what_leads_to_an_open_ticket_of_the_askers_or_a_colleagues_is_masked(town: Town, text: str, who: str) -> None:
    first = town.file(who, "Vi spørger åbent.")
    open_ticket = town.session.get_one(Ticket, first.ticket_key)
    places = {
        "url": links.ticket_url(town.portal, town.mailing_list, open_ticket),
        "thread": links.thread_url(town.portal, town.mailing_list, open_ticket, first),
        "link": links.message_url(town.portal, first),
    }
    told = text.format(**places)

    ticket, question = town.ask(f"Hej\n\n{told}", signature="")
    answer = town.file("anders", f"Hej\n\n{told}", ticket)

    for message in (question, answer):
        shown = town.read("ole", ticket, message).text
        assert "[sag]" in shown
        assert not any(word in shown for word in ("1", "/m/", "/t/"))


def test_a_file_that_names_an_open_ticket_of_the_askers_is_for_lawyers_alone(town: Town) -> None:
    town.file("mette", "Vi spørger åbent.")
    files = (File(2, "DB-1.txt", "text/plain", 9), File(3, "b.txt", "text/plain", 9))
    clean = {2: CleanFile(b"a", "Intet"), 3: CleanFile(b"b", "Kvittering for DB-1")}

    ticket, question = town.ask(files=files, clean_files=clean)

    assert [one.name for one in town.read("ole", ticket, question).files] == ["[sag].txt"]


def test_other_tickets_may_be_pointed_to(town: Town) -> None:
    for who in ("ole", "anders"):
        town.file(who, "Åbent")
    town.ask()
    text = "Se DB-1, DB-2, DB-3, DB-17, XB-1, DB-10 og art. 6, stk. 1, DBC-1."

    ticket, question = town.ask(f"Hej\n\n{text}", signature="")

    assert town.read("ole", ticket, question).text == text


def test_what_others_point_to_is_left_whoever_asked(town: Town) -> None:
    town.file("mette", "Åbent")
    ticket, _ = town.ask()

    assert town.file("ole", "Hej\n\nDet ligner DB-1.", ticket).text == "Det ligner DB-1."


@pytest.mark.parametrize(
    ("subject", "is_doubted"), [("Logfiler", True), ("SV: logfiler", True), ("Logfiler igen", False), ("", False)]
)
def test_the_subject_of_an_open_ticket_of_the_askers_is_doubted(town: Town, subject: str, is_doubted: bool) -> None:
    town.file("mette", "Åbent", subject="Logfiler")
    town.file("ole", "Åbent", subject="Logfiler igen")
    mette = town.people["mette"]
    post = Post("1@x", Mailbox(mette.name, mette.email), subject, "Må vi?")

    shown = anonymity.foresee(town.session, town.mailing_list, mette, post, None, {})

    assert shown.doubts == ((threads.plain_subject(subject, "DB"),) if is_doubted else ())


def test_what_is_foreseen_is_kept_only_when_it_is_laid_down(town: Town) -> None:
    mette = town.people["mette"]
    files = {1: CleanFile("Må vi?".encode(), "Må vi?", False, "")}
    post = Post(
        "1@x", Mailbox(mette.name, mette.email), "Logfiler", "Må vi?", files=(File(1, "a.txt", "text/plain", 7),)
    )

    shown = anonymity.foresee(town.session, town.mailing_list, mette, post, None, files)
    (seen,) = shown.files
    before = town.session.get(Content, seen.clean_key)
    anonymity.lay_down(town.session, shown, files, town.now)

    assert before is None
    assert town.session.get_one(Content, seen.clean_key).octets == "Må vi?".encode()


PROBES = [
    "Er det Prøvested?", "Er I fra Vejle, eller i vejle?", "i Øby, Øby Kommune og Ringby",
    "Er det Region Nordjylland?", "Hilsen til Mette", "Mette Klitgaard, Peter Nabo og Ole Følger", "Kender I Bo?",
    "Bo Lund", "MetteK, klitgaardmette", "MK og PN og BL og XY", "m.k. og M.K. og B.L.", "/mk", "mk", "PK, VK og ØK",
    "Prøv. Kommune", "Vej. har vi", "Ø. K.", "Prøvested Forsyning", "proevested.example.dk og vejle.example.dk",
    "mette@proevested.example.dk", "bo@vejle.example.dk", "P r ø v e s t e d", "M e t t e", "Klit-\ngaard",
    "Prøve-sted", "pr&oslash;vested", "Pr%C3%B8vested", "PrÃ¸vested", "Prvested", "8410 Rønde",
    "vejlenserne og prøvestederne", "Prøvestedkommune", "Tlf. 65 51 12 34", "kommunekode 630", "Kommunens jurist",
    "METTE KLITGAARD", "Odense, Aarhus, Kbh. og KK", "Helsingør Kommunes sag", "Randers", "Greve", "Lund",
]  # fmt: skip


@pytest.mark.any_database
def test_what_others_write_is_shown_alike_whoever_asked(town: Town) -> None:
    for who, name, municipality in (("bo", "Bo Lund", "Vejle Kommune"), ("aase", "Åse Ny", "Køge Kommune")):
        own = organisation_named(town.session, municipality)
        domain = f"{municipality.split()[0].lower()}.example.dk"
        town.people[who] = a_person(town.session, f"{who}@{domain.replace('ø', 'oe')}", name, own)
    asked = [town.file(who, "Må vi?", visibility=Visibility.ANONYMOUS) for who in ("mette", "bo", "aase", "peter")]
    tickets = [town.session.get_one(Ticket, one.ticket_key) for one in asked]

    told = {probe: {town.file("ole", f"Hej\n\n{probe}", ticket).text for ticket in tickets} for probe in PROBES}

    assert {probe: texts for probe, texts in told.items() if len(texts) > 1} == {}


@pytest.mark.parametrize("name", ["Notat Prøvested.txt", "Notat Vejle.txt", "Mette.txt", "Notat.txt"])
def test_files_of_others_are_shown_alike_whoever_asked(town: Town, name: str) -> None:
    shown = []
    for who in ("mette", "peter", "anders"):
        ticket = town.session.get_one(Ticket, town.file(who, "Må vi?", visibility=Visibility.ANONYMOUS).ticket_key)
        for words in ("Om Prøvested", "Om Vejle og Mette", "Om logfiler"):
            file, clean = File(2, name, "text/plain", 9), {2: CleanFile(words.encode(), words)}
            reply = town.file("rikke", "Se her", ticket, files=(file,), clean_files=clean)
            shown.append((words, town.read("ole", ticket, reply).files))

    assert len(set(shown)) == 3
    assert {words for words, files in shown if files} == {"Om logfiler"}


@pytest.mark.parametrize(
    "quoted",
    ["> Hej\n> Må vi?\n>\n> Mvh\n> Peter\n> Jurist", "/Peter Nabo", "Fra: Peter Nabo <x@example.org>", "> Hilsen Nabo"],
)
def test_a_colleague_who_takes_part_in_a_letter_is_hidden_by_each_of_his_names(town: Town, quoted: str) -> None:
    ticket, _ = town.ask("Se nedenfor", signature="", quoted=quoted)

    answer = town.file("anders", "Hej begge\n\nSom Peter og Nabo skriver, og Peters kollega: ja. PN", ticket)

    assert answer.text == "Hej begge\n\nSom [navn] og [navn] skriver, og [navn]s kollega: ja. [navn]"


def test_a_colleague_who_takes_no_part_keeps_his_first_name(town: Town) -> None:
    ticket, _ = town.ask("Peter er et navn", signature="")

    assert town.file("anders", "Peter Nabo og Peter", ticket).text == "[navn] og Peter"


def move(town: Town, who: str, to: str | None) -> None:
    """Let somebody belong elsewhere, or nowhere."""
    elsewhere = an_organisation(town.session, to, "flyttet.example.dk") if to else None
    town.people[who].organisation_key = elsewhere.id if elsewhere else None
    town.session.flush()


def rename(town: Town) -> None:
    organisation = town.session.get_one(Organisation, town.people["mette"].organisation_key)
    organisation.name = "Nyby Kommune"
    town.session.exec(delete(MailDomain).where(MailDomain.organisation_key == organisation.id))
    town.session.flush()


CHANGES: dict[str, Callable[[Town], None]] = {
    "the asker moves": lambda town: move(town, "mette", "Ringby Kommune"),
    "the asker leaves": lambda town: move(town, "mette", None),
    "the colleague leaves": lambda town: move(town, "peter", None),
    "the colleague moves": lambda town: move(town, "peter", "Ringby Kommune"),
    "the municipality is called otherwise": rename,
}


@pytest.mark.parametrize("change", CHANGES)
def test_who_was_hidden_stays_hidden_wherever_they_belong_now(town: Town, change: str) -> None:
    ticket, _ = town.ask()
    town.file("peter", "Det ville vi også vide.", ticket)

    CHANGES[change](town)
    answer = town.file("anders", "Kære Mette, i Prøvested og hos Peter Nabo gælder det samme.", ticket)
    later = town.file("peter", "Tak, Mette. Det gør vi i Prøvested.", ticket)

    assert answer.text == "Kære [navn], i [kommunen] og hos [navn] gælder det samme."
    assert "Prøvested" not in later.text
    sight = sight_of(town.session, town.people["ole"])
    thread = list(conversation.lay_out(conversation.thread_of(town.session, sight, ticket)))
    told = [placed.node.author.name for placed in thread if placed.node.message.id != later.id]
    assert told == ["", "", "Anders Jurist"]


def test_a_ticket_that_becomes_anonymous_hides_its_colleagues_too(town: Town) -> None:
    early = town.file("mette", "Igen", visibility=Visibility.ANONYMOUS)
    ticket = town.session.get_one(Ticket, town.file("mette", "Åbent").ticket_key)
    reply = town.file("ole", "Hej Peter\n\nEnig med Peter", ticket)
    town.file("peter", "Peter her", ticket)

    merge(town.session, town.mailing_list, town.session.get_one(Ticket, early.ticket_key), ticket, town.now)

    texts = set(town.session.exec(select(Message.text).where(Message.ticket_key == ticket.id)))
    assert reply.text == "Enig med [navn]"
    assert not [text for text in texts if "Peter" in text]


def test_a_file_is_for_the_others_only_where_a_clean_one_names_nobody(town: Town) -> None:
    files = tuple(
        File(part, name, "text/plain", 9)
        for part, name in ((2, "prøvested-notat.txt"), (3, "navne.txt"), (4, "ukendt.bin"))
    )
    clean = {2: CleanFile(b"Rent", "Rent"), 3: CleanFile(b"Mette", "Udarbejdet af Mette")}
    ticket, question = town.ask(files=files, clean_files=clean)

    others, lawyers = town.read("ole", ticket, question), town.read("anders", ticket, question)

    assert [(file.name, file.size) for file in others.files] == [("[kommunen]-notat.txt", 4)]
    assert others.files[0].clean_key
    assert others.left_out == 2
    assert [file.name for file in lawyers.files] == ["prøvested-notat.txt", "navne.txt", "ukendt.bin"]
    assert lawyers.left_out == 0


def a_mail(part_fields: bytes, subject: bytes = b"Logfiler") -> bytes:
    """A mail with a text file, its fields as they are written."""
    return b"\r\n".join(
        [
            b"From: Mette <mette@proevested.example.dk>", b"Subject: " + subject,
            b"Content-Type: multipart/mixed; boundary=x", b"", b"--x", b"Content-Type: text/plain; charset=utf-8", b"",
            "Må vi?".encode(), b"--x", part_fields, b"", b"Hej", b"--x--", b"",
        ]
    )  # fmt: skip


NAME = "Notat Prøvested Kommune"
LATIN = NAME.encode("cp1252").replace(b"\xf8", b"%F8").replace(b" ", b"%20")


@pytest.mark.alike
@pytest.mark.parametrize(
    ("field", "name"),
    [
        (f'Content-Disposition: attachment; filename="{NAME}.txt"'.encode(), "Notat [kommunen].txt"),
        (f'Content-Disposition: attachment; filename="{NAME}.txt"'.encode("cp1252"), "Notat [kommunen].txt"),
        (f'Content-Type: text/plain; name="{NAME}.txt"'.encode("cp1252"), "Notat [kommunen].txt"),
        (b"Content-Disposition: attachment; filename*=utf-8''" + LATIN + b".txt", "Notat [kommunen].txt"),
        (b"Content-Disposition: attachment; filename*=koi8-r''" + LATIN + b".txt", "Notat [kommunen].txt"),
        (b'Content-Disposition: attachment; filename="=?utf-8?Q?Pr=C3=83=C2=B8vested?=.txt"', "[kommunen].txt"),
        (f'Content-Disposition: attachment; filename="{NAME}.txt"'.encode("cp850"), "bilag-1.txt"),
        (b'Content-Disposition: attachment; filename="Notat Pr\xef\xbf\xbdvested.txt"', "bilag-1.txt"),
        (b'Content-Disposition: attachment; filename="Notat.txt"; x="Pr\xf8vested"', "Notat.txt"),
        (b'Content-Disposition: attachment; filename="Notat.mette"', "Notat.[navn]"),
        (b"Content-Disposition: attachment\r\nContent-Description: Pr\xf8vested", "del-2"),
        (b"Content-Disposition: attachment\r\nContent-ID: <mette@pr\xf8vested.example.dk>", "del-2"),
        (b"Content-Disposition: attachment\r\nContent-Location: file:///c:/mette.txt", "del-2"),
        (b"Content-Disposition: attachment; filename=a.txt\r\nContent-Type: application/vnd.proevested", "a.txt"),
        (b"Content-Disposition: attachment; filename=a.txt\r\nContent-Type: text/plain; charset=mette", "a.txt"),
    ],
)  # fmt: skip
def test_no_field_of_a_file_names_the_asker_to_the_others(town: Town, field: bytes, name: str) -> None:
    octets = a_mail(field)
    files = read_message(octets, town.now).post.attached

    ticket, question = town.ask(files=files, clean_files=clean_files(octets))

    (shown,) = town.read("ole", ticket, question).files
    assert shown.name == name
    assert shown.type in ("text/plain", "application/octet-stream")
    (own,) = town.read("anders", ticket, question).files
    assert own.name == files[0].name


@pytest.mark.alike
@pytest.mark.parametrize(
    ("written", "masked"),
    [
        ("Må Prøvested?".encode("cp1252"), "Må [kommunen]?"),
        ("MÃ¥ PrÃ¸vested?".encode(), "Må [kommunen]?"),
        (b"=?koi8-r?Q?M=C3=A5_Pr=C3=B8vested=3F?=", "Må [kommunen]?"),
        (b"=?windows-1251?Q?M=E5_Pr=F8vested=3F?=", "Må [kommunen]?"),
        (b"=?utf-8?Q?Pr=EF=BF=BDvested=3F?=", "[kommunen]?"),
        (b"Pr?vested og Prvested", "[kommunen] og [kommunen]"),
    ],
)
def test_a_subject_in_the_wrong_character_set_is_masked(town: Town, written: bytes, masked: str) -> None:
    octets = a_mail(b"Content-Type: text/plain", subject=written)

    ticket, _ = town.ask(subject=read_message(octets, town.now).post.subject)

    assert ticket.subject == masked


def test_a_subject_that_names_nobody_is_kept_and_an_empty_one_is_made_of_masked_words(town: Town) -> None:
    assert town.ask(subject="SV: Logfiler")[0].subject == "Logfiler"
    assert town.ask(subject="", text="Må vi i Prøvested?")[0].subject == "Må vi i [kommunen]?"


def test_a_ticket_that_becomes_anonymous_by_a_merge_is_masked(town: Town) -> None:
    early = town.file("mette", "Prøvested igen", visibility=Visibility.ANONYMOUS)
    open_one = town.file("mette", "I Prøvested åbent")
    ticket = town.session.get_one(Ticket, open_one.ticket_key)

    merge(town.session, town.mailing_list, town.session.get_one(Ticket, early.ticket_key), ticket, town.now)

    assert ticket.visibility is Visibility.ANONYMOUS
    assert ticket.subject == "[kommunen]: logfiler"
    texts = set(town.session.exec(select(Message.text).where(Message.ticket_key == ticket.id)))
    assert texts == {"[kommunen] igen", "I [kommunen] åbent"}


def test_an_anonymous_question_is_not_merged_into_somebody_elses(town: Town) -> None:
    ticket, _ = town.ask()
    other = town.session.get_one(Ticket, town.file("ole", "Et andet").ticket_key)

    with pytest.raises(Conflict):
        merge(town.session, town.mailing_list, ticket, other, town.now)


def test_an_anonymous_question_that_cites_what_comes_later_stays_alone(town: Town) -> None:
    ticket, _ = town.ask(in_reply_to=("sen@oeby.example.dk",))

    late = town.file("ole", "Jeg kom for sent", message_id="sen@oeby.example.dk")

    assert late.ticket_key != ticket.id


def test_an_open_ticket_is_left_as_it_is(town: Town) -> None:
    message = town.file("mette", "I Prøvested", signature=SIGNATURE)
    ticket = town.session.get_one(Ticket, message.ticket_key)

    assert (message.text, message.signature, ticket.subject) == ("I Prøvested", SIGNATURE, "Prøvested: logfiler")
    assert town.session.exec(select(Unmasked)).all() == []


def test_lists_of_tickets_tell_nothing(town: Town) -> None:
    ticket, _ = town.ask()

    page = rows.tickets(town.session, sight_of(town.session, town.people["ole"]))

    assert [(row.ticket.id, row.asker.name, row.asker.organisation) for row in page.rows] == [(ticket.id, "", "")]


def test_who_asks_without_an_organisation_is_masked_too(town: Town) -> None:
    guest: Person = a_person(town.session, "gert@gaest.example.org", "Gert Gæst")
    message = a_filed_message(
        town.session, town.portal, town.mailing_list, guest, visibility=Visibility.ANONYMOUS, text="Hej, Gert her"
    )

    assert message.text == "Hej, [navn] her"
