"""Reports: what a returned message says of its delivery, read without a database.

First what machines write for machines (RFC 3464, RFC 5965), then flufl.bounce, which knows many systems' forms, then
prose: Exchange in Danish and English, qmail, exim and the like.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email.errors import MessageError
from email.message import Message

from flufl.bounce import all_failures

from mailer.mime.parts import DELIVERY_STATUS, Leaf, leaves_of, octets_of, parse
from mailer.reading.bodies import read_body
from mailer.reading.diagnosis import diagnose
from mailer.reading.fields import BARE_ADDRESS, clean_text, decode_octets, message_ids, raw_fields, text_field
from mailer.reading.mailboxes import mailboxes
from mailer.reading.robots import DAEMONS
from tickets.reasons import BounceKind

LONGEST_PROSE = 20_000  # characters of a report that are read
LONGEST_ASKED = 30_000  # octets of a message that flufl.bounce is given: it takes quadratic time
MOST_ASKED = 1_000  # lines of them, each of which it looks at some fifty times
LONGEST_RETURNED = 100_000  # octets of a message that came back
MOST_BLOCKS = 200  # recipients of one report
STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")  # RFC 3463 2
REPLY = re.compile(r"(?<![\d.])([45])\d\d(?=[ -]|$)")  # RFC 5321 4.2.1
FIELD = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,60})[ \t]*:(.*)")
XTEXT = re.compile(r"\+([2-7][0-9A-F])")
RECIPIENTS = ("original-recipient", "final-recipient", "x-actual-recipient")
FAILED, DELAYED, WELL = ("failed", "failure", "fail"), ("delayed", "delay"), ("delivered", "relayed", "expanded")
COMPLAINTS = (
    "abuse",
    "fraud",
    "virus",
    "other",
    "opt-out",
    "opt-out-list",
    "miscategorized",
    "auth-failure",
    "",
)  # RFC 5965 7.3, RFC 6591


@dataclass(frozen=True)
class Report:
    """What a returned message says of its delivery."""

    kind: BounceKind
    recipient: str = ""  # lower case; empty if it names none
    status: str = ""  # enhanced status code (RFC 3463); empty if it gives none
    message_ids: tuple[str, ...] = ()  # of the message that came back
    is_delay: bool = field(default=False, compare=False)  # it is still on its way
    also_called: tuple[str, ...] = field(default=(), compare=False)  # all addresses that it gives the recipient
    others: tuple["Report", ...] = field(default=(), compare=False)  # what it says of other recipients

    def about(self, recipient: str) -> "Report | None":
        """The report on this recipient; None if it names others."""
        wanted = recipient.lower()
        named = (one for one in (self, *self.others) if wanted == one.recipient or wanted in one.also_called)
        return next(named, None) if wanted else None


@dataclass(frozen=True)
class ReturnedMessage:
    """A message that may be a report, taken apart once."""

    message: Message
    leaves: tuple[Leaf, ...]
    text: str  # what it says in prose


def read_report(octets: bytes) -> Report | None:
    """The report in a message; None if it is none, or tells of no failure."""
    try:
        message = parse(octets)
        returned = ReturnedMessage(message, tuple(leaves_of(message)[0]), _prose_of(message)[:LONGEST_PROSE])
    except RecursionError:
        return None
    if told := _read_complaint(returned) or _read_notification(returned):
        return told
    blocks = _status_blocks(returned)
    if blocks and all(_action(block) in WELL for block in blocks):
        return None
    return _read_blocks(returned, blocks) or (_read_prose(returned, octets) if _looks_like_report(message) else None)


def _prose_of(message: Message) -> str:
    """The text of a report for people; all of a multipart whose boundaries do not hold."""
    payload = message.get_payload()
    if message.get_content_maintype() == "multipart" and isinstance(payload, str):
        return decode_octets(payload[:LONGEST_PROSE])
    return read_body(message).text


# -- complaints ------------------------------------------------------------------------


def _read_complaint(returned: ReturnedMessage) -> Report | None:
    """The complaint in a report that mail was called spam (RFC 5965); None for a word that it is no spam."""
    for leaf in returned.leaves:
        if leaf.part.get_content_type() == "message/feedback-report":
            fields = next(_blocks(_text_of(leaf.part)), {})
            if fields.get("feedback-type", "").lower() not in COMPLAINTS:
                return None
            named = fields.get("original-rcpt-to", "") or fields.get("removal-recipient", "")
            return _complaint(returned, _address_in(named))
    original = _original(returned)
    if original is not None and raw_fields(original, "X-HmXmrOriginalRecipient"):  # Outlook.com's own form
        return _complaint(returned, "")
    return None


def _complaint(returned: ReturnedMessage, recipient: str) -> Report:
    original = _original(returned)
    inner = mailboxes(original, "X-HmXmrOriginalRecipient") if original else ()
    return Report(
        BounceKind.COMPLAINT, recipient or (inner[0].email if inner else _only_reader(original)), "", _ids(original)
    )


# -- what machines write for machines --------------------------------------------------


def _read_notification(returned: ReturnedMessage) -> Report | None:
    """A notice of Amazon's, in JSON."""
    start = returned.text.lstrip().replace("\n ", "").replace("\n", "")  # its long line was broken on the way
    if not start.startswith("{") or "otificationType" not in start[:200]:
        return None
    try:
        told, _ = json.JSONDecoder().raw_decode(start)
        kind = told["notificationType"]
        if kind == "Complaint":
            named = told["complaint"]["complainedRecipients"][0]["emailAddress"]
            return Report(BounceKind.COMPLAINT, _address_in(str(named)))
        if kind != "Bounce":
            return None
        one = told["bounce"]["bouncedRecipients"][0]
    except (ValueError, RecursionError, KeyError, IndexError, TypeError):
        return None
    if not isinstance(one, dict):
        return None
    status = status_in(str(one.get("status", "")))
    kind = diagnose(status, str(one.get("diagnosticCode", "")))
    return Report(kind, _address_in(str(one.get("emailAddress", ""))), status)


def _status_blocks(returned: ReturnedMessage) -> list[dict[str, str]]:
    """What a delivery status notification says of each recipient (RFC 3464 2.3), also where it stands in prose."""
    parts = [leaf.part for leaf in returned.leaves if leaf.part.get_content_type() == DELIVERY_STATUS]
    texts = [_text_of(part) for part in parts] or ([returned.text] if _looks_like_report(returned.message) else [])
    return [block for text in texts for block in _blocks(text) if block.keys() & {"action", "final-recipient"}]


def _read_blocks(returned: ReturnedMessage, blocks: list[dict[str, str]]) -> Report | None:
    """The report on the recipient who fared worst, and with it those on the others who did not get it."""
    failed = [block for block in blocks if _action(block) in FAILED]
    delayed = [block for block in blocks if _action(block) in DELAYED]
    if not failed and not delayed:
        return None
    original = _original(returned)
    worst, *others = [_read_block(returned, block, original) for block in (*failed, *delayed)]
    return replace(worst, others=tuple(others))


def _read_block(returned: ReturnedMessage, block: dict[str, str], original: Message | None) -> Report:
    """What one group of fields says of its recipient, who may have had another address when the letter left."""
    words = block.get("diagnostic-code", "")
    status = status_in(block.get("status", "")) or status_in(words) or _class_in(words)
    if status[1:] == ".0.0":  # says no more than that it failed; the words often do
        status = status_in(words) or status
    values = [block.get(name, "") for name in RECIPIENTS]
    named = [_address_in(value) for value in (*values, *map(_without_xtext, values))]
    recipient = next(filter(None, named), "")
    is_delay = _action(block) in DELAYED
    kind = diagnose(status, words, _failure_in(returned.text, recipient), is_delay=is_delay)
    also_called = tuple(dict.fromkeys(filter(None, named)))
    return Report(kind, recipient or _only_reader(original), status, _ids(original), is_delay, also_called)


def _without_xtext(value: str) -> str:
    """A recipient as it was before a server wrote its signs as +2B (RFC 3461 4)."""
    return XTEXT.sub(lambda found: chr(int(found.group(1), 16)), value[:1_000])


def _blocks(text: str) -> Iterator[dict[str, str]]:
    """Groups of fields as they stand in a text, parted by blank lines; names in lower case, folded lines joined."""
    block: dict[str, str] = {}
    name, count = "", 0
    for line in [*text[:LONGEST_PROSE].split("\n"), ""]:
        line = line.rstrip("\r")
        found = FIELD.fullmatch(line.strip(" \t"))
        if not line.strip():
            if block and count < MOST_BLOCKS:
                count += 1
                yield block
            block, name = {}, ""
        elif found and not (line[0] in " \t" and name):
            name = found.group(1).lower()
            block.setdefault(name, found.group(2).strip())
        elif line[0] in " \t" and name:
            block[name] = f"{block[name]} {line.strip()}"[:2_000]


def _action(block: dict[str, str]) -> str:
    return re.split(r"[\s;(]", block.get("action", "").lower(), maxsplit=1)[0]


def _text_of(part: Message) -> str:
    """A part's own text; of a part that holds blocks of fields, all of them."""
    payload = part.get_payload()
    if isinstance(payload, list):
        blocks = [one for one in payload[:MOST_BLOCKS] if isinstance(one, Message)]
        fields = ["\n".join(f"{name}: {value}" for name, value in one.raw_items()) for one in blocks]
        rest = [str(one.get_payload()) for one in blocks if isinstance(one.get_payload(), str)]
        return "\n\n".join([*fields, *rest])
    return octets_of(part)[:LONGEST_PROSE].decode("utf-8", "replace")


# -- prose -----------------------------------------------------------------------------

ANNOUNCED = (
    "undeliver", "not delivered", "not be delivered", "n't be delivered", "n’t be delivered", "delivery fail",
    "delivery has failed", "delivery to the following", "failure notice", "returned mail", "returned to sender",
    "delivery status notification", "delivery notification", "unable to deliver", "able to deliver", "not deliver",
    "delivery error", "delivery delay", "did not reach", "delivery problem", "deliver the mail",
    "error sending your mail",
    "error delivering your mail", "trouble delivering", "mail system error", "invalid user address", "user unknown",
    "delivery attempts", "mail failure", "mail delivery", "transcript of session", "failed recipient",
    "failed to deliver", "failed delivery", "delivery was not", "nondeliverable", "non remis", "unzustellbar",
    "mislykkedes", "nåede ikke frem", "ikke leveres", "ikke leveret", "ikke blive leveret", "ikke levere",
    "kunne ikke sendes", "kan ikke sendes", "blev ikke sendt", "er forsinket", "kunne ikke afleveres",
    "送信できません", "配信できません", "エラー",
)  # fmt: skip
DELAYED_WORDS = (
    "(delay)", "delivery delay", "has been delayed", "is delayed", "delayed:", "will continue to try",
    "will keep trying", "not yet been delivered", "warning: message", "warning: could not send", "still trying",
    "no action is required", "delivery attempts will continue", "er forsinket", "forsøger fortsat", "forsøger stadig",
    "endnu ikke leveret",
)  # fmt: skip
RETURNED = (  # a line that says so is followed by the message that came back
    "below this line is a copy", "below the next line is a copy", "this is a copy of", "message headers follow",
    "message header follows", "original message", "returned message", "unsent message", "bounced e-mail",
    "mail header",
    "copy of your message", "oprindelige meddelelse", "oprindelige brevhoveder", "original mail as follows",
    "the following is the original", "start of message", "message details", "received headers", "your message reads",
    "first part of message", "--- message is", "rejected message",
)  # fmt: skip
NOT_HEADINGS = ("original message was", "original message could", "original message received")
BEFORE_RECIPIENT = (
    "rcpt to:", "failed: ", "errors: ", "recipient: ", "recipients: ", "mail to ", "to address ", "user ", "to: ",
    "modtager: ", "til: ",
)  # fmt: skip
ALONE = re.compile(
    r"[\s>*•.-]{0,10}(?:\d+\.\s)?[<'\"(]?([^\s<>()\[\],;:\"']{1,64}@[^\s<>()\[\],;:\"']{1,255})[>'\")]?(.*)"
)
NO_RECIPIENTS = {*DAEMONS, "postmaster", "post_master", "support", "abuse", "hostmaster", "administrator", "noreply"}


def _looks_like_report(message: Message) -> bool:
    """Whether a message has a mail server for its author, or no address to answer to."""
    if message.get_content_type() == "multipart/report" or raw_fields(message, "X-Failed-Recipients"):
        return True
    author = (text_field(message, "From") + " ").lower()
    if any(name in author for name in ("mailer-daemon", "postmaster", "post_master", "mail delivery", "mail deliver")):
        return True
    path = text_field(message, "Return-Path").strip("<> ").lower()
    return bool(raw_fields(message, "Return-Path")) and path.partition("@")[0] in ("", *DAEMONS)


def _read_prose(returned: ReturnedMessage, octets: bytes) -> Report | None:
    """What a report says to people, in the words that mail servers and Exchange use."""
    subject = clean_text(text_field(returned.message, "Subject"))
    text = _without_returned(returned.text)
    said = f"{subject}\n{text}".lower()
    found = _ask_flufl(octets)
    if not found and not any(phrase in said for phrase in ANNOUNCED):
        return None
    original = _original(returned)
    sender = {box.email for box in mailboxes(returned.message, "To")}
    named = _address_in(text_field(returned.message, "X-Failed-Recipients"))
    recipient = named or _recipient_in(text, sender) or next(iter(sorted(found)), "") or _only_reader(original)
    failure = _failure_in(text, recipient)
    status = status_in(failure) or status_in(text)
    is_delay = any(phrase in said for phrase in DELAYED_WORDS)
    return Report(
        diagnose(status or _class_in(failure), failure, text, subject, is_delay=is_delay),
        recipient,
        status,
        _ids(original),
        is_delay,
    )


def _ask_flufl(octets: bytes) -> set[str]:
    """The recipients that flufl.bounce finds; none where a hostile message is too much for it."""
    try:
        lines = octets[:LONGEST_ASKED].split(b"\n", MOST_ASKED)[:MOST_ASKED]
        temporary, permanent = all_failures(parse(b"\n".join(lines)))
    except (LookupError, ValueError, TypeError, AttributeError, AssertionError, RecursionError, MessageError):
        return set()
    return {address.decode("utf-8", "replace").lower() for address in (*permanent, *temporary)}


def _without_returned(text: str) -> str:
    """The prose before the message that came back."""
    kept: list[str] = []
    for line in text.split("\n"):
        heading = line.strip(" \t-=*_>#:.").lower()
        if heading.startswith(RETURNED) and not heading.startswith(NOT_HEADINGS) and len(heading) < 80:
            break
        kept.append(line)
    return "\n".join(kept)


def _recipient_in(text: str, sender: set[str]) -> str:
    """The address that a report says it could not reach: alone on a line, behind telling words, or else the first."""
    lines = text.split("\n")
    alone = (found.group(1) for line in lines if (found := ALONE.match(line[:500])))
    behind = (
        line[place + len(words) :]
        for line in lines
        for words in BEFORE_RECIPIENT
        if (place := line[:2_000].lower().find(words)) >= 0
    )
    for candidate in (*alone, *behind, text):
        for address in BARE_ADDRESS.findall(candidate[:LONGEST_PROSE]):
            address = address.strip(".'").lower()
            if address not in sender and address.partition("@")[0] not in NO_RECIPIENTS:
                return str(address)
    return ""


def _failure_in(text: str, recipient: str) -> str:
    """What stands behind the recipient's first mention: why it failed."""
    place = text.lower().find(recipient) if recipient else -1
    if place < 0:
        return ""
    return text[place + len(recipient) : place + 1_500]


def _class_in(text: str) -> str:
    """The first figure of the first SMTP reply, as a status of that class."""
    found = REPLY.search(text)
    return f"{found.group(1)}.0.0" if found else ""


# -- what came back --------------------------------------------------------------------


def _original(returned: ReturnedMessage) -> Message | None:
    """The message that came back, or its header section (RFC 3462 2)."""
    for leaf in returned.leaves:
        if leaf.part.get_content_type() in (
            "message/rfc822",
            "text/rfc822-headers",
            "message/rfc822-headers",
            "message/global",
        ):
            return parse(octets_of(leaf.part)[:LONGEST_RETURNED])
    rest = returned.text[len(_without_returned(returned.text)) :].partition("\n")[2].lstrip("\n")
    inner = parse(rest.encode("utf-8", "replace")) if rest else None
    return inner if inner is not None and inner.keys() else None


def _ids(original: Message | None) -> tuple[str, ...]:
    return message_ids(original, "Message-ID")[:1] if original else ()


def _only_reader(original: Message | None) -> str:
    """The address that the returned message was sent to, if it names one alone."""
    readers = {box.email for box in mailboxes(original, "To")} if original else set()
    return readers.pop() if len(readers) == 1 else ""


def status_in(text: str) -> str:
    """The first enhanced status code in a text (RFC 3463); empty if there is none."""
    found = STATUS.search(text[:LONGEST_PROSE])
    return ".".join(found.groups()) if found else ""


def _address_in(text: str) -> str:
    """The address of a field such as `rfc822; mette@example.dk`."""
    found = BARE_ADDRESS.search(text.rpartition(";")[2][:1_000])
    return found.group(0).lower() if found else ""
