"""Garbled text: letters that came out wrong because somebody took them for those of another character set.

UTF-8 that was taken for something else can be told for sure, and is put right. Of the rest there are too many ways to
undo each: a name is found again by the letters that all character sets share, whatever stands between them.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

LONGEST_RUN = 40  # letters that are put right together
MOST_TIMES = 3  # that a text was misread on its way
FEWEST_LETTERS = 3  # of a name, that all character sets share, by which it is known
FEWEST_ALONE = 6  # where nothing stands for the others

OCTETS = range(0x80, 0x100)
WRITERS = ("utf-8", "cp1252", "mac-roman", "cp850", "cp437")
READERS = ("cp1252", "mac-roman", "cp850", "cp437")  # to whom UTF-8 looks like nothing else
OTHER_READERS = (
    "latin-1", "iso8859-2", "cp1250", "cp1251", "cp1257", "iso8859-5", "iso8859-7", "koi8-r", "gb18030", "shift_jis",
    "ascii",
)  # fmt: skip
IN_SEVEN_BITS = str.maketrans("æøåÆØÅ", "{|}[\\]")  # DS 2089
LOST = "\ufffd"
STANDS_FOR_ANY = ("?", "_")  # where programs have no such letter

LETTER_OF = {reader: [bytes([octet]).decode(reader, "ignore") or chr(octet) for octet in OCTETS] for reader in READERS}
OCTET_OF = {reader: dict(zip(letters, OCTETS, strict=True)) for reader, letters in LETTER_OF.items()}
OCTET_OF["cp1252"] |= {chr(octet): octet for octet in OCTETS if octet < 0xA0}  # as ISO 8859-1 has them


def _utf8_as_seen(octet_of: dict[str, int]) -> str:
    """An expression for UTF-8 (RFC 3629 4) that was read in a character set, given that set's letter for each octet."""

    def letters(first: int, last: int) -> str:
        return f"[{re.escape(''.join(letter for letter, octet in octet_of.items() if first <= octet <= last))}]"

    following = letters(0x80, 0xBF)
    return rf"(?:{letters(0xC2, 0xDF)}{following}|{letters(0xE0, 0xEF)}{following}{{2}})"


MISREAD = "|".join(f"{_utf8_as_seen(octets)}{{1,{LONGEST_RUN}}}" for octets in OCTET_OF.values())
RUN = re.compile(MISREAD)
LATIN = re.compile(r"[\x00-\u024f\u0300-\u036f\u02c0-\u02df\u2000-\u2122]*")  # what is believed to have been meant

EVERYDAY = "æøåäöüéèëêáàâóôíîïúûýðþñçßÆØÅÄÖÜÉÈÁÓÍÚÝÐÞÇ"
SIGNS = "\xa0§°½¼¾²³´¨·€£–—‘’‚“”„«»…•™®©×"  # at home between words
READABLE = re.compile(rf"[\x20-\x7e{EVERYDAY}{SIGNS}]*")
WITHIN_A_WORD = re.compile(r"[^\W\d_](?:[^\x00-\x7f\w’´–·]|[?{|}\\~^])[^\W\d_]")
ENCODED_WORD = re.compile(
    r"=[?_]\S{1,40}[?_][bq][?_]", re.IGNORECASE
)  # that is broken (RFC 2047 2); `?` is none of a name
TORN = re.compile(
    r"[A-Za-z](?:[^\x00-\u036f\u1e00-\u1eff\u200b-\u2015’…\ufb00-\ufb06]|[\x80-\x9f¡-¬®-³µ¶¸-¿×÷])[a-z]"
    r"|[a-z][À-ÖØ-ÞŒŠŽŸ][a-z]"
)

LETTERS = re.compile(r"(?P<odd>[^\x00-\x7f])(?P<behind>[\x00-\x7f]?)|[\x00-\x7f]")
ESCAPED = (  # a letter written as octets or as its number in hexadecimal or octal digits, or in UTF-7
    r"(?:(?:[%=]|\\x)[0-9A-Fa-f]{2}|\\[0-3][0-7]{2}|\\u[0-9A-Fa-f]{4}){1,4}|\+[A-Za-z0-9/]{2,4}-"
)
WITHIN = rf"(?:{ESCAPED}|[^A-Za-z0-9\s]{{1,8}})"
AT_EDGE = rf"(?:{ESCAPED}|[^\x00-\x7fæøåäöüé{SIGNS}]{{1,8}})"


# -- reading ---------------------------------------------------------------------------


def repair(text: str) -> str:
    """The text with UTF-8 that was taken for another character set put right, also where that happened twice."""
    return text if text.isascii() else composed(RUN.sub(lambda found: repair_run(found.group()), text))


def composed(text: str) -> str:
    """The text with each letter and its accents as one character (NFC): macOS writes å as two."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


@lru_cache(maxsize=1_000)
def repair_run(run: str, times: int = MOST_TIMES) -> str:
    """A run that `MISREAD` found, put right if letters of ours come of it; unchanged otherwise."""
    for octet_of in OCTET_OF.values() if times and not run.isascii() else ():
        if (again := _read_again(run, octet_of)) and LATIN.fullmatch(better := repair_run(again, times - 1)):
            return better
    return run


def _read_again(run: str, octet_of: dict[str, int]) -> str:
    """A run read as UTF-8; nothing if it is none."""
    try:
        return bytes(octet_of.get(letter) or letter.encode("ascii")[0] for letter in run).decode("utf-8")
    except UnicodeError:
        return ""


def is_torn(text: str) -> bool:
    """Whether a sign, a capital or another script's letter stands within a word, as in the wrong character set."""
    return not text.isascii() and TORN.search(text) is not None


def has_lost_letters(text: str) -> bool:
    """Whether a sign stands where a letter belongs."""
    return LOST in text or WITHIN_A_WORD.search(text) is not None


def is_readable(text: str) -> bool:
    """Whether each sign is one that a Danish text has, and none stands where a letter belongs."""
    return READABLE.fullmatch(text) is not None and not WITHIN_A_WORD.search(text) and not ENCODED_WORD.search(text)


# -- finding ---------------------------------------------------------------------------


def garbled(words: Iterable[str]) -> re.Pattern[str] | None:
    """An expression for these words where their letters beyond ASCII came out as something else, if they have any.

    It is for a text as it stands; other letters may follow what is found.
    """
    loose: set[str] = set()
    known: set[str] = set()
    for word in {composed(word) for word in words if not word.isascii()}:
        shared = sum(letter.isascii() for letter in word)
        if shared >= FEWEST_LETTERS:
            loose.add(_loose_form(word, shared))
        elif shared and len(word) > 2:
            known |= set(_known_forms(word))
    forms = [*_by_first_letter(known), *(f"(?i:{form})" for form in sorted(loose, key=lambda one: (-len(one), one)))]
    return re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(forms)})") if forms else None


def torn(words: Iterable[str]) -> re.Pattern[str] | None:
    """An expression for these words where a space stands for a letter beyond ASCII: Pr vested."""
    forms = {form for word in words if (form := _torn_form(composed(word)))}
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(sorted(forms, key=len, reverse=True))})") if forms else None


def _torn_form(word: str) -> str:
    """An expression for a capitalised word with blanks in place of its letters beyond ASCII; empty for a short one."""
    pieces = re.split(r"[^\x00-\x7f]+", word)
    if len(pieces) < 2 or not pieces[0] or len(pieces[-1]) < FEWEST_LETTERS or sum(map(len, pieces)) < FEWEST_ALONE:
        return ""
    first, *rest = pieces
    behind = r"[ \t]{1,2}".join(map(re.escape, rest))
    return rf"{re.escape(first[0].upper())}(?i:{re.escape(first[1:])}[ \t]{{1,2}}{behind})"


def _by_first_letter(forms: Iterable[str]) -> Iterator[str]:
    """Expressions for these words, such that few of them are tried at a place."""
    by_first: dict[str, list[str]] = {}
    for form in sorted(forms, key=lambda one: (-len(one), one)):
        by_first.setdefault(form[0], []).append(re.escape(form[1:]))
    if by_first:
        firsts = (f"{re.escape(first)}(?:{'|'.join(rests)})" for first, rests in by_first.items())
        yield rf"(?=[{re.escape(''.join(by_first))}])(?:{'|'.join(firsts)})"


def _loose_form(word: str, shared: int) -> str:
    """An expression for a word with anything in place of its letters beyond ASCII."""
    return "".join(
        _loose_letter(found, len(word), shared) if found["odd"] else re.escape(found.group())
        for found in LETTERS.finditer(word)
    )


def _loose_letter(found: re.Match[str], length: int, shared: int) -> str:
    odd, behind, place = found["odd"], re.escape(found["behind"]), found.start()
    one = f"(?:{odd}|{WITHIN if 0 < place < length - 1 else AT_EDGE})"
    is_swallowing = behind and place > 0 and shared > FEWEST_LETTERS  # two octets for one letter
    missing = f"|{behind}" if shared >= FEWEST_ALONE else ""
    return f"(?:{one}{behind}{'?' if is_swallowing else ''}{missing})"


def _known_forms(word: str) -> Iterator[str]:
    """The forms in which a word stands where it was read in a wrong character set."""
    for written in {word.lower(), word.upper(), word.capitalize()}:
        yield written.translate(IN_SEVEN_BITS)
        yield from ("".join(letter if letter.isascii() else sign for letter in written) for sign in STANDS_FOR_ANY)
        for writer in WRITERS:
            for reader in (*READERS, *OTHER_READERS):
                form = written.encode(writer, "replace").decode(reader, "replace")
                if form != written and sum(letter.isascii() for letter in form):
                    yield form
