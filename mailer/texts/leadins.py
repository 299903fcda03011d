"""What mail programs put between an answer and the old mail: attributions, blocks of fields, notices.

Danish and English first, and what other languages' programs write where it costs little. A look is at one line's
beginning, or at a few lines that follow; there is no expression in here that could take more than linear time.
"""

import re
from enum import Enum

LONGEST_LOOK = 300  # characters of a line
MOST_LINES = 10_000  # in which the beginning of the old mail is looked for
MARK = "\x1e"  # begins a line at which old text starts, as the HTML of the message has it


class Meaning(Enum):
    """What a field says, whatever its language."""

    FROM = "from"
    SENT = "sent"
    TO = "to"
    SUBJECT = "subject"
    OTHER = "other"


NAMES = {
    Meaning.FROM: "fra|from|von|från|frá|de|da|van|od|от|lähettäjä",
    Meaning.SENT: "sendt|dato|sendt den|sent|date|gesendet|datum|skickat|lähetetty|envoyé|date d'envoi|enviado"
    "|enviado el|fecha|inviato|data|verzonden|wysłano|отправлено|дата",
    Meaning.TO: "til|to|an|till|à|a|para|aan|do|кому|vastaanottaja",
    Meaning.SUBJECT: "emne|subject|vedr|vedr.|betreff|ämne|objet|asunto|assunto|oggetto|onderwerp|temat|тема|aihe|evni"
    "|efni",
    Meaning.OTHER: "cc|kopi|bcc|kopie|copie|copia|kopia|vedhæftet|vedhæftede filer|vedhæftninger|prioritet|besvar til"
    "|svar til|attachments|importance|reply-to|anlagen|bilagor|pièces jointes",
}
FIELDS = {name: role for role, names in NAMES.items() for name in names.split("|")}
LONGEST_NAME = 20

ORIGINALS = (
    "oprindelig meddelelse", "oprindelig besked", "oprindelig mail", "oprindelig e-mail", "oprindelig aftale",
    "original message", "original appointment", "ursprüngliche nachricht", "originalmeddelande",
    "ursprungligt meddelande", "opprinnelig melding", "message d'origine", "mensaje original", "messaggio originale",
    "oorspronkelijk bericht",
)  # fmt: skip
FORWARDS = (
    "videresendt", "videresendt meddelelse", "videresendt besked", "videresendt mail", "videresendt e-mail",
    "start på videresendt besked", "forwarded message", "begin forwarded message", "forwarded", "forwarded by",
    "weitergeleitete nachricht", "vidarebefordrat meddelande", "videresendt melding",
)  # fmt: skip
ABOVE_THIS = (  # what ticket systems ask their readers for, above all that was written before
    "svar venligst over denne linje", "svar over denne linje", "skriv dit svar over denne linje",
    "skriv venligst dit svar over denne linje", "skriv over denne linje", "besvar over denne linje",
    "please reply above this line", "reply above this line", "please type your reply above this line",
    "type your reply above this line", "write above this line",
)  # fmt: skip
BARE = ("start på videresendt besked", "begin forwarded message", "original message processed by")  # without dashes
REACTIONS = ("reagerede på din meddelelse:", "reagerede på din besked:", "reacted to your message:")  # and no word more
DASHES = "-—–_=* \t"
LONGEST_NOTICE = 150
RULE = re.compile(r"\s{0,8}(?:_{20}|-{20})")

VERB = re.compile(
    r"\b(?:skrev|skreiv|wrote|schrieb|écrit|escribió|escreveu|scritto|schreef|napisał\(a\)|napisał|kirjoitti|написал)"
    r"(?!\w)",
    re.IGNORECASE,
)
OPENER = re.compile(
    r"\s{0,8}(?:(?:den|on|am|le|el|il|op|dnia|w dniu)\s"
    r"|(?:man|tir|ons|tor|fre|lør|lör|søn|sön|mon|tue|wed|thu|fri|sat|sun)\w{0,6}[.,]? "
    r"|\d|[\"']?[^<>]{1,120}<[^<>\s]{3,120}>"
    r"|[^\W\d_][^<>:?!\n]{1,80}\s(?:skrev|wrote|schrieb)\s(?:d\.|den|on|am)?\s?\d)",
    re.IGNORECASE,
)
CLOCK = re.compile(r"\d{1,2}[:.]\d{2}(?!\d)")
SMALL_WORDS = {
    "via", "af", "by", "von", "van", "der", "de", "den", "på", "vegne", "on", "behalf", "of", "am", "pm", "uhr", "a",
    "ha",
}  # fmt: skip
LONGEST_ATTRIBUTION = 3  # lines, as mail programs wrap it


def written(lines: list[str], start: int, most: int) -> list[str]:
    """Up to so many lines with something on them, found among the next few."""
    return [line[:LONGEST_LOOK] for line in lines[start : start + 3 * most] if line.strip()][:most]


# -- blocks of fields ------------------------------------------------------------------


def starts_fields(lines: list[str], number: int) -> bool:
    """Whether Outlook's block begins at this line: From with date, subject or an address; any two fields below a rule.

    A period that is told as "Fra: … Til: …" is no such block, and neither is a lone "Fra:".
    """
    look = lines[number][:LONGEST_LOOK]
    if RULE.match(look) and not look.strip(DASHES):
        below = written(lines, number + 1, 6)
        return bool(below) and (_is_block(below) or len(_roles(below[:3])) >= 2 or _is_foreign_block(below))
    if _role(look) is None and ("@" not in look or ":" not in look):
        return False
    below = written(lines, number + 1, 6)
    return _is_block([look, *below]) or _is_foreign_block([look, *below])


def writer_of(lines: list[str], number: int) -> str:
    """Who wrote the mail whose block of fields begins at this line, as From tells it; empty if it does not."""
    for look in written(lines, number, 7):
        if _role(look) is Meaning.FROM:
            return look.partition(":")[2].strip("* \t\xa0")
    return ""


def _is_block(looks: list[str]) -> bool:
    first = _role(looks[0])
    if first is None:
        return False
    roles = _roles(looks)
    if first is Meaning.FROM:
        return Meaning.SENT in roles or Meaning.SUBJECT in roles or (Meaning.TO in roles and "@" in "".join(looks[:3]))
    return {Meaning.FROM, Meaning.SENT, Meaning.SUBJECT} <= roles and all(_role(look) for look in looks[:3])


def _roles(looks: list[str]) -> set[Meaning]:
    return {role for role in map(_role, looks) if role is not None}


def _role(look: str) -> Meaning | None:
    """What kind of field a line is, bold or not: "*Fra:* …", "**Sendt**: …"."""
    name, colon, _ = look.lstrip("*_ \t")[: LONGEST_NAME + 4].partition(":")
    return FIELDS.get(name.strip("*_ \t\xa0").lower()) if colon else None


def _is_foreign_block(looks: list[str]) -> bool:
    """Whether three fields with unknown names stand in a row, an address in the first, a time in the second."""
    if len(looks) < 3 or "@" not in looks[0] or not CLOCK.search(looks[1]):
        return False
    names = [look.lstrip("*_ \t").partition(":") for look in looks[:3]]
    return all(colon and 0 < len(name) <= LONGEST_NAME and value.strip("* ") for name, colon, value in names)


# -- notices ---------------------------------------------------------------------------


def is_original_notice(lines: list[str], number: int) -> bool:
    """Whether this line says, between dashes, that the original message follows."""
    look = lines[number][:LONGEST_LOOK].strip()
    if look.startswith("--") and look.endswith("--") and len(look) <= LONGEST_NOTICE and VERB.search(look):
        return True  # Notes: -----"Anders Jurist" <anders@example.dk> skrev: -----
    if look.strip(DASHES + "#").lower().startswith(ABOVE_THIS) and len(look) <= LONGEST_NOTICE:
        return True
    return _notices(lines, number, ORIGINALS)


def is_forward_notice(lines: list[str], number: int) -> bool:
    """Whether this line says that somebody else's message follows, which the author passes on."""
    return _notices(lines, number, FORWARDS)


def _notices(lines: list[str], number: int, phrases: tuple[str, ...]) -> bool:
    look = lines[number][:LONGEST_LOOK].strip()
    if len(look) > LONGEST_NOTICE:
        return False
    core = look.strip(DASHES + ":").lower()
    if not core.startswith(phrases):
        return False
    if look.startswith(("--", "__", "==")):
        return core in phrases or look.endswith("--")  # Notes: "----- Videresendt af Mette/OEBY den … -----"
    below = written(lines, number + 1, 2)
    return core.startswith(BARE) or (core in phrases and any(_role(line) for line in below))


# -- attributions ----------------------------------------------------------------------


def attribution_length(lines: list[str], number: int) -> int:
    """How many lines "Den … skrev …:" takes here, wrapped as mail programs wrap it; 0 if it is none."""
    if not OPENER.match(lines[number][:LONGEST_LOOK]):
        return 0
    for length in range(1, min(LONGEST_ATTRIBUTION, len(lines) - number) + 1):
        if _ends_attribution(lines[number + length - 1]) and _attributes(join(lines, number, length)):
            return length
    return 0


def _ends_attribution(line: str) -> bool:
    return line[-LONGEST_LOOK:].rstrip("* \t\xa0").endswith((":", ":>"))


def join(lines: list[str], start: int, length: int) -> str:
    """Some lines put together as they were before a program wrapped them."""
    return " ".join(line[:LONGEST_LOOK].strip() for line in lines[start : start + length])


def _attributes(joined: str) -> bool:
    return VERB.search(joined) is not None or is_any_attribution(joined)


def is_any_attribution(joined: str) -> bool:
    """Whether a line is an attribution in some language: a time, an address and a colon at its end."""
    return _ends_attribution(joined) and "@" in joined and CLOCK.search(joined) is not None


def is_above_quote(joined: str) -> bool:
    """Whether a line leads to the quote right below it: a colon at the end, a person or a verb, and a time."""
    return _ends_attribution(joined) and CLOCK.search(joined) is not None and _attributes(joined)


def names_author(joined: str) -> bool:
    """Whether an attribution tells who wrote when as a program does: by an address, or by a time and a bare name.

    "Den 1. maj kl. 10.30 skrev borgeren til os:" was written by a person, and what follows is theirs to show.
    """
    told = joined.rstrip("* \t\xa0:")
    if told.endswith((">", "]", ")")) and "@" in told:
        return True
    if not CLOCK.search(joined) and "@" not in joined:
        return False
    verbs = list(VERB.finditer(told))
    if not verbs:
        return is_any_attribution(joined)
    before, after = told[: verbs[-1].start()], told[verbs[-1].end() :]
    if CLOCK.search(after) and "<" not in before:  # "Anders Jurist skrev den 2026-11-02 09:12"; not "Borgeren skrev …"
        return len(before.split()) > 1 and _is_name(before)
    if before.rstrip().endswith(">") and CLOCK.search(after):
        return True
    return _is_name(after) if after.strip() else _is_name(_behind_clock(before))


def _behind_clock(told: str) -> str:
    before_address = told.partition("<")[0]
    clocks = list(CLOCK.finditer(before_address))
    return before_address[clocks[-1].end() :] if clocks else told


def _is_name(words: str) -> bool:
    """Whether a text is nothing but names and addresses: no small first letters, but for "via" and the like."""
    found = words.replace(",", " ").split()
    return len(found) <= 12 and all("@" in word or word in SMALL_WORDS or not word[0].islower() for word in found)


# -- our own letters -------------------------------------------------------------------


def starts_own_letter(lines: list[str], number: int) -> bool:
    """Whether a letter of ours begins here: its kind, and below that "Name, Kommune · 23. nov. 2026 kl. 08.00".

    It is known as old by that even where a program puts it below an answer without a lead-in.
    """
    if number + 1 >= len(lines) or not lines[number].strip() or len(lines[number]) > 80:
        return False
    author, dot, moment = lines[number + 1][:LONGEST_LOOK].rpartition(" · ")
    return bool(author and dot) and len(moment) < 40 and moment[:1].isdigit() and CLOCK.search(moment[-6:]) is not None
