"""Arguments: the words behind a command word, in the fixed form of each command. Any other form is a sentence."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from mailer.processing.commands.words import Verb

NUMBERS = {
    "en": 1, "et": 1, "to": 2, "tre": 3, "fire": 4, "fem": 5, "seks": 6, "syv": 7, "otte": 8, "ni": 9, "ti": 10,
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "a": 1,
}  # fmt: skip
UNITS = {"dag": 1, "dage": 1, "day": 1, "days": 1, "uge": 7, "uger": 7, "week": 7, "weeks": 7}
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        ("mandag monday", "tirsdag tuesday", "onsdag wednesday", "torsdag thursday", "fredag friday",
         "lørdag loerdag saturday", "søndag soendag sunday")
    )
    for name in names.split()
}  # fmt: skip
MONTHS = {
    name: number
    for number, names in enumerate(
        ("januar jan january", "februar feb february", "marts mar march", "april apr", "maj may", "juni jun june",
         "juli jul july", "august aug", "september sep sept", "oktober okt october oct", "november nov",
         "december dec"), start=1,
    )
    for name in names.split()
}  # fmt: skip
FOR = re.compile(r"(?:i |for |in )?(?P<count>\d{1,3}|[^\W\d_]{1,5}) (?P<unit>[^\W\d_]+)")
UNTIL = r"(?:til|indtil|until|till|to)(?: og med)?(?: på| den| d\.| on| the)?"
UNTIL_WEEKDAY = re.compile(rf"{UNTIL} (?P<day>[^\W\d_]+)")
UNTIL_DAY = re.compile(
    rf"{UNTIL} (?P<day>\d{{1,2}})(?:\.|/|-|st|nd|rd|th)? ?(?P<month>\d{{1,2}}|[^\W\d_]+)\.?"
    r"(?:[ /.-]?(?P<year>\d{4}))?"
)
UNTIL_ISO = re.compile(rf"{UNTIL} (?P<year>\d{{4}})-(?P<month>\d{{2}})-(?P<day>\d{{2}})")
ON_REPLY = re.compile(r"(?:på|paa|for|on|for a|on a|for an) (?:et )?(?:svar|svaret|spørger|reply|answer|asker)")
TICKET = re.compile(
    r"(?:(?:med|ind i|i|sammen med|with|into) )?\[?(?P<prefix>[^\W\d_][^\W_]{0,19})-(?P<number>\d{1,9})\]?"
)
NAME = re.compile(r"(?:(?:til|to) )?(?P<name>[^\s<>,;:?()]+(?: [^\s<>,;:?()]+){0,3})")
LIST = re.compile(r"(?:(?:til|to|over i) )?(?P<name>[\w.@+-]+)")
NAME_WORD = re.compile(r"[^\W\d_][\w.'’-]*")
TOPIC = re.compile(r"[\w§.()/&' -]{1,40}")
BEFORE_NAME = re.compile(r"(?:,|afløser:?|stand-in:?|ved|hos|og|and|by|with)\s+", re.IGNORECASE)
INCLUSIVE = re.compile(r"\bog med\b")
MOST_TOPICS, MOST_WORDS = 10, 4
VERBS_AND_THE_LIKE = (
    "er var har når skal kan må bør vil i vi jeg det der som at ikke hvis is are the must can should you we to"
)
IN_SENTENCES = frozenset(VERBS_AND_THE_LIKE.split())
FARTHEST = timedelta(days=400)


@dataclass(frozen=True)
class Argument:
    """What a command is about: a name, a ticket, words; or a day."""

    text: str = ""
    until: date | None = None


def read_argument(verb: Verb, text: str, today: date, *, is_loud: bool) -> Argument | None:
    """The words behind a command word, be they none; None if they are not in this command's form.

    A command in capitals or with a sigil is meant as one, so its form may be freer.
    """
    reader = READERS.get(verb)
    if reader is None:
        return Argument() if not text else None
    return reader(text, today, is_loud)


def _read_day(text: str, today: date, is_loud: bool) -> Argument | None:
    lowered = text.lower()
    if not lowered or ON_REPLY.fullmatch(lowered):
        return Argument()
    day = _find_day(lowered, today)
    return Argument(until=day) if day and today < day <= today + FARTHEST else None


def _find_day(text: str, today: date) -> date | None:
    return _after_days(text, today) or _on_weekday(text, today) or _on_date(text, today)


def _read_absence(text: str, today: date, is_loud: bool) -> Argument | None:
    """Until which day, and who stands in: the longest beginning that is a day, and a name."""
    words = text.split()
    for count in range(len(words), 0, -1):
        when = " ".join(words[:count]).rstrip(",").lower()
        if day := _find_day(when, today):
            back = day + timedelta(days=1) if INCLUSIVE.search(when) else day
            return _with_stand_in(back, " ".join(words[count:]), today, is_loud)
    return None if words else Argument()


def _with_stand_in(back: date, name: str, today: date, is_loud: bool) -> Argument | None:
    name = BEFORE_NAME.sub("", name, count=1) if name else ""
    person = _read_person(name, today, is_loud) if name else Argument()
    return Argument(person.text, back) if person and today < back <= today + FARTHEST else None


def _after_days(text: str, today: date) -> date | None:
    found = FOR.fullmatch(text)
    if found is None or found["unit"] not in UNITS:
        return None
    count = int(found["count"]) if found["count"].isdecimal() else NUMBERS.get(found["count"], 0)
    return today + timedelta(days=count * UNITS[found["unit"]])


def _on_weekday(text: str, today: date) -> date | None:
    found = UNTIL_WEEKDAY.fullmatch(text)
    if found is None:
        return None
    if found["day"] in ("i morgen", "imorgen", "tomorrow"):
        return today + timedelta(days=1)
    wanted = WEEKDAYS.get(found["day"])
    return None if wanted is None else today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1)


def _on_date(text: str, today: date) -> date | None:
    found = UNTIL_ISO.fullmatch(text) or UNTIL_DAY.fullmatch(text)
    if found is None:
        return None
    month = int(found["month"]) if found["month"].isdecimal() else MONTHS.get(found["month"].rstrip("."), 0)
    year = int(found["year"]) if found["year"] else today.year
    try:
        day = date(year, month, int(found["day"]))
        return day if found["year"] or day > today else day.replace(year=year + 1)
    except ValueError:
        return None


def _read_ticket(text: str, today: date, is_loud: bool) -> Argument | None:
    found = TICKET.fullmatch(text)
    return Argument(f"{found['prefix'].upper()}-{int(found['number'])}") if found else None


def _read_person(text: str, today: date, is_loud: bool) -> Argument | None:
    found = NAME.fullmatch(text)
    if found is None:
        return None
    words = found["name"].split()
    if len(words) == 1 and "@" in words[0]:
        return Argument(words[0].lower())
    is_name = all(map(NAME_WORD.fullmatch, words)) and all(word[0].isupper() for word in words)
    return Argument(found["name"]) if is_name or (len(words) == 1 and NAME_WORD.fullmatch(words[0])) else None


def _read_list(text: str, today: date, is_loud: bool) -> Argument | None:
    found = LIST.fullmatch(text)
    return Argument(found["name"]) if found else None


def _read_topics(text: str, today: date, is_loud: bool) -> Argument | None:
    topics = [" ".join(one.split()) for one in text.removeprefix(":").split(",") if one.strip()]
    is_list = 0 < len(topics) <= MOST_TOPICS and all(map(TOPIC.fullmatch, topics))
    if not is_list or any(len(one.split()) > MOST_WORDS for one in topics):
        return None
    is_sentence = not is_loud and not IN_SENTENCES.isdisjoint(text.lower().replace(",", " ").split())
    return None if is_sentence else Argument(", ".join(dict.fromkeys(topics)))


def _read_short(text: str, today: date, is_loud: bool) -> Argument | None:
    said = text.removeprefix(":").strip()
    return Argument(said) if text.startswith(":") and said else None


def _read_inline(text: str, today: date, is_loud: bool) -> Argument | None:
    """Nothing, or a colon and the beginning of what follows."""
    return Argument(text.removeprefix(":").strip()) if not text or text.startswith(":") else None


def _read_nothing(text: str, today: date, is_loud: bool) -> Argument | None:
    return Argument() if text in ("", ":") else None


READERS: dict[Verb, Callable[[str, date, bool], Argument | None]] = {
    Verb.PENDING: _read_day,
    Verb.AWAY: _read_absence,
    Verb.MERGE: _read_ticket,
    Verb.ASSIGN: _read_person,
    Verb.MOVE: _read_list,
    Verb.TOPICS: _read_topics,
    Verb.SHORT: _read_short,
    Verb.NOTE: _read_inline,
    Verb.CORRECT: _read_nothing,
    Verb.ANSWER: _read_nothing,
}
