"""The normal form of a text: one sign for each kind of digit, hyphen, space and line end, and nothing that nobody sees.

Whoever looks for something in a text looks for it there. A text that can be read in several ways has several forms: a
raised digit is one or a note, what is struck out counts or does not, a line's end parts two numbers or stands within
one. A place of a form can be found in the text as it is written.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from urllib.parse import unquote

LOOKS_LIKE = str.maketrans("СсРрОоІіҐӀΟοΙιΡρ", "CcPpOoIiTIOoIiPp")  # letters of Russian and Greek
HYPHENS = "\u02d7\u1806\u2043\u2053\u207b\u208b\u2212\u2500\u2501\u2796\u30fc\u4e00\uff70\x1e"
UNSEEN = (
    "[\x00-\x08\x1f\u00ad\u0300-\u036f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u20d0-\u20f0\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]+"
)
ESCAPE = r"%(?:25){0,3}(?:[2-7][0-9A-Fa-f]|[C-Fc-f][0-9A-Fa-f](?:%(?:25){0,3}[89ABab][0-9A-Fa-f]){1,3})"  # RFC 3986 2.1
ENTITY = (
    r"&(?:amp;){0,3}(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}"
    r"|nbsp|n?dash|mdash|minus|hyphen|shy|[lr]rm|zwn?j|e[mn]sp|thinsp|newline|tab);"
)
IN_CODE = r"\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|\\(?:r\\)?n(?=[\d> -])"  # RFC 8259 7, and as Python writes texts
QUOTED = r"=(?:\r?\n|(?:2D|3\d)(?:(?<=\d...)|(?=[\d=])))"  # RFC 2045 6.7
# Each begins with its sign and looks behind it then: so most of a text is passed over in one step
STRUNG = (  # "010190"&"-"&"1234"
    r"[\"'](?<=[\d-].) {0,3}[&+.] {0,3}[\"']?(?=[\d-])|[&+](?<=[\d-].) {0,3}[\"'](?=[\d-])"
)
WRAPPING = (  # of digits in bold or in brackets
    r"[*_`\"'’)\]\\](?<=\d.)[*_`\"'’)\]]{0,2}(?=-)|[*_`\"'‘(\[](?<=[\d*_`\"'’)\]]-.)[*_`\"'‘(\[]{0,2}(?=\d)"
)
VEIL = re.compile(rf"({UNSEEN}|\r(?=\n)|{STRUNG}|{WRAPPING})|{ESCAPE}|{ENTITY}|{IN_CODE}|{QUOTED}|\r")
BREAK = r"[ \t]{0,8}\r?\n[ \t>|]{0,8}"
RULE = r"(?:[-_=*] ?){3,80}"
JOINT = re.compile(  # a hyphen and the end of a line, in whatever order
    rf"(?<=\d)(?: {{0,2}}-{{1,3}}(?:{BREAK}){{1,2}}-?|(?:{BREAK}){{1,2}}-{{1,3}}(?:{BREAK})?"
    rf"|(?:{BREAK}){{1,2}}{RULE}(?:{BREAK}){{1,2}}(?=\d{{4}}[ \t]{{0,8}}(?:\r?\n|\Z)))(?=\d)"
)
WITHIN = re.compile(rf"(?<=\d){BREAK}(?=\d)")
STRUCK = re.compile(r"~~[^~\n]{1,200}~~")
STRIKE = re.compile("~~")
TURNED = re.compile("\u202e([^\u202a-\u202e\n]{1,400})")  # what is written backwards, up to where that ends
LOOSE_LINES = re.compile(r"[\v\f\x1c\x1d\x85\u2028\u2029]")
DIGIT_LIKE = re.compile(r"(?<![^\W_])[\dOoIl]{6} ?-? ?[\dOoIl]{4}(?![^\W_])")
AS_DIGITS = str.maketrans("OoIl", "0011")
DIGITS = frozenset("0123456789")
FEWEST_DIGITS = 6  # of ten, the others letters that look like some


@dataclass(frozen=True)
class Form:
    """A text in a normal form, and how to find a place of it in the text as it is written."""

    text: str
    places: Sequence[int] = (0,)  # from here on in this text,
    shifts: Sequence[int] = (0,)  # so much stands before it in the one that it was made of,
    source: "Form | None" = None  # none: the text as it is written, or one as long
    turned: Sequence[tuple[int, int]] = ()  # what is written backwards, from where to where in that text

    def written(self, start: int, end: int) -> tuple[int, int]:
        """The place (start, end) in the text as written of a place in this form, with the unseen signs behind it."""
        if self.source is not None:
            return self.source.written(self._before(start), self._before(end))
        for first, last in self.turned:
            if start < last and first < end:
                start, end = min(start, first), max(end, last)
        return start, end

    def _before(self, place: int) -> int:
        return place + self.shifts[bisect_right(self.places, place) - 1]


def forms_of(text: str) -> Iterator[Form]:
    """The text in its normal form, then in others in which it can be read; none of a text without digits."""
    signs = set(text)
    if signs.isdisjoint(DIGITS) and not any(WHOLE[ord(sign)] in DIGITS for sign in signs if not sign.isascii()):
        return
    seen: set[str] = set()
    for first in _in_plain_signs(text, signs):
        plain = _put(_put(first, VEIL, _stands_for), JOINT, lambda _: "-")
        plain = _with_digits(plain)
        for form in (plain, *_others(plain)):
            if form.text not in seen:
                seen.add(form.text)
                yield form


def _in_plain_signs(text: str, signs: set[str]) -> Iterator[Form]:
    """The text in plain signs, raised digits as they are and as digits; and what is written backwards, forwards."""
    plain, whole = (_translated(text, signs, table) for table in (PLAIN, WHOLE))
    yield Form(plain)
    if whole != plain:
        yield Form(whole)
    if "\u202e" in signs:
        turned = [found.span(1) for found in TURNED.finditer(whole)]
        yield Form(TURNED.sub(lambda found: f"\u202e{found.group(1)[::-1]}", whole), turned=turned)


def _translated(text: str, signs: set[str], table: "_Signs") -> str:
    """The text with other signs for those that it has; most texts have none to be changed."""
    changes = {ord(sign): table[ord(sign)] for sign in signs if table[ord(sign)] != sign}
    return text.translate(changes) if changes else text


def _others(plain: Form) -> Iterator[Form]:
    """Other readings of a form: without struck out text, with it, and with line ends taken out of numbers."""
    ways = [plain]
    if "~~" in plain.text:
        ways = [_put(plain, STRUCK, lambda _: ""), _put(plain, STRIKE, lambda _: "")]
        yield from ways
    for way in ways:
        if WITHIN.search(way.text):
            yield _put(way, WITHIN, lambda _: "")


def _put(form: Form, pattern: re.Pattern[str], sign_for: Callable[[re.Match[str]], str]) -> Form:
    """The form with each match of a pattern replaced by another sign."""
    pieces: list[str] = []
    places, shifts = [0], [0]
    last = length = 0
    for found in pattern.finditer(form.text):
        sign = sign_for(found)
        pieces += [form.text[last : found.start()], sign]
        length += found.start() - last + len(sign)
        last = found.end()
        places.append(length)
        shifts.append(last - length)
    if not pieces:
        return form
    return Form("".join([*pieces, form.text[last:]]), places, shifts, form)


def _with_digits(form: Form) -> Form:
    """The form with digits for the letters that stand for them in what has the shape of a number."""
    text = DIGIT_LIKE.sub(_as_digits, form.text)
    return form if text == form.text else Form(text, source=form)


def _as_digits(found: re.Match[str]) -> str:
    piece: str = found.group()
    has_enough = sum(map(str.isdecimal, piece)) >= FEWEST_DIGITS
    return piece.translate(AS_DIGITS) if has_enough else piece


def _stands_for(found: re.Match[str]) -> str:
    """The sign that an escaped one stands for; nothing for what nobody sees."""
    escaped: str = found.group()
    if found.group(1) or escaped[-1] == "\n":
        return ""
    if escaped[0] == "\r" or escaped[-1] == "n":
        return "\n"
    if escaped[0] == "%":
        read = unquote(escaped.replace("25", "", _times(escaped)))
    elif escaped[0] == "&":
        read = unescape(f"&{escaped[1:].replace('amp;', '')}")
    else:
        read = chr(int(escaped.lstrip("\\ux="), 16))
    return "" if re.fullmatch(UNSEEN, read) else read[:1].translate(WHOLE)


def _times(escaped: str) -> int:
    """How many times an escape was escaped itself: `%252D` once."""
    return len(re.findall("25", escaped[1 : len(escaped) - 2]))


class _Signs(dict[int, str]):
    """What each sign is in the normal form, found out when it is first met."""

    def __init__(self, *, has_raised: bool) -> None:
        self._has_raised = has_raised

    def __missing__(self, code: int) -> str:
        self[code] = self._sign(chr(code))
        return self[code]

    def _sign(self, letter: str) -> str:
        kind = unicodedata.category(letter)
        if kind == "Pd" or letter in HYPHENS:
            return "-"
        if kind == "Zs":
            return " "
        if LOOSE_LINES.match(letter):
            return "\n"
        if kind in ("Nd", "No") and (kind == "Nd" or self._has_raised):
            digit = unicodedata.digit(letter, None)
            return letter if digit is None else str(digit)
        if kind == "No" or letter.isascii():
            return letter
        alike = unicodedata.normalize("NFKC", letter).translate(LOOKS_LIKE)
        return alike if len(alike) == 1 and alike.isascii() else letter


PLAIN, WHOLE = _Signs(has_raised=False), _Signs(has_raised=True)
