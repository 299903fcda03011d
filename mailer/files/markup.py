"""Markup: the words of a text, whatever marks, folds or codes stand between them or wrap them."""

import binascii
import json
import re
from collections.abc import Iterator
from html import unescape
from quopri import decodestring
from xml.parsers.expat import ExpatError

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mailer.files.budget import Budget, Unreadable
from mailer.files.office import Data
from mailer.texts.html_readings import readings_of_html
from mailer.texts.plaintext import DEEPEST, depth_of, html_to_text
from tickets.numbers.columns import may_name, may_pair
from tickets.numbers.cpr import numbers_in

TAG = re.compile(r"<[^<>]*>")
FOLD = re.compile(r"\r?\n[ \t]")  # RFC 5545 3.1
QUOTED = re.compile(r"=[2-7][0-9A-F]|=\r?\n")  # RFC 2045 6.7
RUN = re.compile(r"[A-Za-z0-9+/_-]{60,}={0,2}")
CODED_LINE = re.compile(r"[A-Za-z0-9+/]{16,1000}={0,2}\Z")
CODED = re.compile(r"[A-Za-z0-9+/_-]+={0,2}\Z")
UUENCODED = re.compile(r"^begin [0-7]{3,4} [^\n]{1,200}\n", re.MULTILINE)
HEXADECIMAL = re.compile(r"[0-9A-Fa-f]+\Z")
OTHERWISE_CODED = re.compile(r"^=ybegin |\(This file must be converted with BinHex", re.MULTILINE)
SHORTEST_CODED = 12  # signs of a whole file: a number makes sixteen
LONG_CODED = 400  # signs, among which there is none of some in a thousand such texts
SOME_SIGNS = "aeEA1"
MOST_CODED = 200  # pieces of a text that are decoded
UID, FOUR = re.compile(r"\d{6}(?:\d\d)?-?\d{4}"), re.compile(r"\d{4}")
SPACES = re.compile(r"\s+")
HTML = re.compile(r"\s{0,100}<(?:!doctype html|html)", re.IGNORECASE)


def is_html(text: str) -> bool:
    """Whether a text begins as HTML does."""
    return HTML.match(text) is not None


def words_of_html(html: str) -> str:
    """What a reader sees of HTML, its tables by cells, and then all of it: descriptions, targets, remarks."""
    return f"{html_to_text(html)}\n{words_in_html(html)}"


def words_in_html(html: str) -> str:
    """All that stands in HTML, shown or not, in each way to read it; its tables by cells, if they may be of people."""
    tables = [tables_of_html(html)] if may_name(html) or may_pair(html) else []
    return "\n".join(dict.fromkeys([*tables, words_of_markup(html), *readings_of_html(html)]))


def numbers_in_html(html: str) -> frozenset[str]:
    """The civil registration numbers in HTML, bare and broken ones too."""
    return numbers_in(words_in_html(html))


def tables_of_html(html: str) -> str:
    """The tables of HTML, each row on a line and its cells parted by tabs, as wide as their columns."""
    if ("<t" not in html and "<T" not in html) or depth_of(html) > DEEPEST:
        return ""
    tree = LexborHTMLParser(html)
    rows = ("\t".join(_cells(row)) for row in tree.css("tr"))
    return "\n".join(row for row in rows if "\t" in row)


def _cells(row: LexborNode) -> Iterator[str]:
    for cell in row.iter():
        if cell.tag in ("td", "th"):
            yield " ".join(cell.text(deep=True, separator="").split())
            width = cell.attributes.get("colspan") or ""
            yield from [""] * (min(int(width), 100) - 1 if width.isdecimal() and len(width) < 4 else 0)


def words_of_markup(text: str) -> str:
    """A text; again without its marks or folds, where it has some, since they may stand within a word."""
    if text.startswith("BEGIN:"):
        unfolded = FOLD.sub("", text)
        decoded = decodestring(unfolded.encode()).decode("utf-8", "replace")
        return "\n".join([text, unfolded, decoded, *words_of_card(unfolded)])
    if "<" not in text and "&#" not in text:
        return text
    return "\n".join(dict.fromkeys((text, unescape(TAG.sub("", text)), unescape(text))))


def words_of_card(text: str) -> Iterator[str]:
    """The numbers of a contact's card that its properties tell together: an identity, or a birthday and digits."""
    properties = [line.rstrip("\r").rpartition(":")[::2] for line in text.split("\n") if ":" in line]
    for name, value in properties:
        if name.upper().startswith("UID") and UID.fullmatch(value):
            yield f"CPR {value}"
    days = [value for name, value in properties if name.upper().startswith("BDAY")]
    lasts = [value for _, value in properties if FOUR.fullmatch(value)]
    yield from (f"bday {day} cpr4 {last}" for day in days[:1] for last in lasts[:MOST_CODED])


def words_of_xml(text: str, budget: Budget) -> str:
    """The words of XML by its elements; empty where it is none. Raises Unreadable where it declares its own."""
    try:
        return Data([_undeclared(text).encode("utf-8", "replace")], budget).text()
    except (ExpatError, ValueError):
        return ""
    except Unreadable:
        if "<!ENTITY" in text:
            raise
        return ""


def _undeclared(text: str) -> str:
    """XML without its declaration, which may name the character set that the octets had."""
    begun = text.lstrip()
    return begun.partition("?>")[2] if begun.startswith("<?xml") else text


def words_of_json(text: str) -> str:
    """The words of JSON, each value behind its name, lists as rows; empty where it is none."""
    try:
        return "\n".join(_values(json.loads(text), ""))
    except (ValueError, RecursionError):
        return ""


def _values(value: object, name: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _values(inner, str(key))
        yield "\t".join(f"{key}: {inner}" for key, inner in value.items() if not isinstance(inner, dict | list))
    elif isinstance(value, list):
        if not any(isinstance(inner, dict | list) for inner in value):
            yield f"{name}\t" + "\t".join(map(str, value))
        else:
            for inner in value:
                yield from _values(inner, name)
    else:
        yield f"{name}: {value}"


def words_of_quoted(text: str) -> str:
    """A text decoded from quoted-printable; empty if it was not encoded."""
    if not QUOTED.search(text):
        return ""
    return decodestring(text.encode("utf-8", "replace")).decode("utf-8", "replace")


def coded_in(text: str) -> Iterator[bytes]:
    """The octets that a text holds in base64, uuencode or hex digits, in some of its lines or as a whole."""
    whole = "".join(text.split())
    if len(whole) >= SHORTEST_CODED and CODED.match(whole):
        yield _from_base64(whole)
        if HEXADECIMAL.match(whole):
            yield bytes.fromhex(whole[: len(whole) // 2 * 2])
        return
    for count, piece in enumerate((*_coded_blocks(text), *(found.group() for found in RUN.finditer(text)))):
        if count >= MOST_CODED:
            return
        yield _from_base64(piece)
    for found in UUENCODED.finditer(text):
        yield _from_uuencode(text[found.end() :])


def is_otherwise_coded(text: str) -> bool:
    """Whether a text holds a file in a code that is not read here."""
    return OTHERWISE_CODED.search(text) is not None


def is_coded(text: str) -> bool:
    """Whether all of a text is base64, and nothing that a person wrote."""
    whole = "".join(text.split())
    return len(whole) >= LONG_CODED and CODED.match(whole) is not None and all(map(whole.__contains__, SOME_SIGNS))


def _coded_blocks(text: str) -> Iterator[str]:
    """Lines of base64 that follow each other."""
    block: list[str] = []
    for line in text.split("\n"):
        stripped = line.strip()
        is_end = bool(block) and 0 < len(stripped) < 16 and CODED.match(stripped) is not None
        if is_end or CODED_LINE.match(stripped):
            block.append(stripped)
        if block and (is_end or not CODED_LINE.match(stripped)):
            yield "".join(block)
            block = []
    yield "".join(block)


def _from_base64(text: str) -> bytes:
    plain = text.translate({ord("-"): "+", ord("_"): "/"}).rstrip("=")
    try:
        return binascii.a2b_base64(plain[: len(plain) - (len(plain) % 4 == 1)] + "==")
    except binascii.Error:
        return b""


def _from_uuencode(text: str) -> bytes:
    lines: list[bytes] = []
    for line in text.split("\n"):
        if line.strip() in ("end", "`", ""):
            break
        try:
            lines.append(binascii.a2b_uu(line.rstrip("\r")))
        except (binascii.Error, ValueError):
            break
    return b"".join(lines)


def is_plain(octets: bytes) -> bool:
    """Whether these octets are a text beyond doubt."""
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return bool(text) and all(one.isprintable() or one.isspace() for one in text)
