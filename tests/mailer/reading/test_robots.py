"""Who is a robot, and who only writes like one or about one."""

from datetime import UTC, datetime
from email.message import EmailMessage, Message

import pytest

from mailer.mime.parts import parse
from mailer.reading.robots import find_mediator, find_robot
from mailer.sandbox.message import read_post
from mailer.texts.autoreplies import BY_SUBJECT, BY_WORDS, TAKES_NO_MAIL
from support.builders import a_message
from support.timing import costing_at_most, is_linear
from tickets.reasons import Grounds, Reason

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)


def robot_in(message: EmailMessage | bytes) -> Grounds | None:
    return read_post(message if isinstance(message, bytes) else bytes(message), NOW).robot


def sign_in(message: EmailMessage | bytes) -> Reason | None:
    robot = robot_in(message)
    return robot.reason if robot else None


def as_read(message: EmailMessage | bytes) -> Message:
    return parse(message if isinstance(message, bytes) else bytes(message))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("Auto-Submitted", "auto-replied"),
        ("Auto-Submitted", "auto-generated (rejected)"),
        ("Auto-Submitted", "Auto-Notified; owner-email=x@example.dk"),
        ("Precedence", "bulk"),
        ("Precedence", "Auto_Reply"),
        ("X-Autoreply", "yes"),
        ("X-Autorespond", "ferie"),
        ("X-Apple-Action", "VACATION"),
        ("X-POST-MessageClass", "9; Autoresponder"),
        ("X-MS-Exchange-Generated-Message-Source", "Mailbox Rules Agent"),
        ("From", "Mail Delivery System <MAILER-DAEMON@mx.example.dk>"),
    ],
)
def test_a_field_that_only_robots_write_tells_a_robot(field: str, value: str) -> None:
    assert robot_in(a_message(**{field.replace("-", "_"): value}))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("X-Auto-Response-Suppress", "All"),
        ("X-Auto-Response-Suppress", "DR, OOF, AutoReply"),
        ("List-Unsubscribe", "<https://nyt.example.org/u/1>"),
        ("Auto-Submitted", "no"),
        ("Auto-Submitted", "No (a person)"),
        ("Precedence", "normal"),
        ("X-Apple-Action", "none"),
        ("Delivered-To", "databeskyttelse@example.dk"),
        ("Importance", "high"),
    ],
)
def test_what_people_send_as_well_is_no_sign(field: str, value: str) -> None:
    assert robot_in(a_message(**{field.replace("-", "_"): value})) is None


ABSENCE = "Tak for din mail. Jeg er på ferie til den 9. november."
LIKE_A_ROBOTS = [
    "Automatisk svar: Må vi det? [DB-1]",
    "[EKSTERN] Automatisk svar: Må vi det?",
    "Automatisk svar : Må vi det?",
    "AUTOMATISK SVAR",
    "Autosvar: Ferie",
    "Autosvar - må vi oplyse om sygdom",
    "Automatisk besked: SMS-påmindelser",
    "Auto: GPS i kommunens biler",
    "Ikke til stede: Mette Eksempel",
    "Ikke til stede",
    "Jeg er ikke på kontoret: Må vi det?",
    "Fravær",
    "Fraværende: Mette Eksempel",
    "Fraværende",
    "Ude af kontoret - tilbage mandag",
    "Ude af kontoret!",
    "På ferie",
    "Feriebesked (uge 29)",
    "Out of Office: question",
    "Out of Office AutoReply: question",
    "Automatic reply: question",
    "Auto: SV: Må vi det?",
    "Abwesenheitsnotiz: Frage",
]


@pytest.mark.parametrize("subject", LIKE_A_ROBOTS)
def test_a_subject_alone_makes_no_robot_of_who_asks(subject: str) -> None:
    questions = ["Må vi skrive i et autosvar, at hun er syg?", "Vi vil gerne vide, hvad der må stå."]

    told = [
        robot_in(a_message(Subject=subject, text=text, **fields))
        for text in questions
        for fields in ({}, {"In_Reply_To": "<1@example.dk>"}, {"X_Auto_Response_Suppress": "All"})
    ]

    assert set(told) == {None}


@pytest.mark.parametrize("subject", LIKE_A_ROBOTS)
def test_a_notice_of_absence_is_automatic(subject: str) -> None:
    assert robot_in(a_message(Subject=subject, text=ABSENCE)) == BY_SUBJECT


@pytest.mark.parametrize(
    "subject", ["Automatisk svar: Må vi det?", "Fraværende", "Feriebesked (uge 29)", "Auto: SV: Må vi det?", "På ferie"]
)
def test_such_a_subject_on_an_answer_that_asks_nothing_is_a_notice(subject: str) -> None:
    text = "Ring til Lone på 12 34 56 78."

    assert robot_in(a_message(Subject=subject, text=text)) is None
    assert robot_in(a_message(Subject=subject, text=text, In_Reply_To="<1@example.dk>")) == BY_SUBJECT
    assert robot_in(a_message(Subject=subject, text=text, X_Auto_Response_Suppress="All")) == BY_SUBJECT


def test_an_absent_persons_notice_is_one_though_it_cites_a_question() -> None:
    text = f"{ABSENCE}\n\nDen 2. nov. 2026 kl. 09.12 skrev Anders Juul <a@example.org>:\n> Må vi det?\n"

    assert robot_in(a_message(Subject="Autosvar: Må vi det?", text=text, In_Reply_To="<1@example.dk>")) == BY_SUBJECT


@pytest.mark.parametrize(
    "subject",
    [
        "Fraværende medarbejder: må vi læse hans mail?",
        "Fraværsregistrering og samtykke",
        "Automatisk svar på aktindsigt – må vi det?",
        "På ferie i en anden kommune: hvem er dataansvarlig?",
        "Automatiske afgørelser, artikel 22",
        "SV: Automatisk svar: Ferie",
        "RE: Out of Office: question",
        "Barselsorlov og adgang til mail",
        "Læst: databeskyttelsesforordningen",
        "Accepteret: hvad betyder et samtykke?",
        "Autoriserede læger",
    ],
)
def test_a_subject_about_the_absent_is_a_persons(subject: str) -> None:
    text = "Her er vores svar. Vi noterer det i Aula."

    assert robot_in(a_message(Subject=subject, text=text, In_Reply_To="<1@example.dk>")) is None


@pytest.mark.parametrize(
    "text",
    [
        "Tak for din mail til Borgerservice. Vi besvarer den inden for 10 dage.\n\nDette er et autosvar.",
        "Du har fået nyt i e-Boks.\n\nHilsen e-Boks\n\nDu kan ikke svare på denne mail.",
        "Besked sendt via NemSMS: Husk mødet den 3/11 kl. 10. Besvar ikke denne besked.",
        "Du har modtaget ny Digital Post.\n\nDenne besked kan ikke besvares.",
        "Tak for din henvendelse. Vi har modtaget den.\n\n*** Svar venligst ikke på denne mail ***",
    ],
)
def test_a_receipt_that_says_what_it_is_is_automatic(text: str) -> None:
    assert robot_in(a_message(Subject="Tak for din mail", text=text)) == BY_WORDS


@pytest.mark.parametrize(
    "text",
    [
        "Borgeren fik et brev, hvor der stod: Du kan ikke svare på denne mail. Er det i orden efter artikel 12?",
        "Kære jurister\n\nMå vi skrive nederst:\n\nDette er et autosvar.",
        "Vi har skrevet under vores breve, at denne besked kan ikke besvares, og det vil vi blive ved med.",
    ],
)
def test_who_writes_about_such_words_is_a_person(text: str) -> None:
    assert robot_in(a_message(Subject="Kvitteringer", text=text)) is None


@pytest.mark.parametrize(
    "email",
    ["noreply@proevested.example.dk", "no-reply@x.example.org", "ikke-svar@x.example.org", "noreply-s@x.dk"],
)
def test_an_address_that_takes_no_mail_is_a_systems(email: str) -> None:
    assert robot_in(a_message(From=f"Prøvested Kommune <{email}>", text="Sagen er oprettet.")) == TAKES_NO_MAIL
    assert robot_in(a_message(From="Nora Eply <nora.eply@x.example.org>")) is None


def test_a_secure_mails_receipt_is_no_answer() -> None:
    text = 'Din sikre mail "Spørgsmål" er leveret til modtagerens Digital Post.\n\nLeveringstidspunkt: 02-11-2026 10:00'

    assert sign_in(a_message(Subject="Sikker mail: Kvittering for levering", text=text)) == Reason.DELIVERY_RECEIPT


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ('multipart/report; report-type="delivery-status"', Reason.REPORT),
        ("multipart/report; report-type=disposition-notification", Reason.READ_RECEIPT),
        ("multipart/report", Reason.REPORT),
    ],
)
def test_reports_are_no_mail_of_people(kind: str, told: Reason | None) -> None:
    octets = f"From: x@example.dk\nSubject: hej\nContent-Type: {kind}; boundary=b\n\n--b\n\nhej\n--b--\n".encode()

    assert sign_in(octets) == told


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("text/calendar; method=REPLY; charset=utf-8", Reason.INVITATION_ANSWER),
        ('text/calendar; charset=utf-8; METHOD="Counter"', Reason.INVITATION_ANSWER),
        ("text/calendar; method=REQUEST", None),
        ("text/calendar", None),
        ("message/disposition-notification", Reason.READ_RECEIPT),
        ("message/feedback-report", Reason.REPORT),
        ("application/pdf", None),
    ],
)
def test_a_calendars_answer_is_a_robots_and_a_persons_invitation_is_not(kind: str, told: Reason | None) -> None:
    octets = (
        "From: mette@proevested.example.dk\nSubject: Accepteret: Møde\n"
        "Content-Type: multipart/alternative; boundary=b\n\n"
        f"--b\nContent-Type: text/plain\n\nhej\n--b\nContent-Type: {kind}\n\nBEGIN:VCALENDAR\n--b--\n"
    )

    assert sign_in(octets.encode()) == told


def test_an_answer_to_an_invitation_in_tnef_is_told_by_its_class() -> None:
    octets = "Subject: Foreløbig: Møde om tilsyn\nContent-Class: urn:content-classes:calendarmessage\n\nhej\n".encode()

    assert sign_in(octets) == Reason.INVITATION_ANSWER


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        (
            "Læst: Må vi det? [DB-1]",
            "Din meddelelse\n\n   Til: DB\n   Emne: Må vi?\n\nblev læst 23. november 2026.",
        ),
        ("Ikke læst: Må vi det?", "Din meddelelse\n\n Til: DB\n\nblev slettet uden at blive læst 23. november 2026."),
        ("Read: Question", "Your message\n\n  To: DB\n  Subject: Question\n\nwas read on 23/11/2026 08:12."),
        ("Not read: Question", "Your message\n\n  To: DB\n\nwas deleted without being read on 23 November 2026."),
        ("Return Receipt", "Your document:\n   Question\nwas received by:\n   Mette/PVK\nat: 08:12:00"),
        ("Læsekvittering", "Dette er en kvittering for den mail, du sendte til Mette.\n\nMailen blev vist på skærmen."),
    ],
)
def test_a_receipt_in_plain_words_is_a_receipt(subject: str, text: str) -> None:
    assert sign_in(a_message(Subject=subject, text=text)) == Reason.READ_RECEIPT


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Læst: databeskyttelsesforordningen", "Kære jurister\n\nHvordan ved vi, at et brev blev læst?"),
        ("Read: article 32", "Your message about article 32 raises a question: who may see it?"),
        ("Return receipt for citizens", "Must we keep it when a letter was received by post?"),
        ("Spørgsmål", "Din meddelelse\n\nblev læst 23. november, og nu har vi et spørgsmål."),
        (
            "Læst: Må vi det?",
            "Din meddelelse blev læst i går. " + "Vi har drøftet den, og vi spørger: " * 40,
        ),
    ],
)
def test_a_question_about_what_was_read_is_a_question(subject: str, text: str) -> None:
    assert robot_in(a_message(Subject=subject, text=text)) is None


@pytest.mark.parametrize(
    ("subject", "text", "told"),
    [
        (
            "Tilbagekald: SV: Må vi?",
            'Mette Eksempel vil gerne tilbagekalde meddelelsen "SV: Må vi?".',
            Reason.RECALL,
        ),
        ("Genkald: Lønsedler", 'Mette Eksempel vil gerne genkalde meddelelsen "Lønsedler".', Reason.RECALL),
        ("Recall: Må vi?", 'Eksempel, Mette would like to recall the message, "Må vi?".', Reason.RECALL),
        ("SV: Må vi?", "👍 Mette Eksempel reagerede på din meddelelse:\n____\nFra: Anders", Reason.REACTION),
        ("RE: Må vi?", "❤️ Mette Eksempel reacted to your message:\n\nJa.", Reason.REACTION),
        ("Din henvendelse", "Dette er en automatisk kvittering for din mail.", Reason.AUTOMATIC_WORDS),
        ("Sag 14", "Denne mail er sendt automatisk\nog kan ikke besvares.", Reason.AUTOMATIC_WORDS),
    ],
)
def test_what_a_program_writes_for_its_user_is_known_by_its_words(subject: str, text: str, told: Reason | None) -> None:
    assert sign_in(a_message(Subject=subject, text=text)) == told


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Tilbagekald: af samtykke", "Må en borger tilbagekalde meddelelsen om samtykke?"),
        ("Må vi?", 'Mette would like to recall the message, "Ja". May she?'),
        ("Afgørelse", "Dette er en automatisk afgørelse efter artikel 22. Må vi træffe den?"),
        ("Kvittering", "Dette er en automatisk kvittering, som borgerne får. Skal der stå mere i den?"),
        ("Reaktioner", "Hvordan skal vi svare, når " + "mange " * 30 + "reagerede på din meddelelse: de vil slettes"),
    ],
)
def test_a_question_about_such_words_is_a_question(subject: str, text: str) -> None:
    assert robot_in(a_message(Subject=subject, text=text)) is None


def test_a_report_that_a_person_sends_on_is_that_persons_mail() -> None:
    octets = (
        b"From: mette@proevested.example.dk\nSubject: Hvad er det?\nContent-Type: multipart/mixed; boundary=b\n\n"
        b"--b\n\nHvad skal vi med den?\n--b\nContent-Type: message/rfc822\n\nAuto-Submitted: auto-replied\n"
        b"Content-Type: multipart/report; boundary=c\n\n--c\nContent-Type: message/delivery-status\n\nx\n--c--\n--b--\n"
    )

    assert robot_in(octets) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("List_Id", "Kommunale jurister <jurister.example.org>"),
        ("List_Post", "<mailto:jurister@example.org>"),
        ("Mailing_List", "list jurister@example.org"),
        ("Precedence", "list"),
    ],
)
def test_a_mailing_list_is_no_author(field: str, value: str) -> None:
    message = a_message(**{field: value})

    assert find_mediator(as_read(message)) == Grounds(Reason.MEDIATED)
    assert robot_in(message) is None


def test_a_letter_that_can_be_unsubscribed_need_not_come_from_a_list() -> None:
    assert find_mediator(as_read(a_message(List_Unsubscribe="<mailto:x@example.org>"))) is None


@pytest.mark.parametrize("piece", ["automatisk svar ", "fravær", "; ", "(", " \t", "method=", "=?utf-8?q?a?="])
def test_judging_takes_no_longer_for_hostile_fields(piece: str) -> None:
    hostile = (piece * 1_000_000)[:1_000_000].encode()
    octets = b"".join(
        b"%b: %b\n" % (name, hostile)
        for name in (b"Subject", b"Auto-Submitted", b"Precedence", b"From", b"Content-Type", b"Delivered-To")
    )

    with costing_at_most(2):  # 6 MB
        find_robot(parse(octets + b"\nhej\n"), "hej", "hej")
    assert is_linear(
        lambda raw: find_robot(parse(b"Subject: " + raw), raw.decode(errors="replace"), "x"), hostile[:16_000]
    )
