"""What mail programs and mail systems add around an answer: signatures, phone footers, disclaimers, banners.

"Tak" is never a signature by itself, and a greeting is one only if nothing but a name, an address and the like
follows it: whoever asks or adds something below their name is still writing.
"""

import re
from itertools import islice

from mailer.texts.footers import starts_disclaimer, starts_footer
from mailer.texts.leadins import LONGEST_LOOK
from tickets.text.greetings import is_closing

LONGEST_SIGNATURE = 12  # written lines behind a closing greeting, the disclaimer left out
LONGEST_SIGNATURE_LINE = 100
FARTHEST = 60  # written lines from the end among which a signature is looked for

FOOTERS = (
    "få outlook til ", "få outlook for ", "hämta outlook för ", "last ned outlook for ", "hent outlook til ",
    "hent outlook for ", "get outlook for ", "download outlook ", "skaffa outlook för ", "outlook für ",
    "sendt fra outlook", "sent from outlook", "sendt fra mail til ", "sent from mail for ",
)  # fmt: skip
SENT_FROM = (
    "sendt fra ", "sendt via ", "sendt med ", "sent from ", "sent via ", "sent with ", "skickat från ", "gesendet von ",
    "von meinem ", "envoyé de ", "envoyé depuis ", "verstuurd vanaf ", "inviato da ", "enviado desde ", "fra min ",
)  # fmt: skip
DEVICES = {
    "iphone", "ipad", "ios", "mobil", "mobile", "mobiltelefon", "telefon", "phone", "smartphone", "smarttelefon",
    "tablet", "samsung", "galaxy", "android", "huawei", "xperia", "sony", "nokia", "htc", "oneplus", "pixel",
    "blackberry", "windows", "outlook", "yahoo", "proton", "protonmail", "gmail", "spark", "sparrow", "mac",
    "thunderbird", "fairphone", "nine", "airmail",
}  # fmt: skip
AROUND_DEVICES = re.compile(r"[\s/-]+")
WORD = re.compile(r"\w\w+")
LINK = re.compile(r"<?https?://\S+|<mailto:\S+")
SEPARATOR = re.compile(r"\s[|·•]\s")
ADDRESS = re.compile(r"\s?<[^<>]{1,200}>")

DISCLAIMERS = (
    "denne e-mail", "denne mail", "denne meddelelse", "denne besked", "e-mailen og eventuelle", "mailen og eventuelle",
    "tænk på miljøet", "fortrolighed", "fortroligt:", "disclaimer", "oplysninger om databeskyttelse",
    "læs om, hvordan vi behandler", "læs, hvordan vi behandler", "læs mere om, hvordan", "sådan behandler vi dine",
    "vi behandler dine personoplysninger", "når du skriver til", "send sikkert", "send personfølsomme", "this e-mail",
    "this email", "this message", "the information contained", "the information in this", "the contents of this",
    "confidentiality", "please consider the", "think before you print", "p please consider", "diese e-mail",
)  # fmt: skip
BANNER_NAMES = {
    "ekstern", "ekstern mail", "ekstern e-mail", "ekstern email", "ekstern afsender", "eksternt", "external", "extern",
    "external email", "external e-mail", "external mail", "external sender", "external message", "mail udefra",
    "zjqcmqryfpfptbannerstart", "zjqcmqryfpfptbannerend",
}  # fmt: skip
ALARMS = (
    "caution", "warning", "attention", "notice", "advarsel", "obs", "bemærk", "pas på", "vær opmærksom", "ekstern",
    "external", "denne mail", "denne e-mail", "denne email", "denne meddelelse", "denne besked", "this e-mail",
    "this email", "this message", "mail fra ekstern", "e-mail fra ekstern", "sikkerhedsadvarsel", "vigtigt",
    "du modtager ikke ofte", "du får ikke ofte", "you don't often get", "you don’t often get",
    "some people who received", "nogle personer, der har", "nogle af de personer, der har",
)  # fmt: skip
OUTSIDE = (
    "udefra", "uden for", "udenfor", "ekstern", "external", "outside", "kommer ikke fra", "ofte mail", "ofte e-mail",
    "often get email", "ofte får mail", "ofte får e-mail",
)  # fmt: skip
SECURED = (  # by a server in front, as it says of what it took in
    "modtaget sikkert",
    "modtaget krypteret",
    "modtaget via sikker",
    "modtaget via tunnel",
    "sendt sikkert",
    "sendt krypteret",
    "sendt via sikker",
    "sendt via tunnel",
    "sendt med sikker",
    "sent securely",
    "received securely",
)
ADVICE = (
    "link", "vedhæft", "attachment", "klik", "click", "afsender", "sender", "recogni", "indhold", "content", "lær mere",
    "få mere at vide", "learn why", "learn more",
)  # fmt: skip
LABELS = {
    "klassifikation", "klassificering", "dataklassifikation", "dataklassificering", "følsomhed", "fortrolighed",
    "fortrolighedsgrad", "classification", "sensitivity", "confidentiality",
}  # fmt: skip
MOST_LABEL_WORDS = 3
MOST_BANNER_LINES = 4
HIGHEST_BANNER = 8  # lines from the top

AFTERTHOUGHT = re.compile(r"\s{0,8}(?:P\.? ?S\.?(?!\w)|NB\b)", re.IGNORECASE)
BRACKETS = "[]()*<>!⚠️#:.-_= \t\xa0|~"


def is_phone_footer(line: str) -> bool:
    """Whether a phone or a program advertises itself here: "Hent Outlook til iOS", "Sendt fra min iPhone"."""
    if "<" in line:
        line = ADDRESS.sub("", line[:LONGEST_LOOK])
    look = line.strip("* \t\xa0.!").lower()
    if not look or len(look) > LONGEST_SIGNATURE_LINE:
        return False
    if look.startswith(FOOTERS):
        return len(look) < 50 and "," not in look
    if not look.startswith(SENT_FROM) or "," in look or ". " in look:
        return False
    words = AROUND_DEVICES.split(look.replace("(", " "))
    return len(words) <= 9 and not DEVICES.isdisjoint(words)


def find_signature(lines: list[str], author: str = "") -> int:
    """The line at which signature, phone footer, disclaimer and the like begin, or how many lines there are.

    They run to the end, are short in every way, and neither ask nor add anything. Where somebody signs below another
    signature, and it is not the author, that is another's mail, and stays whole.
    """
    tail = _tail(lines)
    for place, number in enumerate(tail):
        look = lines[number][: LONGEST_LOOK + 1]
        if not _starts_signature(lines, number, look):
            continue
        is_marked = look.rstrip() == "--"
        below = [lines[at][: LONGEST_LOOK + 1] for at in tail[place + 1 :]]
        if _is_signature(below, is_marked=is_marked):
            is_anothers = bool(author) and any(is_closing(lines[at]) for at in tail[:place])
            return len(lines) if is_anothers and not _signs([look, *below[:2]], author) else number
    return len(lines)


def _signs(signature: list[str], author: str) -> bool:
    """Whether a word of the author's name stands in the first lines of a signature."""
    return not set(WORD.findall(author.lower())).isdisjoint(WORD.findall(" ".join(signature).lower()))


def _tail(lines: list[str]) -> list[int]:
    """The last written lines, by number."""
    numbers = range(len(lines) - 1, -1, -1)
    tail = list(islice((number for number in numbers if lines[number] and not lines[number].isspace()), FARTHEST))
    return tail[::-1]


def _starts_signature(lines: list[str], number: int, look: str) -> bool:
    return (
        look.rstrip() == "--"
        or is_closing(look)
        or is_phone_footer(look)
        or starts_disclaimer(look)
        or starts_footer(lines, number)
    )


def _is_signature(looks: list[str], *, is_marked: bool) -> bool:
    """Whether lines below a greeting or a mark are a signature, and nothing further that the author says."""
    for place, look in enumerate(looks):
        if look.lstrip("* \t").lower().startswith(DISCLAIMERS):
            return True
        if place >= LONGEST_SIGNATURE or look.lstrip().startswith(">") or _is_long(look):
            return False
        if AFTERTHOUGHT.match(look) or look.rstrip().endswith("?") or (not is_marked and _is_sentence(look)):
            return False
    return True


def _is_long(look: str) -> bool:
    """Whether a line is too long for a signature's; the targets of links and the words of pictures do not count."""
    if len(look) <= LONGEST_SIGNATURE_LINE or look.startswith("["):
        return False
    return len(LINK.sub("", look)) > (2 if SEPARATOR.search(look) else 1) * LONGEST_SIGNATURE_LINE


def _is_sentence(look: str) -> bool:
    """Whether a line is a sentence, and no name, office or address."""
    words = look.split()
    small = sum(word[0].islower() for word in words)
    return len(words) >= 5 and look.rstrip().endswith((".", "!", ":", ",")) and small * 2 >= len(words)


def banner_length(lines: list[str]) -> int:
    """How many lines at the top the receiving mail system put there: "[EKSTERN] …", "CAUTION: …"."""
    length = number = 0
    while number < min(len(lines), HIGHEST_BANNER):
        if _is_banner(lines[number][:LONGEST_LOOK]):
            length = number = _banner_end(lines, number)
        elif lines[number].strip():
            break
        else:
            number += 1
    return length


def _is_banner(look: str) -> bool:
    core = look.strip(BRACKETS).lower()
    if core in BANNER_NAMES or _is_classification(core):
        return True
    said = core.replace("[", "").replace("]", "")
    return (
        said.startswith(ALARMS)
        and any(phrase in said for phrase in OUTSIDE + SECURED)
        and not look.rstrip().endswith("?")
    )


def _is_classification(core: str) -> bool:
    """Whether an office's label for secrecy stands here: "Klassifikation: Internt"."""
    name, colon, value = core.partition(":")
    return bool(colon) and name.rstrip() in LABELS and 0 < len(value.split()) <= MOST_LABEL_WORDS


def _banner_end(lines: list[str], number: int) -> int:
    """The line behind a banner and the advice that follows it in the same paragraph."""
    end = number + 1
    while end < min(len(lines), number + MOST_BANNER_LINES):
        advice = lines[end][:LONGEST_LOOK].lower()
        if not advice.strip() or not any(word in advice for word in ADVICE) or advice.rstrip().endswith("?"):
            break
        end += 1
    return end
