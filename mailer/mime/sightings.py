"""Sightings: where a token or a login secret of ours stands in a text, known by its own shape however it is written.

What stands round a token is written in too many ways to be looked for: a port in a link, "name at domain", addresses
of other lists. The token itself is 34 letters and digits of one case that no word, number or checksum has (`tokens`).
"""

import base64
import binascii
import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tickets.tokens import LENGTH

Span = tuple[int, int]  # of a text, from and to

FLAGS = re.IGNORECASE | re.ASCII
# Signs as they stand in text, and as links, quoted-printable, HTML, JSON, RTF and programs that check links write them.
ENCODED = r"(?:[%=*-]|%25|%2525|\\'|\\u00)"
PLUS = rf"(?:[+-]|{ENCODED}2[bd]|&#0{{0,3}}43;|&#x2b;|&plus;)"
SLASH = r"(?:/|\\/|(?:[%=*-]|%25|%2525)2f|&#x2f;|&#47;|&sol;|_)"
# Where a token may begin: behind no letter, or behind a sign that was encoded with letters.
BEGIN = r"(?:(?<![a-z0-9])|(?<=[%=*-][2-7][0-9a-f])|(?<=25[2-7][0-9a-f])|(?<=\\'[2-7][0-9a-f])|(?<=\\u00[2-7][0-9a-f]))"
INVISIBLE = (
    "[\u00ad\u034f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]"
    "|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa0-\xa4]|\xef\xbb\xbf|\xc2\xad"  # the same, as octets
    "|[=%]E2[=%]8[01][=%][89AB][0-9A-F]|[=%]C2[=%]AD|[=%]EF[=%]BB[=%]BF"
    r"|&(?:#173|#820[3-7]|#8288|#65279|#x0{0,2}(?:ad|200[b-f]|2060|feff)|shy|zwnj|zwj|zerowidthspace|nobreak);"
    r"|\\u(?:00ad|200[b-f]|2060|feff)|\\(?:-|zwbo ?|zwnj ?|'ad)"
)
INLINE = (
    r"</?(?:wbr|span|b|i|u|em|strong|font|small|mark|code|tt|o:p|text:span|text:soft-page-break|a:(?:r|t|rPr|latin)"
    r"|w:(?:r|t|rPr|lang|noProof|proofErr|rFonts|sz|szCs|color|rStyle|u|b|i|softHyphen|bookmarkStart|bookmarkEnd))"
    r"(?:[ \t\r\n][^<>]{0,200})?/?>"
)
LINE_END = r"=?[ \t]{0,8}(?:\r\n|\n|\r)[ \t>|]{0,40}"
GAP = rf"(?:{INVISIBLE}|{INLINE}|{LINE_END}){{1,12}}+"
A_GAP = re.compile(GAP, FLAGS)
MOST_GAPS = 3
MOST_LINE_ENDS = 2  # within a token: a column of words is none
FEWEST_DIGITS = 2
BEYOND_HEXADECIMAL = re.compile(r"[g-z]", FLAGS)
ALNUM = re.compile(r"[0-9a-z]", FLAGS)
DIGIT = re.compile(r"[0-9]")


@dataclass(frozen=True)
class Shape:
    """The shape of one kind of secret."""

    begin: str  # of what stands before it
    letter: str
    first: str  # what the first letters may be
    length: int
    is_one: Callable[[str], bool]

    def compile(self) -> re.Pattern[str]:
        """The pattern that finds a token of this shape, whole or broken over a few lines."""
        one, less = f"{self.letter}{{{self.length}}}(?!{self.letter}|[a-z0-9])", f"{self.letter}{{1,{self.length - 1}}}"
        broken = rf"{less}+(?:{GAP}{less}+){{1,{MOST_GAPS}}}+"
        long = -(-self.length // (MOST_GAPS + 1))  # letters of the longest piece
        has_long = rf"(?:{self.letter}{{0,{long - 1}}}+{GAP}){{0,{MOST_GAPS}}}+{self.letter}{{{long}}}"
        return re.compile(rf"{self.begin}(?P<secret>(?={self.first})(?:{one}|(?={has_long}){broken}))", FLAGS)


def _is_token(letters: str) -> bool:
    """Whether the letters are of one case, as ours are, and neither a word, a number nor a checksum."""
    is_of_one_case = letters in (letters.lower(), letters.upper())
    is_mixed = len(DIGIT.findall(letters)) >= FEWEST_DIGITS and BEYOND_HEXADECIMAL.search(letters) is not None
    return is_of_one_case and is_mixed


TOKEN = Shape(
    begin=rf"(?=[0-3oil+%=*\\&-])(?:{BEGIN}(?=[0-3oil])|(?<=[a-z0-9._-])(?P<sign>{PLUS}))",
    letter="[0-9a-tv-z]",
    first="[0-3oil]",  # what numbers below a quarter of a million begin with
    length=LENGTH,
    is_one=_is_token,
)
SECRET = Shape(  # of a login link
    begin=rf"(?<=login)(?:{SLASH}){{1,4}}(?:{GAP})?",
    letter=r"[0-9a-z_-]",
    first="",
    length=43,
    is_one=lambda letters: True,
)
PATTERNS = [(shape, shape.compile()) for shape in (TOKEN, SECRET)]

# Letters that are all written as their numbers, as programs do that hide addresses from robots.
ESCAPE = re.compile(r"%[2-7][0-9a-f]|=[2-7][0-9a-f]|\\'[2-7][0-9a-f]|\\u00[2-7][0-9a-f]|&#x?[0-9a-f]{2,5};", FLAGS)
ESCAPES = re.compile(rf"(?:{ESCAPE.pattern}|{GAP}){{{LENGTH},600}}", FLAGS)
BASE64 = re.compile(r"[A-Za-z0-9+/_-]{46,}(?:\r?\n[A-Za-z0-9+/_-]{4,})*+")
LINE_ENDS = re.compile(r"[\r\n]+")
URL_SAFE = str.maketrans("-_", "+/")
A_FILE = 20_000  # letters in base64; so many begin at their beginning
QUANTUM = 4  # letters of base64 for three octets


def sightings(text: str) -> list[Span]:
    """The pieces of a text that are a secret's letters, in their order; a sign before a token is one of them."""
    return in_order([*_plain(text), *_escaped(text), *_coded(text)])


def sightings_plain(text: str) -> list[Span]:
    """The same as `sightings`, without secrets in base64."""
    return in_order([*_plain(text), *_escaped(text)])


def cut(text: str, spans: list[Span]) -> str:
    """The text without these pieces."""
    ends = [0, *(end for _, end in spans)]
    starts = [*(start for start, _ in spans), len(text)]
    return "".join(text[end:start] for end, start in zip(ends, starts, strict=True)) if spans else text


def blank(text: str, spans: list[Span]) -> str:
    """The text, as long as it is, with an x for every letter of these pieces."""
    letters = list(text) if spans else []
    for start, end in spans:
        letters[start:end] = "x" * (end - start)
    return "".join(letters) if spans else text


def in_order(spans: list[Span]) -> list[Span]:
    """The pieces by their beginning, without those that overlap an earlier one."""
    ordered: list[Span] = []
    for start, end in sorted(spans):
        if not ordered or start >= ordered[-1][1]:
            ordered.append((start, end))
    return ordered


def _plain(text: str) -> Iterator[Span]:
    for shape, pattern in PATTERNS:
        at = 0
        while found := pattern.search(text, at):
            pieces = _pieces(found, shape)
            at = pieces[-1][1] if pieces else _first_end(found)
            yield from pieces


def _first_end(found: re.Match[str]) -> int:
    """Where the first piece of a match that is no secret ends, behind which the next may begin."""
    gap = A_GAP.search(found["secret"])
    return found.start("secret") + (gap.start() if gap else len(found["secret"]))


def _pieces(found: re.Match[str], shape: Shape) -> list[Span]:
    """The pieces between gaps, if together they are as long as the secret; else none."""
    start, written = found.start("secret"), found["secret"]
    gaps = [(gap.start(), gap.end()) for gap in A_GAP.finditer(written)]
    ends = [*(first for first, _ in gaps), len(written)]
    pieces: list[Span] = []
    for first, last in zip([0, *(last for _, last in gaps)], ends, strict=True):
        pieces.append((start + first, start + last))
        missing = shape.length - sum(end - begin for begin, end in pieces)
        if missing <= 0:
            break
    if missing or ALNUM.match(found.string, pieces[-1][1]):
        return []
    letters = "".join(found.string[begin:end] for begin, end in pieces)
    is_one = shape.is_one(letters) and len(LINE_ENDS.findall(written[: pieces[-1][1] - start])) <= MOST_LINE_ENDS
    sign = [found.span("sign")] if shape is TOKEN and found["sign"] else []
    return sign + pieces if is_one else []


def _escaped(text: str) -> Iterator[Span]:
    """Pieces whose letters are written as their numbers."""
    for chain in ESCAPES.finditer(text):
        units = list(ESCAPE.finditer(chain[0]))
        said = "".join(map(_unescape, units))
        for start, end in _plain(said):
            yield chain.start() + units[start].start(), chain.start() + units[end - 1].end()


def _unescape(unit: re.Match[str]) -> str:
    return html.unescape(unit[0])[:1] if unit[0][0] == "&" else chr(int(unit[0][-2:], 16))


def _coded(text: str) -> Iterator[Span]:
    """Pieces in base64 that say a secret, as addresses of programs that check or count links do."""
    for run in BASE64.finditer(text):
        letters = LINE_ENDS.sub("", run[0]).translate(URL_SAFE)
        for offset in range(QUANTUM if len(letters) < A_FILE else 1):
            for start, end in _plain(_decode(letters[offset:])):
                first, last = offset + start // 3 * QUANTUM, offset + -(-end // 3) * QUANTUM
                yield from _where(run, first, min(last, len(letters)))


def _decode(letters: str) -> str:
    try:
        whole = letters[:-1] if len(letters) % QUANTUM == 1 else letters
        return base64.b64decode(whole + "=" * (-len(whole) % QUANTUM)).decode("latin-1")
    except (binascii.Error, ValueError):
        return ""


def _where(run: re.Match[str], first: int, last: int) -> Iterator[Span]:
    """Where the letters from `first` to `last` of a run stand in its lines."""
    passed = 0
    for line in re.finditer(r"[^\r\n]+", run[0]):
        start, end = max(first - passed, 0), min(last - passed, len(line[0]))
        if start < end:
            yield run.start() + line.start() + start, run.start() + line.start() + end
        passed += len(line[0])
