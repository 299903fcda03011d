"""Automatic mail that no field tells: what its subject and its words show, where neither alone is enough.

A question may well be *about* somebody who is absent, or about automatic answers. So a subject counts only together
with a second sign, and what asks something is a person's.
"""

import re

from mailer.texts.leadins import REACTIONS
from tickets.reasons import Grounds, Reason

BY_SUBJECT = Grounds(Reason.AUTOMATIC_SUBJECT)
BY_WORDS = Grounds(Reason.AUTOMATIC_WORDS)
TAKES_NO_MAIL = Grounds(Reason.TAKES_NO_MAIL)

ABSENT = (  # how subjects of automatic answers begin
    "automatisk svar", "autosvar", "auto-svar", "automatiskt svar", "automatisk besked", "automatisk meddelelse",
    "ikke til stede", "ikke på kontoret", "jeg er ikke på kontoret", "jeg er ikke til stede", "ude af kontoret",
    "fraværende", "fraværsbesked", "fraværsmelding", "fraværsmeddelelse", "feriebesked", "feriesvar", "automatic reply",
    "automatic response", "autoreply", "auto-reply", "auto reply", "auto response", "autoresponse", "auto",
    "out of office", "out of the office", "automatische antwort", "automatisch antwoord", "abwesenheitsnotiz",
    "frånvaro", "réponse automatique", "fravær", "ikke på arbejde", "ude af huset", "på ferie", "jeg er på ferie",
    "holder ferie", "jeg holder", "barselsorlov", "på barsel", "ooo", "away", "vacation", "on vacation", "on leave",
    "i am away", "i'm away", "abwesend",
)  # fmt: skip
TAGS = re.compile(r"\A(?:\[[^\[\]]{1,20}\]\s?){1,3}")  # of servers on the way: [EKSTERN]
SAYS_ABSENT = (
    "jeg er ikke på kontoret", "jeg er ikke på arbejde", "jeg er ikke til stede", "jeg er fraværende",
    "jeg er på ferie", "jeg holder ferie", "jeg holder fri", "jeg har ferie", "jeg har fri", "jeg er på barsel",
    "jeg er på orlov", "jeg er på kursus", "jeg er sygemeldt", "jeg er tilbage", "ude af kontoret", "ferielukket",
    "out of office", "out of the office", "on vacation", "on annual leave", "on leave until", "i am away", "i'm away",
    "bin ich nicht im büro",
)  # fmt: skip
AUTOMATIC_BEGINNINGS = (
    "dette er en automatisk kvittering", "dette er en automatisk genereret", "dette er en automatisk besked",
    "dette er en automatisk mail", "dette er en automatisk e-mail", "dette er et automatisk svar",
    "denne mail er genereret automatisk", "denne e-mail er genereret automatisk", "denne mail er automatisk genereret",
    "denne e-mail er automatisk genereret", "denne mail er sendt automatisk", "denne e-mail er sendt automatisk",
    "this is an automated message", "this is an automatic reply", "this is an automatically generated",
)  # fmt: skip
AUTOMATIC_SENTENCES = (
    *AUTOMATIC_BEGINNINGS, "dette er et autosvar", "dette er en autogenereret", "denne mail er autogenereret",
    "denne e-mail er autogenereret", "denne besked er sendt automatisk", "denne besked er automatisk",
    "du kan ikke svare på denne", "du kan ikke besvare denne", "det er ikke muligt at svare på denne",
    "det er ikke muligt at besvare denne", "denne besked kan ikke besvares", "denne meddelelse kan ikke besvares",
    "denne mail kan ikke besvares", "denne e-mail kan ikke besvares", "mailen kan ikke besvares",
    "beskeden kan ikke besvares", "besvar ikke denne", "besvar venligst ikke denne", "svar ikke på denne",
    "svar venligst ikke på denne", "please do not reply to this", "do not reply to this",
    "this mailbox is not monitored", "this is an automated",
)  # fmt: skip
ASKING = (
    "må vi", "må jeg", "må man", "må en", "må kommunen", "kan vi", "kan jeg", "kan i ", "kan man", "skal vi",
    "skal jeg", "bør vi", "hvad ", "hvordan", "hvem ", "hvornår ", "hvor længe", "hvor lang", "hvorfor ", "hvilke",
    "gælder ", "jeg vil gerne vide", "vi vil gerne vide", "jeg vil gerne høre", "vi vil gerne høre",
    "jeg har et spørgsmål", "vi har et spørgsmål", "jeg har brug for", "vi har brug for", "may we", "can we",
    "should we", "must we", "how ", "what ", "who ", "which ", "we would like to know", "i would like to know",
    "we have a question", "i have a question",
)  # fmt: skip
MEETING_WORDS = (
    "accepteret", "afvist", "foreløbig", "foreløbigt", "nyt klokkeslæt foreslået", "accepted", "declined", "tentative",
    "new time proposed",
)  # fmt: skip
RECEIPT_WORDS = ("læst", "ikke læst", "leveret", "read", "not read", "delivered", "relayed")
NOTES_RECEIPTS = ("return receipt", "returkvittering", "læsekvittering", "kvittering for læsning")
# What old mail programs write to people, in place of a report: "Your message … was read on …"
RECEIPT_BEGINNINGS = (
    "your message", "din meddelelse", "din mail", "din besked", "your document", "dit dokument",
    "this is a return receipt for", "this is a receipt for", "dette er en kvittering for",
)  # fmt: skip
RECEIPT_ENDS = (
    "was read on", "was displayed on", "was deleted without being read", "was received by",
    "displayed on the recipient", "blev læst", "er blevet læst", "blev vist", "blev slettet uden at blive læst",
    "er modtaget af", "blev modtaget af", "vist på modtagerens",
)  # fmt: skip
SECURE_BEGINNINGS = (
    "din sikre mail",
    "din sikre e-mail",
    "din sikre besked",
    "din digitale post",
    "your secure message",
)
SECURE_ENDS = (
    "er leveret", "blev leveret", "er afleveret", "er modtaget", "er sendt til", "was delivered", "has been delivered",
)  # fmt: skip
RECALLS = ("tilbagekald", "tilbagekaldelse", "genkald", "genkaldelse", "recall")
RECALLED = (
    "vil gerne tilbagekalde meddelelsen", "vil tilbagekalde meddelelsen", "vil gerne genkalde meddelelsen",
    "vil genkalde meddelelsen", "would like to recall the message",
)  # fmt: skip
SENTENCE_END = re.compile(r"[.!:\n]\s*")
BEFORE_SENTENCE = "*-–_#([ \t"
LONGEST = 1_000  # characters of an automatic text
LONGEST_REACTION = 120


def says_absent(subject: str) -> bool:
    """Whether a subject begins like an automatic answer's, whatever follows."""
    subject = TAGS.sub("", subject[:200].lower(), count=1)
    return any(subject.startswith(phrase) and not subject[len(phrase) :][:1].isalnum() for phrase in ABSENT)


def is_notice(subject: str) -> bool:
    """Whether a subject is an automatic answer's words and no more, or has them before a mark: "Autosvar: …"."""
    subject = TAGS.sub("", subject[:200].lower(), count=1)
    rests = [subject[len(phrase) :].lstrip() for phrase in ABSENT if subject.startswith(phrase)]
    return any(not rest.strip(" .!") or not rest[:1].isalnum() for rest in rests)


def asks(text: str) -> bool:
    """Whether a text asks something, with a question mark or without."""
    return "?" in text or any(sentence.startswith(ASKING) for sentence in _sentences(text))


def tells_absence(text: str) -> bool:
    """Whether a short text says that its author is away."""
    return len(text) <= LONGEST and any(phrase in _one_line(text) for phrase in SAYS_ABSENT)


def is_automatic(text: str) -> bool:
    """Whether a short text says that a program wrote it or that nobody reads the answers, and asks nothing."""
    if _one_line(text[:LONGEST]).startswith(AUTOMATIC_BEGINNINGS) and "?" not in text[:LONGEST]:
        return True
    is_said = any(sentence.startswith(AUTOMATIC_SENTENCES) for sentence in _sentences(text))
    return len(text) <= LONGEST and is_said and not asks(text)


def find_service(subject: str, text: str) -> Grounds | None:
    """What shows that a mail program or service wrote in its user's name; None if nothing does."""
    subject, text = TAGS.sub("", subject[:200].lower(), count=1), _one_line(text)
    if any(phrase in text[:LONGEST_REACTION] for phrase in REACTIONS):
        return Grounds(Reason.REACTION)
    if len(text) > LONGEST:
        return None
    word = subject.partition(":")[0] if ":" in subject else ""
    if word in RECALLS and any(phrase in text for phrase in RECALLED):
        return Grounds(Reason.RECALL)
    if (word in RECEIPT_WORDS or subject.startswith(NOTES_RECEIPTS)) and _says_it_was_read(text):
        return Grounds(Reason.READ_RECEIPT)
    if text.startswith(SECURE_BEGINNINGS) and any(end in text for end in SECURE_ENDS) and not asks(text):
        return Grounds(Reason.DELIVERY_RECEIPT)
    return None


def _says_it_was_read(text: str) -> bool:
    return text.startswith(RECEIPT_BEGINNINGS) and any(end in text for end in RECEIPT_ENDS)


def _sentences(text: str) -> list[str]:
    """The first sentences of a text, lower case, parted at line ends too."""
    return [part.lstrip(BEFORE_SENTENCE) for part in SENTENCE_END.split(text[: 3 * LONGEST].lower())]


def _one_line(text: str) -> str:
    return " ".join(text[: 3 * LONGEST].lower().split())
