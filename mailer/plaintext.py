"""HTML as plain text: links, lists, quotes and tables kept, nothing hidden shown, nothing visible lost."""

import re
from collections.abc import Iterator, Mapping

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mailer.leadins import MARK, MOST_LINES

LONGEST_TAG = 20_000  # characters
DEEPEST = 200  # elements within elements; the parser takes quadratic time beyond
TAG = re.compile(r"</?[a-zA-Z][^<>]*+>")
LONG_TAG = re.compile(rf"<(/?[a-zA-Z][a-zA-Z0-9]*+)[^<>]{{{LONGEST_TAG},}}+>")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
NESTING = re.compile(rf"<(/?)(?!(?i:{'|'.join(VOID)})[^a-zA-Z0-9])[a-zA-Z][^<>]*+(?<!/)>")
SKIPPED = {"script", "style", "title", "template", "head", "noscript"}
BLOCKS = {
    "address", "article", "blockquote", "center", "dd", "div", "dl", "dt", "footer", "form", "h1", "h2", "h3", "h4",
    "h5", "h6", "header", "li", "main", "ol", "p", "pre", "section", "table", "tr", "ul",
}  # fmt: skip
PARAGRAPHS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table", "ul", "ol", "pre"}
CELLS = {"td", "th"}
OLD_IDS = {
    "divrplyfwdmsg", "appendonsend", "olk_src_body_section", "mail-editor-reference-message-container",
    "ms-outlook-mobile-reference-message", "reply-intro", "stopspelling", "zwchr", "isforwardcontent",
}  # fmt: skip
OLD_CLASSES = {
    "gmail_quote", "gmail_attr", "moz-cite-prefix", "moz-forward-container", "yahoo_quoted", "protonmail_quote",
    "outlookmessageheader", "zmail_extra", "quote-header",
}  # fmt: skip
OUTLOOK_RULE = re.compile(r"border-top:\s?solid\s?(?:#e1e1e1|#b5c4df)\s?1(?:\.0)?pt", re.IGNORECASE)
OLD_SIGNS = re.compile(
    r"rplyfwdmsg|appendonsend|olk_src|reference-message|reply-intro|stopspelling|zwchr|isforward|gmail_(?:quote|attr)"
    r"|moz-cite|moz-forward|yahoo_quoted|protonmail_quote|outlookmessageheader|zmail_extra|quote-header"
    r"|border-top:\s?solid|data-dialogportal",
    re.IGNORECASE,
)
LONGEST_COMMON = 80  # letters of the old text that are compared
SHORTEST_COMMON = 12
OURS = "data-dialogportal"  # in the letters of `templates/mail/layout.html`; it outlives most mail programs
PREFIX = re.compile(r"^(?:x_)+")
LONGEST_NAME = 200
QUOTES = re.compile(r"cite|quote", re.IGNORECASE)
SPACES = re.compile(r"\s+")
BLANKS = re.compile(r"[ \r\f\v\xa0]+")
BLANK_LINES = re.compile(r"\n{3,}")
HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.IGNORECASE)

Attributes = Mapping[str, str | None]


def html_to_text(html: str) -> str:
    """The text that a reader of the HTML sees, quoted blocks behind `>`, MARK before lines at which old text starts."""
    if _depth(html) > DEEPEST:
        return _collapse(TAG.sub("\n", html.translate(MARKS)))
    root = LexborHTMLParser(LONG_TAG.sub(r"<\1>", html)).root
    return _collapse("".join(_pieces(root))) if root else ""


def mark_as_html(text: str, html: str) -> str:
    """The plain text of a message with the MARK that its HTML has, at the line that begins with the same words.

    Programs write both parts, and only the HTML tells in every language where the old text begins.
    """
    if not OLD_SIGNS.search(html):
        return text
    marked = html_to_text(html).split("\n")
    first = next((number for number, line in enumerate(marked) if line.startswith(MARK)), None)
    wanted = "" if first is None else _letters(marked[first : first + 6])[:LONGEST_COMMON]
    if len(wanted) < SHORTEST_COMMON:
        return text
    lines = text.split("\n")
    for number, line in enumerate(lines[:MOST_LINES]):
        if wanted.startswith(_letters([line])[:SHORTEST_COMMON] or " "):
            found = _letters(lines[number : number + 9])[: len(wanted)]
            if len(found) >= SHORTEST_COMMON and wanted.startswith(found):
                lines[number] = MARK + line
                break
    return "\n".join(lines)


def _letters(lines: list[str]) -> str:
    """The letters and digits at the beginning of some lines."""
    return "".join(letter for line in lines for letter in line[:LONGEST_COMMON] if letter.isalnum())


def _depth(html: str) -> int:
    """How deep the deepest element lies in others."""
    depth = deepest = 0
    for closing in NESTING.findall(html):
        if not closing:
            depth += 1
            deepest = max(deepest, depth)
        elif depth:
            depth -= 1
    return deepest


def _pieces(root: LexborNode) -> Iterator[str]:
    """Pieces of text in reading order; `\\x01` and `\\x02` stand around what is quoted."""
    stack: list[LexborNode | str] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            yield node
            continue
        tag = node.tag
        if tag == "-text":
            text = node.text_content or ""
            yield " " if text.isspace() else SPACES.sub(" ", text).translate(MARKS)
            continue
        if tag in SKIPPED or not tag or tag.startswith(("!", "-")):
            continue
        attributes = node.attributes
        if attributes and _is_hidden(attributes):
            continue
        before, after = _around(node, tag, attributes)
        yield f"\n{MARK}{before}" if attributes and _starts_old(attributes) else before
        if after:
            stack.append(after)
        if tag not in VOID:
            stack.extend(reversed(list(node.iter(include_text=True))))


BEGINNINGS = f"\x01{MARK}"  # of lines
MARKS = str.maketrans("", "", f"\x01\x02{MARK}")


def _starts_old(attributes: Attributes) -> bool:
    """Whether a mail program, or one of our own letters, says that an old message begins here."""
    if OURS in attributes or _original(attributes.get("id")) in OLD_IDS:
        return True
    classes = (attributes.get("class") or "").split()
    return any(_original(name) in OLD_CLASSES for name in classes) or bool(
        OUTLOOK_RULE.search(attributes.get("style") or "")
    )


def _original(name: str | None) -> str:
    """An id or class as it was before Outlook put x_ before it, once for each time it was quoted."""
    return PREFIX.sub("", (name or "")[:LONGEST_NAME].lower())


def _is_cited(attributes: Attributes) -> bool:
    """Whether a blockquote holds another's words; authors indent their own with it."""
    return "cite" in attributes or any(QUOTES.search(attributes.get(name) or "") for name in ("type", "class", "id"))


def _is_hidden(attributes: Attributes) -> bool:
    return HIDDEN.search(attributes.get("style") or "") is not None


def _around(node: LexborNode, tag: str, attributes: Attributes) -> tuple[str, str]:
    """What an element puts before and after its text."""
    if tag == "br":
        return "\n", ""
    if tag == "hr":
        return "\n________________________________\n", ""
    if tag == "blockquote" and _is_cited(attributes):
        return "\n\x01", "\x02\n"
    if tag == "li":
        return "\n- ", "\n"
    if tag in CELLS:
        return "", "\t"
    if tag == "a":
        return "", _target(node, attributes)
    if tag in BLOCKS:
        gap = "\n\n" if tag in PARAGRAPHS else "\n"
        return gap, gap
    return "", ""


def _target(node: LexborNode, attributes: Attributes) -> str:
    """Where a link goes, if its text does not say so."""
    href = (attributes.get("href") or "").strip()
    if not href.startswith(("http://", "https://")):
        return ""
    text = node.text(deep=True).strip()
    return f" <{href}>" if text and href.rstrip("/") not in text else ""


def _collapse(text: str) -> str:
    """Spaces and blank lines as a person would leave them, quoted blocks behind `>`."""
    lines: list[str] = []
    depth = 0
    starts_old = False
    for raw in BLANK_LINES.sub("\n\n", BLANKS.sub(" ", text)).split("\n"):
        line = raw and raw.strip(" \t\x01\x02" + MARK)
        if raw and raw[0] in BEGINNINGS:
            starts_old = starts_old or raw[0] == MARK
            depth += raw[0] == "\x01"
        if line:
            lines.append(f"{MARK if starts_old else ''}{'> ' * depth}{line}")
            starts_old = False
        elif lines and lines[-1].strip("> "):
            lines.append("")
        if depth and raw.endswith("\x02"):
            depth -= 1
    return "\n".join(lines).strip("\n")
