"""HTML as plain text: links, lists, quotes and tables kept, nothing hidden shown, nothing visible lost."""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mailer.leadins import MARK, MOST_LINES

LONGEST_TAG = 20_000  # characters
DEEPEST = 200  # elements within elements; the parser takes quadratic time beyond
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*?(/?)>")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
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
HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.IGNORECASE)


def html_to_text(html: str) -> str:
    """The text that a reader of the HTML sees, quoted blocks behind `>`, MARK before lines at which old text starts."""
    if _depth(html) > DEEPEST:
        return _collapse(TAG.sub("\n", html.translate(MARKS)))
    root = LexborHTMLParser(TAG.sub(_bounded, html)).root
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


def _bounded(tag: re.Match[str]) -> str:
    """An element without its attributes, if there are so many that telling them apart takes quadratic time."""
    return tag.group() if len(tag.group()) <= LONGEST_TAG else f"<{tag.group(1)}{tag.group(2)}>"


def _depth(html: str) -> int:
    depth = deepest = 0
    for closing, name, self_closing in TAG.findall(html):
        if name.lower() in VOID or self_closing:
            continue
        depth += -1 if closing else 1
        depth = max(depth, 0)
        deepest = max(deepest, depth)
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
            yield re.sub(r"\s+", " ", node.text_content or "").translate(MARKS)
            continue
        if tag in SKIPPED or not tag or tag.startswith(("!", "-")) or _is_hidden(node):
            continue
        before, after = _around(node, tag)
        yield f"\n{MARK}{before}" if _starts_old(node) else before
        stack.append(after)
        stack.extend(reversed(list(node.iter(include_text=True))))


MARKS = str.maketrans("", "", f"\x01\x02{MARK}")


def _starts_old(node: LexborNode) -> bool:
    """Whether a mail program, or one of our own letters, says that an old message begins here."""
    attributes = node.attributes
    if not attributes:
        return False
    if OURS in attributes or _original(attributes.get("id")) in OLD_IDS:
        return True
    classes = (attributes.get("class") or "").split()
    return any(_original(name) in OLD_CLASSES for name in classes) or bool(
        OUTLOOK_RULE.search(attributes.get("style") or "")
    )


def _original(name: str | None) -> str:
    """An id or class as it was before Outlook put x_ before it, once for each time it was quoted."""
    return PREFIX.sub("", (name or "")[:LONGEST_NAME].lower())


def _is_cited(node: LexborNode) -> bool:
    """Whether a blockquote holds another's words; authors indent their own with it."""
    attributes = node.attributes
    return "cite" in attributes or any(QUOTES.search(attributes.get(name) or "") for name in ("type", "class", "id"))


def _is_hidden(node: LexborNode) -> bool:
    return bool(HIDDEN.search(node.attributes.get("style") or ""))


def _around(node: LexborNode, tag: str) -> tuple[str, str]:
    """What an element puts before and after its text."""
    if tag == "br":
        return "\n", ""
    if tag == "hr":
        return "\n________________________________\n", ""
    if tag == "blockquote" and _is_cited(node):
        return "\n\x01", "\x02\n"
    if tag == "li":
        return "\n- ", "\n"
    if tag in CELLS:
        return "", "\t"
    if tag == "a":
        return "", _target(node)
    if tag in BLOCKS:
        gap = "\n\n" if tag in PARAGRAPHS else "\n"
        return gap, gap
    return "", ""


def _target(node: LexborNode) -> str:
    """Where a link goes, if its text does not say so."""
    href = (node.attributes.get("href") or "").strip()
    text = node.text(deep=True).strip()
    if not href.startswith(("http://", "https://")) or href.rstrip("/") in text or not text:
        return ""
    return f" <{href}>"


def _collapse(text: str) -> str:
    """Spaces and blank lines as a person would leave them, quoted blocks behind `>`."""
    lines: list[str] = []
    depth = 0
    starts_old = False
    for raw in text.replace("\xa0", " ").split("\n"):
        if not raw and not (lines and lines[-1]):
            continue
        starts_old = starts_old or MARK in raw
        opened, closed = raw.count("\x01"), raw.count("\x02")
        depth += opened
        line = re.sub(r"[ \r\f\v]+", " ", raw.translate(MARKS)).strip(" \t")
        if line or (lines and lines[-1].strip("> ")):
            lines.append(f"{MARK if starts_old else ''}{'> ' * depth}{line}" if line else "")
            starts_old = starts_old and not line
        depth = max(depth - closed, 0)
    return "\n".join(lines).strip("\n")
