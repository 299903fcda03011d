"""What is in a message's body: the text its author wrote, and the files that came along."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from email.message import Message

from mailer.mime import cms, ownletters
from mailer.mime.parts import DELIVERY_STATUS, SMIME, Leaf, attached_message, leaves_of, octets_of
from mailer.reading.charsets import decode_charset, is_known
from mailer.reading.fields import raw_fields, text_field
from mailer.reading.invitations import tell_invitation
from mailer.reading.parameters import file_name
from mailer.texts import prefixes
from mailer.texts.leadins import MARK
from mailer.texts.logos import LARGEST_LOGO, TINY, find_logos
from mailer.texts.plaintext import html_to_text, mark_as_html
from mailer.texts.quoting import fold
from tickets.post import File, OwnLetter
from tickets.text.garbled import composed

LONGEST_TEXT = 2_000_000  # characters that are read of a body
LONGEST_NAME = 120
LONGEST_STUB = 400  # characters of a plain text that only says that there is an HTML one, or is much poorer than that
POORER = 3  # times as much as such a text says, not counting where links lead
WHERE = re.compile(r"<?\b(?:https?://|mailto:)\S+", re.IGNORECASE)
MOST_WITHIN = 3  # messages within messages whose text is read
ATTACHED = "message/rfc822"
CALENDAR = "text/calendar"
INVITING = {"", "request", "publish", "add", "cancel"}  # RFC 5546 1.4; the others are answers
PROTECTED = {"application/x-microsoft-rpmsg-message"}  # by rights management: only its recipients may open it
PROTECTED_NAME = re.compile(r"message(?:_v\d{1,2})?\.rpmsg", re.IGNORECASE)
SIGNATURES = {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
CALLED = {ATTACHED: "besked", CALENDAR: "indkaldelse", "text/vcard": "kontakt", "text/x-vcard": "kontakt"}
ENDINGS = {ATTACHED: ".eml", CALENDAR: ".ics", "text/vcard": ".vcf", "text/x-vcard": ".vcf"}
STUB = re.compile(r"\bhtml\b|\bbrowser|rich text|mailprogram|mail client|e-?mail client", re.IGNORECASE)
UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+')
PATH = re.compile(r"[/\\]")
BLOCK = re.compile(r"\n\n[!-9;-~]{1,100}:")  # of fields
KNOWN_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,80}")


@dataclass(frozen=True)
class Body:
    """What a message says, in the text its author wrote and in what came along."""

    text: str
    files: tuple[File, ...]
    defects: tuple[str, ...]
    forwarded: str = ""  # of messages that were attached to be read
    returned: str = ""  # of messages that came back
    encryption: str = ""  # how it is encrypted: S/MIME, PGP or Microsoft Purview; empty if it is not
    letters: tuple[OwnLetter, ...] = ()
    markup: str = ""  # all its texts as they are written, where one of them is HTML: more stands there than is shown
    html: str = ""  # of the text, where there is one in HTML and no other


def read_body(message: Message, depth: int = 0) -> Body:
    """The text and the files of a message; text parts are preferred to HTML where they say something."""
    leaves, defects = leaves_of(message)
    texts = {leaf.index: _read_text(leaf.part) for leaf in leaves if _is_text(leaf.part)}
    texts |= {leaf.index: prose for leaf in leaves if leaf.is_returned and (prose := _prose(leaf.part))}
    text = composed("\n\n".join(_say(leaves, texts))[:LONGEST_TEXT] or _invitation(leaves))
    defects += _unknown_charsets(leaf.part for leaf in leaves if leaf.index in texts)
    inner = {leaf: attached_message(leaf.part) for leaf in leaves if leaf.part.get_content_type() == ATTACHED}
    told = {leaf: _retell(one, depth, leaf) for leaf, one in inner.items() if one is not None and depth < MOST_WITHIN}
    read = {leaf: text for leaf, (text, _) in told.items()}
    pictured = "".join(text for text in texts.values() if "cid:" in text)
    logos = find_logos(pictured, is_answer=_is_answer(message)) if pictured else set()
    return Body(
        text,
        files=tuple(_describe(leaf, pictured, logos) for leaf in leaves if leaf.index not in texts),
        defects=tuple(defects),
        forwarded="\n\n".join(text for leaf, text in read.items() if not leaf.is_returned)[:LONGEST_TEXT],
        returned="\n\n".join(text for leaf, text in read.items() if leaf.is_returned)[:LONGEST_TEXT],
        encryption=_find_encryption(message, leaves, text),
        markup="\n".join(texts.values()) if any("<" in one for one in texts.values()) else "",
        letters=(*_find_letters(leaves, texts, read), *(one for _, within in told.values() for one in within)),
        html=_only_html(leaves, texts),
    )


def _only_html(leaves: list[Leaf], texts: dict[int, str]) -> str:
    """The HTML of a message that says all in it, and at most the same in plain text."""
    shown = [leaf for leaf in leaves if leaf.index in texts]
    html = [leaf for leaf in shown if _is_html(leaf.part, texts[leaf.index])]
    if len(html) != 1:
        return ""
    choice = html[0].alternative
    is_all = all(leaf is html[0] or (choice is not None and leaf.alternative == choice) for leaf in shown)
    return texts[html[0].index] if is_all else ""


def _find_letters(leaves: list[Leaf], texts: dict[int, str], read: dict[Leaf, str]) -> Iterator[OwnLetter]:
    """The letters of a portal among the files."""
    for leaf in leaves:
        if leaf.index not in texts and (letter := ownletters.recognise_file(octets_of(leaf.part))):
            yield replace(letter, part=leaf.index, text=read.get(leaf, ""))


def _say(leaves: list[Leaf], texts: dict[int, str]) -> Iterator[str]:
    """The texts to be read, in their order; a text that a program put in twice, in two forms, once."""
    before: tuple[int, str] = (-1, "")
    places = {leaf.index: place for place, leaf in enumerate(leaves)}
    for index, text in _choose(leaves, texts):
        letters = "".join(text.split())
        is_repeated = before == (places[index] - 1, letters)
        before = (places[index], letters)
        if letters and not is_repeated:
            yield text.strip("\n")


def _choose(leaves: list[Leaf], texts: dict[int, str]) -> Iterator[tuple[int, str]]:
    """The texts to be read, by part: of alternatives the plain one, unless it only says that there is another."""
    shown = [leaf for leaf in leaves if leaf.index in texts]
    html = {leaf.index for leaf in shown if _is_html(leaf.part, texts[leaf.index])}
    others = {leaf.alternative: texts[leaf.index] for leaf in shown if leaf.index in html}
    others[None] = ""
    spoken_for = {
        leaf.alternative
        for leaf in shown
        if leaf.index not in html and not _is_stub(texts[leaf.index], others.get(leaf.alternative, ""))
    }
    for leaf in shown:
        text, other = texts[leaf.index], others.get(leaf.alternative, "")
        if leaf.index in html:
            if leaf.alternative is None or leaf.alternative not in spoken_for:
                yield leaf.index, html_to_text(text)
        elif leaf.alternative in spoken_for:
            yield leaf.index, mark_as_html(text, other) if other else text


def _invitation(leaves: list[Leaf]) -> str:
    """The meeting to which a message invites; empty if it invites to none."""
    calendar = next((leaf.part for leaf in leaves if leaf.part.get_content_type() == CALENDAR), None)
    if calendar is None or str(calendar.get_param("method", "")).lower() not in INVITING:
        return ""
    return tell_invitation(_read_text(calendar))


def _is_stub(text: str, html: str) -> bool:
    """Whether a plain text is empty, or only says that the message is in HTML."""
    if not text.strip():
        return True
    if not html or len(text) > LONGEST_STUB:
        return False
    told, other = "".join(text.split()), html_to_text(html)
    if STUB.search(text) and other and told not in "".join(other.split()):
        return True
    return len("".join(WHERE.sub("", fold(other).text).split())) > POORER * len(told)


def _is_html(part: Message, text: str) -> bool:
    return part.get_content_type() == "text/html" or text[:100].lstrip().lower().startswith(("<html", "<!doctype html"))


def _retell(message: Message, depth: int, leaf: Leaf) -> tuple[str, list[OwnLetter]]:
    """An attached message as text, under its author, date and subject unless it came back to its author.

    With it the letters of a portal that were attached to it.
    """
    body = read_body(message, depth + 1)
    says = [body.text, body.forwarded, body.returned]
    if not leaf.is_returned:
        fields = [(name, text_field(message, field)) for name, field in (("Fra", "From"), ("Dato", "Date"))]
        fields.append(("Emne", text_field(message, "Subject")))
        says.insert(0, "\n".join(f"{name}: {value}" for name, value in fields if value))
    text = "\n\n".join(one for one in says if one).replace(MARK, "")
    return text, [replace(letter, part=None) for letter in body.letters]


def _find_encryption(message: Message, leaves: list[Leaf], text: str) -> str:
    kinds = {leaf.part.get_content_type() for leaf in leaves}
    if message.get_content_type() == "multipart/encrypted" or text.lstrip().startswith("-----BEGIN PGP MESSAGE-----"):
        return "PGP"
    if kinds & PROTECTED or any(PROTECTED_NAME.fullmatch(file_name(leaf.part)) for leaf in leaves):
        return "Microsoft Purview"
    if kinds & SMIME and any(cms.is_encrypted(octets_of(leaf.part)) for leaf in leaves):
        return "S/MIME"
    return ""


def _prose(part: Message) -> str:
    """The text for people that some servers write into the machine-readable part of a report."""
    if part.get_content_type() != DELIVERY_STATUS:
        return ""
    text = _read_text(part)
    return "" if BLOCK.search(f"\n\n{text}") else text


def _is_text(part: Message) -> bool:
    is_file = part.get_content_disposition() == "attachment" or bool(file_name(part))
    return part.get_content_type() in ("text/plain", "text/html") and not is_file


def _read_text(part: Message) -> str:
    text = decode_charset(octets_of(part)[: LONGEST_TEXT * 4], part.get_content_charset())
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").replace(MARK, "")
    if part.get_content_type() == "text/plain" and str(part.get_param("format", "")).lower() == "flowed":
        text = _unflow(text, deletes_space=str(part.get_param("delsp", "")).lower() == "yes")
    return text[:LONGEST_TEXT]


def _unknown_charsets(parts: Iterable[Message]) -> list[str]:
    declared = {part.get_content_charset() or "us-ascii" for part in parts}
    return [f"has text in a character set that nobody knows: {name[:40]}" for name in declared if not is_known(name)]


def _unflow(text: str, *, deletes_space: bool) -> str:
    """Join the lines that a space at their end declares to go on (RFC 3676 4)."""
    pieces: list[str] = []  # each line behind what parts it from the one before
    goes_on = False
    for line in text.split("\n"):
        flows = line.endswith(" ") and line != "-- " and not line.startswith(">")
        line = line[1:] if line.startswith(" ") else line
        pieces.append("" if not pieces or (goes_on and not line.startswith(">")) else "\n")
        pieces.append(line[:-1] if flows and deletes_space else line)
        goes_on = flows
    return "".join(pieces)


def _describe(leaf: Leaf, pictured: str, logos: set[str]) -> File:
    kind = leaf.part.get_content_type().lower()
    kind = kind if KNOWN_TYPE.fullmatch(kind) else "application/octet-stream"
    fallback = f"{CALLED.get(kind, 'del')}-{leaf.index}{ENDINGS.get(kind, '')}"
    size = len(octets_of(leaf.part))
    name = safe_name(file_name(leaf.part)) or _name_by_subject(leaf.part) or fallback
    is_logo = kind.startswith("image/") and _is_logo(leaf.part, size, pictured, logos)
    return File(leaf.index, name, kind, size, is_inline=kind in SIGNATURES or is_logo)


def _name_by_subject(part: Message) -> str:
    """What an attached message is called: its subject; empty if it has none or the part is none."""
    inner = attached_message(part) if part.get_content_type() == ATTACHED else None
    subject = safe_name(PATH.sub("-", text_field(inner, "Subject"))) if inner is not None else ""
    return f"{subject[: LONGEST_NAME - len(ENDINGS[ATTACHED])]}{ENDINGS[ATTACHED]}" if subject else ""


def _is_logo(part: Message, size: int, pictured: str, logos: set[str]) -> bool:
    """Whether a picture is tiny and part of the text, or small and in a signature or an old mail."""
    content_id = text_field(part, "Content-ID").strip("<>")[:LONGEST_NAME]
    if not content_id or size > LARGEST_LOGO:
        return False
    return content_id in logos or (size <= TINY and f"cid:{content_id}" in pictured)


def _is_answer(message: Message) -> bool:
    subject = text_field(message, "Subject")
    cites = bool(raw_fields(message, "In-Reply-To") or raw_fields(message, "References"))
    return not prefixes.is_forward(subject) and (cites or prefixes.is_answer(subject))


def safe_name(name: str) -> str:
    """A file name without path, controls or marks that turn the writing round; its ending kept when cut."""
    name = composed(UNSAFE.sub("_", name.replace("\\", "/").rpartition("/")[2])).strip(" ._")
    if len(name) <= LONGEST_NAME:
        return name
    stem, dot, ending = name.rpartition(".")
    return f"{stem[: LONGEST_NAME - 12]}{dot}{ending[:10]}" if dot else name[:LONGEST_NAME]
